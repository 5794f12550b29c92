import CardApplications
import CardCore
import Testing
import VirtualCards

/// An OpenPGP software card, what reached it, and sessions with its application.
final class OpenPGPFamilyBench: VirtualCard {
    let card: OpenPGPCard
    /// Every command that reached the card.
    private(set) var commands: [[UInt8]] = []
    /// Answers in place of the card where it returns something.
    var habit: (([UInt8]) -> [UInt8]?)?

    static let aid: [UInt8] = [
        0xD2, 0x76, 0x00, 0x01, 0x24, 0x01, 0x03, 0x04, 0xFF, 0x7E, 0x0B, 0xAD, 0xC0, 0xDE, 0x00, 0x00,
    ]

    /// A card with the application selected unless told otherwise.
    init(
        selected: Bool = false,
        fault: CardFault? = nil,
        edit: (inout OpenPGPImage) -> Void = { _ in }
    ) throws {
        let parts = #filePath.split(separator: "/").dropLast(4)
        let path = "/" + parts.joined(separator: "/") + "/Fixtures/cards/openpgp.json"
        var image = try OpenPGPImage.load(from: path)
        edit(&image)
        card = OpenPGPCard(image: image, fault: fault)
        if selected { select() }
    }

    var atr: [UInt8] { card.atr }
    var transmissionProtocol: TransmissionProtocol { card.transmissionProtocol }
    /// Nothing: what is selected and verified is part of the test.
    func reset() {}

    func process(_ command: [UInt8]) -> [UInt8] {
        commands.append(command)
        return habit?(command) ?? card.process(command)
    }

    func select() { _ = card.process([0x00, 0xA4, 0x04, 0x00, 0x06] + Self.aid.prefix(6)) }

    /// As another program would present it.
    func verify(_ mode: UInt8, _ code: String) {
        _ = card.process([0x00, 0x20, 0x00, mode, UInt8(code.utf8.count)] + Array(code.utf8))
    }

    /// Headers of what reached the card since the last time, in hexadecimal.
    func sent() -> [String] {
        defer { commands = [] }
        return commands.map { Hex.string(of: Array($0.prefix(4))) }
    }

    /// What card data says of the card.
    var hints: CardHints { CardHints(atr: try? ATR(parsing: atr), families: ["openpgp"]) }

    /// Finds the application in a transaction and lends its session to `body`; `nil` where there is none.
    func withSession<R>(
        for purpose: ApplicationSearch.Purpose = .codes,
        _ body: (inout ApplicationSession) throws -> R
    ) throws -> R? {
        try withSession(ApplicationSearch(hints, for: purpose), body)
    }

    /// The application and its codes, read in one transaction.
    func survey() throws -> (application: any CardApplication, policies: [PINPolicy]) {
        let read = try withSession { session in
            let policies = try session.readPINs(roles: false)
            return (session.application, policies)
        }
        return try #require(read)
    }

    /// Both transactions of an operation with the code `id`, up to the code itself, which `body` presents.
    func presenting<R>(
        _ id: String,
        _ body: (inout ApplicationSession, [PINPolicy]) throws -> R
    ) throws -> R {
        let (application, policies) = try survey()
        let policy = try policies.named(id)
        return try withReopened(application, toPresent: policy) { session in
            _ = try session.status(of: policy)
            commands = []
            return try body(&session, policies)
        }
    }

    /// Counters of PW1, the resetting code and PW3 on the card.
    var tries: [Int?] {
        [OpenPGPImage.pw1, OpenPGPImage.resettingCode, OpenPGPImage.pw3].map {
            card.state.codes[$0]?.remainingTries
        }
    }
}

extension [PINPolicy] {
    func named(_ id: String) throws -> PINPolicy { try #require(first { $0.id == id }) }
}
