import CardCore
import VirtualCards

/// One software card and short ways to talk to it.
struct Bench {
    let card: FileSystemCard

    static let aid = "A4040C0CA000000063504B43532D3135"

    static func image(_ profile: CardProfile) throws -> FileSystemImage {
        try FileSystemImage.load(from: fixtures + "/cards/\(profile.rawValue).json")
    }

    static var fixtures: String {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/") + "/Fixtures"
    }

    init(
        _ profile: CardProfile,
        fault: CardFault? = nil,
        applicationSelected: Bool = true,
        change: (inout CardState, FileSystemImage) -> Void = { _, _ in }
    ) throws {
        let image = try Self.image(profile)
        var state = CardState(fresh: image)
        change(&state, image)
        card = FileSystemCard(image: image, state: state, fault: fault)
        if applicationSelected { _ = send(Self.aid) }
    }

    /// Sends hexadecimal without the leading class byte `00`.
    @discardableResult
    func send(_ hex: String) -> String { sendRaw("00" + hex) }

    @discardableResult
    func sendRaw(_ hex: String) -> String {
        guard let bytes = Hex.bytes(of: hex) else { return "not hexadecimal" }
        return Hex.string(of: card.process(bytes))
    }

    /// VERIFY of `code`, filled up with zero bytes to `padded`.
    @discardableResult
    func verify(_ reference: String, _ code: String, padded: Int = 0) -> String {
        send("2000" + reference + Self.field([Self.code(code, padded: padded)]))
    }

    func change(_ reference: String, from old: String, to new: String, padded: Int = 0) -> String {
        send(
            "2400" + reference + Self.field([Self.code(old, padded: padded), Self.code(new, padded: padded)])
        )
    }

    func unblock(_ reference: String, puk: String, to new: String, padded: Int = 0) -> String {
        send(
            "2C00" + reference + Self.field([Self.code(puk, padded: padded), Self.code(new, padded: padded)])
        )
    }

    /// Takes over the answer of a command whose data waits for GET RESPONSE.
    func fetched(_ hex: String) -> String {
        var answer = send(hex)
        var data = ""
        while answer.count == 4, answer.hasPrefix("61") {
            answer = send("C00000" + answer.suffix(2))
            data += answer.dropLast(4)
            answer = String(answer.suffix(4))
        }
        return data + answer
    }

    func tries(_ reference: String) -> Int? { card.state.codes[reference]?.remainingTries }

    static func code(_ digits: String, padded: Int = 0) -> [UInt8] {
        let bytes = Array(digits.utf8)
        return bytes + [UInt8](repeating: 0, count: max(padded - bytes.count, 0))
    }

    private static func field(_ parts: [[UInt8]]) -> String {
        let bytes = parts.flatMap { $0 }
        return Hex.string(of: [UInt8(bytes.count)] + bytes)
    }
}
