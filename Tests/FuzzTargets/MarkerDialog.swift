internal import CardApplications
internal import CardCore
internal import CardOperations

/// A person who answers as the options of a `HostileInput` say, with codes that can be found again.
struct MarkerDialog: Dialog {
    /// A code that was handed out.
    struct Code {
        let request: CodeRequest
        let characters: [UInt8]
        /// How it would look in the data field of a command, in upper-case hexadecimal.
        let forms: [String]

        /// Long enough for finding it by accident to be out of the question.
        var isUnmistakable: Bool { characters.count >= 6 }

        /// Looks of it that can be told from anything else: two digits an octet look like any other digits, and it takes
        /// more of them to be sure.
        var unmistakableForms: [String] { characters.count >= 10 ? forms : Array(forms.prefix(2)) }
    }

    let card: HostileCard
    private let options: [UInt8]
    private var random: UInt64
    private(set) var codes: [Code] = []
    private(set) var plan: UnblockPlan?
    /// How many commands the card had been sent when a person was shown its challenge.
    private(set) var commandsBeforeResponse: Int?
    /// What was said to have become of the security status.
    private(set) var endings: [SecurityStatusDrop] = []
    private(set) var broken = BrokenRules()
    /// Codes that are right, where the card is one that knows.
    var rightCode: ((CodeRequest) -> [UInt8]?)?

    /// `seed` must depend on the whole input, so that no input can hold the codes it will lead to.
    init(_ input: HostileInput, seed: UInt64, card: HostileCard) {
        options = input.options
        random = seed
        self.card = card
    }

    var budget: TryBudget {
        TryBudget(
            lastTry: options[2] & 1 != 0,
            lastPUKTry: options[2] & 2 != 0,
            untested: options[2] & 4 != 0,
            allowTrivialPINs: options[2] & 8 != 0
        )
    }

    var isInteractive: Bool { options[2] & 16 != 0 }

    mutating func cardWork(isGoingOn: Bool) {}

    mutating func code(_ request: CodeRequest) throws(OperationError) -> SecretBytes {
        broken.expect(!card.isInTransaction, "a person asked inside a transaction")
        let kind = options[4] & 0x0F
        if kind == 4 && request.purpose != .new || kind == 5 && request.purpose == .new { throw .cancelled }
        var characters: [UInt8]
        var forms: [String]
        if case .response(let challenge, let length) = request.purpose {
            broken.expect((1...64).contains(challenge.count), "a challenge that nobody can read out")
            commandsBeforeResponse = card.commands.count
            characters = rightCode?(request) ?? response(length)
            // What was typed may be shown no more than what becomes of it.
            forms = [String(decoding: characters, as: UTF8.self), Hex.string(of: characters)]
            forms.append(forms[0].filter { $0 != " " }.uppercased())
        } else {
            characters = rightCode?(request) ?? self.characters(for: request, kind: kind)
            forms = Self.forms(of: characters)
        }
        codes.append(Code(request: request, characters: characters, forms: forms))
        return SecretBytes(capacity: characters.count) { output in
            output.append(contentsOf: characters.span)
        }
    }

    mutating func choose(
        among pins: [PINReport],
        for purpose: ChoicePurpose
    ) throws(OperationError) -> PINPolicy {
        broken.expect(!card.isInTransaction, "a person asked inside a transaction")
        guard !pins.isEmpty, options[4] >> 4 != 0x0F else { throw .cancelled }
        return pins[Int(options[4] >> 4) % pins.count].policy
    }

    mutating func confirm(_ question: Question) throws(OperationError) -> Bool {
        broken.expect(!card.isInTransaction, "a person asked inside a transaction")
        return options[2] & 32 != 0
    }

    mutating func show(_ plan: UnblockPlan) {
        broken.expect(!card.isInTransaction, "something shown inside a transaction")
        self.plan = plan
    }

    mutating func warnOfDate() {}

    mutating func securityStatusEnded(_ drop: SecurityStatusDrop) {
        endings.append(drop)
    }

    /// Hexadecimal digits for `length` octets; by the options some too many or too few, or not only digits.
    private mutating func response(_ length: Int) -> [UInt8] {
        let choice = Int(options[3] & 0x0F)
        let digits = Array((options[2] & 64 == 0 ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
        let count = [14: 2 * length - 1, 15: 2 * length + 1][choice] ?? 2 * length
        var characters = (0..<max(count, 0)).map { _ in digits[Int(number() % 16)] }
        if choice == 13, let last = characters.indices.last { characters[last] = UInt8(ascii: "G") }
        if choice == 12 { characters.insert(UInt8(ascii: " "), at: characters.count / 2) }
        return characters
    }

    private mutating func number() -> UInt8 {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: random >> 33)
    }

    private mutating func characters(for request: CodeRequest, kind: UInt8) -> [UInt8] {
        if request.purpose == .new {
            switch kind {
            case 1: if let old = codes.last { return old.characters }
            case 2: return Array("123456".utf8)
            case 3: return Array("991231".utf8)
            default: break
            }
        }
        let choice = Int(request.purpose == .new ? options[3] >> 4 : options[3] & 0x0F)
        let allowed = request.pin.allowedLength
        let count =
            switch choice {
            case 0: allowed.upperBound
            case 1: allowed.lowerBound
            case 15: allowed.upperBound + 1
            default: choice - 2
            }
        let isText = options[2] & 64 != 0
        return (0..<count).map { _ in
            let number = number()
            return isText ? UInt8(ascii: "a") + number % 26 : UInt8(ascii: "0") + number % 10
        }
    }

    /// One octet a character, one digit an octet with `F` before it, two digits an octet.
    private static func forms(of characters: [UInt8]) -> [String] {
        let plain = Hex.string(of: characters)
        guard characters.allSatisfy({ (0x30...0x39).contains($0) }) else { return [plain] }
        return [
            plain,
            Hex.string(of: characters.map { $0 | 0xF0 }),
            String(decoding: characters, as: UTF8.self),
        ]
    }
}
