import CardApplications
import CardCore
import Testing
import VirtualCards

/// A PIV card in software, what another program does with it, and our application in one transaction after the other.
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

    /// Identification by PIV alone; the card is not reset.
    func identify() throws -> PIVApplication {
        try transaction { channel in
            let hints = CardHints(atr: try? ATR(parsing: atr))
            let found = try PIVFamily.look(hints, on: &channel) ?? PIVFamily.select(hints, on: &channel)
            guard let application = found as? PIVApplication else { throw NotIdentified() }
            return application
        }
    }

    func transaction<R>(_ body: (inout AnyCardChannel) throws -> R) rethrows -> R {
        var channel: AnyCardChannel = DirectChannel(card: self)
        return try body(&channel)
    }

    /// One transaction with `application`.
    func with<R>(
        _ application: inout PIVApplication,
        _ body: (inout PIVApplication, inout AnyCardChannel) throws -> R
    ) rethrows -> R {
        try transaction { channel in try body(&application, &channel) }
    }

    func policy(_ id: String, _ application: inout PIVApplication) throws -> PINPolicy {
        try #require(
            try with(&application) { try $0.readPINs(roles: false, on: &$1) }.first { $0.id == id }
        )
    }

    enum Operation: CaseIterable, Sendable {
        case verify, change, unblock, changePUK
    }

    /// What became of an operation.
    struct Outcome {
        var error: PINError?
        /// What `endSecurityStatus` said.
        var isForgotten: Bool
        /// The counter as it was read in the second transaction.
        var status: PINStatus
    }

    /// The two transactions of an operation, in the order in which `CardOperations` works; `between` is another program.
    func run(
        _ operation: Operation,
        with code: String? = nil,
        to new: String = "975310",
        between: () -> Void = {}
    ) throws -> Outcome {
        var application = try identify()
        let pins = try with(&application) { try $0.readPINs(roles: false, on: &$1) }
        let pin = try #require(pins.first { $0.id == "80" })
        let puk = try #require(pins.first { $0.kind == .puk })
        let unblocking = try #require(pin.unblocking.first)
        let counted = operation == .unblock || operation == .changePUK ? puk : pin
        try with(&application) { application, channel in
            if operation == .unblock { _ = try application.status(of: pin, on: &channel) }
            _ = try application.status(of: counted, on: &channel)
        }
        between()
        return try with(&application) { application, channel in
            try application.resume(for: counted, on: &channel)
            let status = try application.status(of: counted, on: &channel)
            let target = operation == .unblock ? pin : counted
            try application.prepare(target, on: &channel)
            var outcome = Outcome(isForgotten: false, status: status)
            do throws(PINError) {
                switch operation {
                case .verify:
                    try application.verify(pin, secret(code ?? Self.auth), on: &channel)
                case .change, .changePUK:
                    let old = code ?? (operation == .change ? Self.auth : Self.puk)
                    try application.change(
                        counted,
                        from: secret(old),
                        to: secret(operation == .change ? new : "24681357"),
                        on: &channel
                    )
                case .unblock:
                    try application.unblock(
                        pin,
                        by: unblocking,
                        of: puk,
                        secret(code ?? Self.puk),
                        to: secret(new),
                        on: &channel
                    )
                    _ = try? application.status(of: pin, on: &channel)
                    _ = try? application.status(of: puk, on: &channel)
                }
            } catch {
                outcome.error = error
            }
            outcome.isForgotten = try application.endSecurityStatus(on: &channel)
            return outcome
        }
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
