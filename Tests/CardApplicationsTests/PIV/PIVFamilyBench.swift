import CardApplications
import CardCore
import Testing
import VirtualCards

/// A PIV software card, what another program sends to it, and the two transactions of an operation.
final class PIVFamilyBench: VirtualCard {
    let card: PIVCard
    /// Every command that reached the card since the last `forgetCommands`.
    private(set) var commands: [[UInt8]] = []
    /// Answers in place of the card where it returns something.
    var habit: (([UInt8]) -> [UInt8]?)?
    private(set) var atr: [UInt8]

    static let auth = "246810"
    static let puk = "13572468"

    /// Images read once: some tests make thousands of cards.
    private static let images = Dictionary(
        uniqueKeysWithValues: [CardProfile.piv, .pivYubiKey].map { profile in
            let parts = #filePath.split(separator: "/").dropLast(4)
            let folder = "/" + parts.joined(separator: "/") + "/Fixtures/cards/"
            return (profile, Result { try PIVImage.load(from: folder + profile.rawValue + ".json") })
        }
    )

    static func image(_ profile: CardProfile) throws -> PIVImage { try #require(images[profile]).get() }

    init(
        _ profile: CardProfile = .piv,
        fault: CardFault? = nil,
        tries: [CodeRole: Int] = [:],
        edit: (inout PIVImage) throws -> Void = { _ in }
    ) throws {
        var image = try Self.image(profile)
        try edit(&image)
        var state = CardState(fresh: image)
        for (role, left) in tries { state.setRemainingTries(left, of: role, on: image) }
        card = PIVCard(image: image, state: state, fault: fault)
        atr = image.atr.bytes
        card.reset()
    }

    var transmissionProtocol: TransmissionProtocol { card.transmissionProtocol }
    func reset() { card.reset() }

    func process(_ command: [UInt8]) -> [UInt8] {
        commands.append(command)
        return habit?(command) ?? card.process(command)
    }

    func forgetCommands() { commands = [] }

    /// What another program sends, uncounted.
    @discardableResult
    func other(_ hex: String) -> String { Hex.string(of: card.process(Hex.bytes(of: hex) ?? [])) }

    /// Instructions and parameters in order, `CB3FFF 200080`.
    var headers: String {
        commands.map { Hex.string(of: $0[1...3]) }.joined(separator: " ")
    }

    func tries(_ reference: String) -> Int? { card.state.codes[reference]?.remainingTries }

    // MARK: Transactions

    struct NotIdentified: Error {}

    /// What card data says of the card: PKCS#15 is not among its applications.
    var hints: CardHints { CardHints(atr: try? ATR(parsing: atr), families: ["piv"]) }

    /// Finds the application in a transaction and lends its session to `body`; throws `NotIdentified` for a card without PIV.
    func withSession<R>(
        for purpose: ApplicationSearch.Purpose = .codes,
        _ body: (inout ApplicationSession) throws -> R
    ) throws -> R {
        let search = ApplicationSearch(hints, for: purpose)
        var session: ApplicationSession
        do {
            var channel = AnyCardChannel(DirectChannel(card: self))
            var found = try search.run(on: &channel)
            guard let application = found.session.take() else { throw NotIdentified() }
            session = application
        } catch { throw NotIdentified() }
        guard session.application.family == "piv" else { throw NotIdentified() }
        return try body(&session)
    }

    /// The application as it is after it was found, and nothing else was read.
    func identify() throws -> any CardApplication { try withSession { $0.application } }

    /// The counter of the code `id`.
    func status(of id: String) throws -> PINStatus {
        try withSession { session in
            let policy = try session.policy(id)
            return try session.status(of: policy)
        }
    }

    enum Operation: CaseIterable, Sendable {
        case verify, change, unblock, changePUK
    }

    /// What became of an operation.
    struct Outcome {
        var error: PINError?
        /// What `logOut` returned.
        var isLoggedOut: Bool
        /// The counter as it was read in the second transaction.
        var status: PINStatus
    }

    /// The two transactions of an operation, with the commands that `CardOperations` sends; `between` is another program.
    func run(
        _ operation: Operation,
        with code: String? = nil,
        to new: String = "975310",
        between: () -> Void = {}
    ) throws -> Outcome {
        let (application, pin, puk) = try withSession { session in
            let (pin, puk) = (try session.policy("80"), try session.policy("81"))
            for policy in Self.counted(operation, pin, puk) {
                _ = try session.status(of: policy)
            }
            return (session.application, pin, puk)
        }
        between()
        let unblocking = try #require(pin.unblocking.first)
        let counted = operation == .unblock || operation == .changePUK ? puk : pin
        return try withReopened(application, toPresent: counted) { session in
            var outcome = Outcome(isLoggedOut: false, status: try session.status(of: counted))
            do throws(PINError) {
                switch operation {
                case .verify:
                    try session.verify(pin, secret(code ?? Self.auth))
                case .change:
                    try session.change(pin, from: secret(code ?? Self.auth), to: secret(new))
                case .changePUK:
                    try session.change(puk, from: secret(code ?? Self.puk), to: secret("24681357"))
                case .unblock:
                    try session.unblock(
                        pin,
                        by: unblocking,
                        of: puk,
                        secret(code ?? Self.puk),
                        to: secret(new)
                    )
                    for policy in [pin, puk] { _ = try? session.status(of: policy) }
                }
            } catch {
                outcome.error = error
            }
            outcome.isLoggedOut = try session.logOut()
            return outcome
        }
    }

    /// The codes whose counters are read in the first transaction.
    private static func counted(_ operation: Operation, _ pin: PINPolicy, _ puk: PINPolicy) -> [PINPolicy] {
        switch operation {
        case .verify, .change: [pin]
        case .unblock: [pin, puk]
        case .changePUK: [puk]
        }
    }
}

extension ApplicationSession {
    /// The code with this id.
    mutating func policy(_ id: String) throws -> PINPolicy {
        try #require(try readPINs(roles: false).first { $0.id == id })
    }
}

extension PIVImage {
    /// Puts `content` in place of the object `tag`; `nil` removes it.
    mutating func set(_ tag: String, _ content: [UInt8]?) {
        guard let content, let bytes = Hex.bytes(of: tag), var object = objects.first else {
            objects.removeAll { $0.tag.text == tag }
            return
        }
        objects.removeAll { $0.tag.text == tag }
        (object.tag, object.content, object.needsPIN) = (HexBytes(bytes), HexBytes(content), false)
        objects.append(object)
    }

    func content(_ tag: String) throws -> [UInt8] {
        try #require(objects.first { $0.tag.text == tag }).content.bytes
    }

    /// The Discovery Object with another usage policy, and the global PIN.
    mutating func allowGlobalPIN(isPreferred: Bool) throws {
        var discovery = try content("7E")
        discovery[discovery.count - 2] = 0x60
        discovery[discovery.count - 1] = isPreferred ? 0x20 : 0x10
        set("7E", discovery)
        var global = try #require(codes.first)
        (global.reference, global.role, global.maximumTries) = (HexBytes([0x00]), .signature, 5)
        codes.append(global)
    }
}
