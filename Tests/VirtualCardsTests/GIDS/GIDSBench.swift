import COpenSSL
import CardCore
import Testing
import VirtualCards

/// One GIDS card and short ways to talk to it.
struct GIDSBench {
    let card: GIDSCard

    /// SELECT by the name without its version, as OpenSC does.
    static let select = "A4040009A0000003974254465900"

    init(fault: CardFault? = nil, selected: Bool = true, edit: (inout GIDSImage) -> Void = { _ in }) throws {
        var image = try GIDSImage.load(from: Bench.fixtures + "/cards/gids.json")
        edit(&image)
        card = GIDSCard(image: image, fault: fault)
        if selected { _ = send(Self.select) }
    }

    /// Sends hexadecimal without the leading class byte `00`.
    @discardableResult
    func send(_ hex: String) -> String {
        guard let bytes = Hex.bytes(of: "00" + hex) else { return "not hexadecimal" }
        return Hex.string(of: card.process(bytes))
    }

    /// Takes over what waits for GET RESPONSE.
    func fetched(_ hex: String) -> String {
        var answer = send(hex)
        var data = ""
        while answer.suffix(4).hasPrefix("61") {
            data += answer.dropLast(4)
            answer = send("C00000" + answer.suffix(2))
        }
        return data + answer
    }

    @discardableResult
    func verify(_ code: String) -> String { send("200080" + Self.field(Array(code.utf8))) }

    func change(_ old: String, _ new: String) -> String {
        send("240080" + Self.field(Array((old + new).utf8)))
    }

    func reset(_ new: String) -> String { send("2C0280" + Self.field(Array(new.utf8))) }

    /// The counter as GET DATA tells it.
    var tries: String { String(send("CB3FFF045C027F7100").dropFirst(10).prefix(2)) }

    /// The card's challenge of 8 bytes, after choosing the administrator's key.
    func challenge() throws -> [UInt8] {
        #expect(send("2281A403830180") == "9000")
        let answer = send("87000004" + "7C028100" + "00")
        #expect(answer.hasPrefix("7C0A8108") && answer.hasSuffix("9000"))
        return try #require(Hex.bytes(of: String(answer.dropFirst(8).dropLast(4))))
    }

    func respond(_ response: [UInt8]) -> String {
        send("8700000C7C0A8208" + Hex.string(of: response))
    }

    /// `data` under the image's administrator key, by OpenSSL's own function and not by the card's code.
    func sealed(_ data: [UInt8]) -> [UInt8] {
        let key = card.image.administratorKey.value.bytes
        var output = [UInt8](repeating: 0, count: data.count + 8)
        var written: Int32 = 0
        let context = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        unsafe EVP_EncryptInit_ex(
            context,
            EVP_des_ede3_cbc(),
            nil,
            key,
            [UInt8](repeating: 0, count: 8)
        )
        unsafe EVP_CIPHER_CTX_set_padding(context, 0)
        unsafe EVP_EncryptUpdate(context, &output, &written, data, Int32(data.count))
        return Array(output.prefix(Int(written)))
    }

    static func field(_ bytes: [UInt8]) -> String { Hex.string(of: [UInt8(bytes.count)] + bytes) }
}
