import CardApplications
import CardCore
import Testing
import VirtualCards

/// A GIDS software card whose answers can be replaced, and sessions with its application.
final class GIDSFamilyBench: VirtualCard {
    let card: GIDSCard
    /// Every command that reached the card.
    private(set) var commands: [[UInt8]] = []
    /// Answers in place of the card where it returns something.
    var habit: (([UInt8]) -> [UInt8]?)?

    static let fixtures =
        "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/Fixtures"
    private static let original = Result { try GIDSImage.load(from: fixtures + "/cards/gids.json") }

    init(
        selected: Bool = true,
        tries: Int? = nil,
        fault: CardFault? = nil,
        edit: (inout GIDSImage) -> Void = { _ in }
    ) throws {
        var image = try Self.original.get()
        edit(&image)
        var state = CardState(fresh: image)
        if let tries { state.setRemainingTries(tries, of: .authentication, on: image) }
        card = GIDSCard(image: image, state: state, fault: fault)
        if selected { _ = send("00A4040009A0000003974254465900") }
    }

    var atr: [UInt8] { card.atr }
    var transmissionProtocol: TransmissionProtocol { card.transmissionProtocol }
    func reset() { card.reset() }

    func process(_ command: [UInt8]) -> [UInt8] {
        commands.append(command)
        return habit?(command) ?? card.process(command)
    }

    /// A command of another program, which is not counted.
    @discardableResult
    func send(_ hex: String) -> String { Hex.string(of: card.process(Hex.bytes(of: hex) ?? [])) }

    var isUserVerified: Bool { card.isUserVerified }

    /// What the commands so far were, by instruction and P1-P2.
    var headers: [String] { commands.map { Hex.string(of: $0.prefix(4)) } }

    func forgetCommands() { commands = [] }

    /// What card data says of the card.
    var hints: CardHints { CardHints(atr: try? ATR(parsing: atr), families: ["gids"]) }

    /// Finds the application in a transaction and lends its session to `body`.
    func withSession<R>(
        for purpose: ApplicationSearch.Purpose = .codes,
        _ body: (inout ApplicationSession) throws -> R
    ) throws -> R {
        try #require(try withSession(ApplicationSearch(hints, for: purpose), body))
    }

    /// The content of a data object of the image.
    static func content(_ tag: String, in file: String = "A010") throws -> [UInt8] {
        let image = try original.get()
        return try #require(image.files.first { $0.identifier == file }?.objects[tag]?.bytes)
    }
}

extension GIDSImage {
    mutating func put(_ tag: String, _ content: [UInt8], in file: String = "A010") {
        guard let index = files.firstIndex(where: { $0.identifier == file }) else { return }
        files[index].objects[tag] = HexBytes(content)
    }

    var masterFile: [UInt8] {
        get { files.first { $0.identifier == "A000" }?.objects["DF1F"]?.bytes ?? [] }
        set { put("DF1F", newValue, in: "A000") }
    }

    var containerMap: [UInt8] {
        get { files.first { $0.identifier == "A010" }?.objects["DF23"]?.bytes ?? [] }
        set { put("DF23", newValue) }
    }
}
