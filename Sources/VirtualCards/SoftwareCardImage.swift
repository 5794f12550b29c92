internal import FoundationEssentials

/// What a software card is made of, as a JSON file in `Fixtures/cards`; it holds no codes.
package protocol SoftwareCardImage: Decodable, Sendable {
    var profile: String { get }
    /// Every code that a state of this card must have.
    var codeRules: [CodeRule] { get }
    /// The first rule that the image breaks, `nil` when it is sound.
    var flaw: String? { get }
    /// A card that remembers `state`.
    func makeCard(state: CardState, fault: CardFault?) -> any SoftwareCard
}

extension SoftwareCardImage {
    /// Reads and checks the image at `path`.
    package static func load(from path: String) throws(CardFileError) -> Self {
        let bytes = try WholeFile.read(path)
        let image: Self
        do {
            image = try JSONDecoder().decode(Self.self, from: Data(bytes))
        } catch {
            throw .damaged(path: path, reason: "\(error)")
        }
        if let flaw = image.flaw { throw .damaged(path: path, reason: flaw) }
        return image
    }
}

/// Why a card image or a state file was not taken.
package enum CardFileError: Error, Equatable, Sendable {
    case missing(path: String)
    case unreadable(path: String, reason: String)
    case damaged(path: String, reason: String)
    case notWritable(path: String, reason: String)
}
