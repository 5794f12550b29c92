import CardApplications
import CardCore
import Testing
import VirtualCards

/// An OpenPGP software card, what reached it, and the family's application on it.
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
    /// The reader's reset at the beginning is not wanted here: what is selected and verified is part of the test.
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

    var hints: CardHints { CardHints(atr: try? ATR(parsing: atr)) }

    /// Looks and selects as identification does, and lends the application to `body`; `nil` where there is none.
    func withApplication<R>(
        _ body: (inout any CardApplication, inout AnyCardChannel) throws -> R
    ) throws -> R? {
        var channel: AnyCardChannel = InMemoryReader(card: self).channel()
        var found = try OpenPGPFamily.look(hints, on: &channel)
        if found == nil { found = try OpenPGPFamily.select(hints, on: &channel) }
        guard var application = found else { return nil }
        return try body(&application, &channel)
    }

    /// The same, and then the second transaction of an operation with the code `id`, up to presenting it.
    func presenting<R>(
        _ id: String,
        _ body: (inout any CardApplication, inout AnyCardChannel, [PINPolicy]) throws -> R
    ) throws -> R {
        let result = try withApplication { application, channel -> R in
            let policies = try application.readPINs(roles: false, on: &channel)
            let policy = try #require(policies.first { $0.id == id })
            try application.resume(for: policy, on: &channel)
            _ = try application.status(of: policy, on: &channel)
            try application.prepare(policy, on: &channel)
            commands = []
            return try body(&application, &channel, policies)
        }
        return try #require(result)
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
