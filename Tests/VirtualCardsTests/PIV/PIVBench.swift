import CardCore
import VirtualCards

/// One PIV card in software and short ways to talk to it.
struct PIVBench {
    let card: PIVCard

    static let select = "A4040009A00000030800001000"

    static func image(_ profile: CardProfile) throws -> PIVImage {
        try PIVImage.load(from: Bench.fixtures + "/cards/\(profile.rawValue).json")
    }

    init(
        _ profile: CardProfile = .piv,
        fault: CardFault? = nil,
        edit: (inout PIVImage) -> Void = { _ in },
        change: (inout CardState, PIVImage) -> Void = { _, _ in }
    ) throws {
        var image = try Self.image(profile)
        edit(&image)
        var state = CardState(fresh: image)
        change(&state, image)
        card = PIVCard(image: image, state: state, fault: fault)
        card.reset()
        if profile == .pivYubiKey { send(Self.select) }
    }

    /// Sends hexadecimal without the leading class byte `00`.
    @discardableResult
    func send(_ hex: String) -> String {
        guard let bytes = Hex.bytes(of: "00" + hex) else { return "not hexadecimal" }
        return Hex.string(of: card.process(bytes))
    }

    @discardableResult
    func verify(_ code: String, _ reference: String = "80") -> String {
        send("2000" + reference + "08" + Self.padded(code))
    }

    func change(_ reference: String, from old: String, to new: String) -> String {
        send("2400" + reference + "10" + Self.padded(old) + Self.padded(new))
    }

    func unblock(puk: String, to new: String) -> String {
        send("2C008010" + Self.padded(puk) + Self.padded(new))
    }

    /// GET DATA with extended length.
    func object(_ tag: String) -> String {
        let bytes = Hex.bytes(of: tag) ?? []
        let list = "5C" + Hex.string(of: [UInt8(bytes.count)]) + tag
        return send("CB3FFF0000" + Hex.string(of: [UInt8(bytes.count + 2)]) + list + "0000")
    }

    func tries(_ reference: String) -> Int? { card.state.codes[reference]?.remainingTries }

    private static func padded(_ code: String) -> String {
        let bytes = Array(code.utf8)
        return Hex.string(of: bytes + [UInt8](repeating: 0xFF, count: max(8 - bytes.count, 0)))
    }
}
