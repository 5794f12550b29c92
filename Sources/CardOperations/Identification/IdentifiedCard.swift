/// What is known of a card that was looked at, without anything that names it or its holder but to whoever has the salt.
package struct IdentifiedCard: Hashable, Sendable {
    /// Whose card it is.
    package enum Owner: Hashable, Sendable {
        /// Nobody has looked, or the check could not be finished.
        case unknown
        /// It has no trusted login certificate, or one that belongs to no user, or it belongs to two.
        case nobody
        /// The user of this name.
        case user(String)
    }

    /// HMAC-SHA-256 in 64 hexadecimal digits, of its number or its login certificate; `nil` where nothing tells it from others.
    package let identity: String?
    /// As in the JSON of `status`; `nil` for a card nobody knows.
    package let family: String?
    /// The words of `Cards=` that mean it.
    ///
    /// Its family, those of other families that its Answer-to-Reset makes as likely, and what card data calls it; product and
    /// issuers only where `Cards=` names something else. `unrecognised` in place of a family.
    package let kinds: Set<String>
    package let owner: Owner

    /// The word for every card that nobody knows.
    package static let unrecognised = "unrecognised"
}
