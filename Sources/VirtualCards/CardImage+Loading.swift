internal import CardCore
internal import FoundationEssentials

/// Why a card image or a state file was not taken.
package enum CardFileError: Error, Equatable, Sendable {
    case missing(path: String)
    case unreadable(path: String, reason: String)
    case damaged(path: String, reason: String)
    case notWritable(path: String, reason: String)
}

extension CardImage {
    /// Reads and checks the image at `path`.
    package static func load(from path: String) throws(CardFileError) -> CardImage {
        let bytes = try WholeFile.read(path)
        let image: CardImage
        do {
            image = try JSONDecoder().decode(CardImage.self, from: Data(bytes))
        } catch {
            throw .damaged(path: path, reason: "\(error)")
        }
        if let flaw = image.flaw { throw .damaged(path: path, reason: flaw) }
        return image
    }

    /// The first rule that the image breaks, `nil` when it is sound.
    private var flaw: String? {
        guard version == 1 else { return "version \(version) is not known" }
        guard transmissionProtocol == "T=0" || transmissionProtocol == "T=1" else {
            return "protocol \(transmissionProtocol) is not known"
        }
        for file in files where !file.path.bytes.starts(with: [0x3F, 0x00]) || file.path.bytes.count % 2 != 0
        {
            return "path \(Hex.string(of: file.path.bytes)) does not lead down from 3F00"
        }
        for pin in pins {
            guard pin.reference.bytes.count == 1, (1...15).contains(pin.maximumTries),
                (1...pin.maximumLength).contains(pin.minimumLength), pin.maximumLength <= pin.storedLength,
                pin.storedLength <= 64, pin.padding?.bytes.count ?? 1 == 1
            else { return "the rules of PIN \(Hex.string(of: pin.reference.bytes)) do not fit together" }
        }
        guard behaviour.statusOfLastWrongTry.bytes.count == 2 else { return "a status word has two bytes" }
        return nil
    }
}

extension HexBytes {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let bytes = Hex.bytes(of: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not hexadecimal")
        }
        self.init(bytes)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Hex.string(of: bytes))
    }
}
