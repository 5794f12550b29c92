import CardCore
import VirtualCards

/// One OpenPGP software card and short ways to talk to it.
struct OpenPGPBench {
    let card: OpenPGPCard

    static let select = "A4040006D27600012401"

    static func image() throws -> OpenPGPImage {
        try OpenPGPImage.load(from: Bench.fixtures + "/cards/openpgp.json")
    }

    init(
        fault: CardFault? = nil,
        selected: Bool = true,
        codes: [CodeRole: String] = [:],
        change: (inout OpenPGPImage) -> Void = { _ in }
    ) throws {
        var image = try Self.image()
        change(&image)
        card = OpenPGPCard(image: image, state: CardState(fresh: image, codes: codes), fault: fault)
        if selected { send(Self.select) }
    }

    /// Sends hexadecimal without the leading class byte `00`.
    @discardableResult
    func send(_ hex: String) -> String {
        guard let bytes = Hex.bytes(of: "00" + hex) else { return "not hexadecimal" }
        return Hex.string(of: card.process(bytes))
    }

    /// A command with codes in its data field; `header` is INS, P1, P2.
    @discardableResult
    func present(_ header: String, _ codes: String...) -> String {
        let bytes = codes.flatMap { Array($0.utf8) }
        return send(header + Hex.string(of: [UInt8(bytes.count)] + bytes))
    }

    /// Counters of PW1, the resetting code and PW3, as `C4` tells them.
    var tries: [Int] {
        let answer = Hex.bytes(of: send("CA00C400")) ?? []
        return answer.count == 9 ? answer[4...6].map { Int($0) } : []
    }
}
