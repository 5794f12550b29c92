import CardTesting
import FoundationEssentials

/// A software card's image with other content, for the tests of one bench.
struct CardImage {
    private var root: JSONValue

    /// The PKCS#15 card that ships with the project.
    init(_ profile: String = "siths") throws {
        let text = try String(contentsOfFile: Self.cards + "/\(profile).json", encoding: .utf8)
        root = try JSONValue(parsing: text)
    }

    private static let cards = BuildFolder.sources + "/Fixtures/cards"
    static let pki = BuildFolder.sources + "/Fixtures/pki"

    /// DER of a certificate of the test PKI.
    static func der(_ name: String) throws -> [UInt8] {
        let ours = "\(pki)/trust/certificates/\(name).der"
        let path = FileManager.default.fileExists(atPath: ours) ? ours : "\(pki)/certificates/\(name).der"
        return Array(try Data(contentsOf: URL(filePath: path)))
    }

    /// Puts `bytes` into the file with this path.
    mutating func setFile(_ path: String, to bytes: [UInt8]) {
        update("files", where: "path", is: path, "content", to: .string(Self.hex(bytes)))
    }

    /// The content of the file with this path.
    func file(_ path: String) -> [UInt8] {
        let hex = root["files"]?.elements.first { $0["path"]?.text == path }?["content"]?.text ?? ""
        let digits = Array(hex)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
    }

    /// The login certificate of a PKCS#15 card.
    mutating func setLoginCertificate(_ der: [UInt8]) { setFile("3F004331", to: der) }

    /// Another key behind the login certificate, PEM.
    mutating func setLoginKey(_ pem: String) {
        update("keys", where: "reference", is: "01", "privateKey", to: .string(pem))
    }

    /// Puts a certificate into a PIV card's object with this tag, not packed.
    mutating func setPIVCertificate(_ tag: String, _ der: [UInt8]) {
        func object(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] {
            [tag, 0x82, UInt8(value.count >> 8), UInt8(value.count & 0xFF)] + value
        }
        let content = object(0x53, object(0x70, der) + [0x71, 0x01, 0x00, 0xFE, 0x00])
        update("objects", where: "tag", is: tag, "content", to: .string(Self.hex(content)))
    }

    /// Another authentication key of an OpenPGP card, PEM.
    mutating func setOpenPGPKey(_ pem: String) {
        update("keys", where: "use", is: "authentication", "privateKey", to: .string(pem))
    }

    /// Gives an OpenPGP card an authentication key of Ed25519 with its certificate, and algorithm attributes that say so.
    mutating func setOpenPGPEd25519() throws {
        setOpenPGPKey(
            try String(contentsOfFile: Self.pki + "/trust/keys/ed25519.key.pem", encoding: .utf8)
        )
        guard case .object(var members) = root,
            case .array(var certificates)? = members["certificates"],
            case .string(let objects)? = members["discretionaryObjects"]
        else { return }
        certificates[0] = .string(Self.hex(try Self.der("ed25519")))
        members["certificates"] = .array(certificates)
        members["discretionaryObjects"] = .string(
            objects.replacing("C306010800001100", with: "C30A162B06010401DA470F01")
        )
        root = .object(members)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }

    /// Gives the card, behind its certificates, one that it lists as an authority's.
    mutating func addAuthority(_ der: [UInt8], id: UInt8 = 0xCA) {
        func object(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
            content.count < 128
                ? [tag, UInt8(content.count)] + content
                : [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
        }
        // PKCS #15 v1.1, 6.6: a CertificateObject with its value in the place of a path; authority is TRUE.
        let attributes = object(0x30, object(0x0C, Array("Utfärdare".utf8)))
        let common = object(0x30, object(0x04, [id]) + [0x01, 0x01, 0xFF])
        let value = object(0xA1, object(0x30, object(0xA0, der)))
        // Behind the last object the file is empty.
        let objects = file(Self.directory).reversed().drop { $0 == 0xFF }.reversed()
        setFile(Self.directory, to: objects + object(0x30, attributes + common + value))
    }

    /// EF.CD of the card.
    private static let directory = "3F004404"

    private mutating func update(
        _ list: String,
        where key: String,
        is value: String,
        _ name: String,
        to new: JSONValue
    ) {
        guard case .object(var members) = root, case .array(var elements)? = members[list] else { return }
        for (index, element) in elements.enumerated() where element[key]?.text == value {
            guard case .object(var fields) = element else { continue }
            fields[name] = new
            elements[index] = .object(fields)
        }
        members[list] = .array(elements)
        root = .object(members)
    }

    /// Writes it into the folder of `bench` and returns what makes a software card take it.
    func options(_ bench: Bench, name: String = "image.json") throws -> [String] {
        let text = String(decoding: try JSONEncoder().encode(root), as: UTF8.self)
        return ["--image", try bench.write(text, to: name)]
    }
}
