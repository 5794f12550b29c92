/// The number that tells a card from all others, as far as whoever gives the numbers sees to it.
package struct CardNumber: Hashable, Sendable {
    /// Within what the number is unique: the family, or `yubikey` for keys that have one number in all their applications.
    package let scope: String
    /// As the family prints it; 1...510 characters of hostile text.
    package let number: String

    /// `nil` for no number, or for one that is none: empty, of unlikely length, or the same digit throughout.
    init?(scope: String, _ number: String?) {
        guard let number, (1...510).contains(number.utf8.count), Self.isNumber(number) else { return nil }
        self.scope = scope
        self.number = number
    }

    /// What cards hold that were never given a number: 00, FF, and spaces or zeros as text.
    private static func isNumber(_ text: String) -> Bool {
        let digits = Array(text.utf8)
        let blanks = ["0", "F", "20", "30"].map { Array($0.utf8) }
        return !blanks.contains { blank in
            digits.count.isMultiple(of: blank.count)
                && digits.indices.allSatisfy { digits[$0] == blank[$0 % blank.count] }
        }
    }
}

/// What a card was found to be by whoever wants no more than to know it again.
package struct RecognisedCard: Hashable, Sendable {
    /// The family's name in JSON.
    package let family: String
    /// `nil` where the application has none.
    package let number: CardNumber?
}
