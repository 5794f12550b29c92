/// The id of a login session as logind gives it (`c2`, `14`).
package struct SessionID: Hashable, Sendable {
    package let id: String

    package init(_ id: String) { self.id = id }
}

/// The name of a seat as logind gives it (`seat0`).
package struct SeatID: Hashable, Sendable {
    package let id: String

    package init(_ id: String) { self.id = id }

    /// The seat of every reader that no setting puts elsewhere.
    package static let seat0 = SeatID("seat0")
}

/// The name of a reader as the card service gives it, without the final zero; needs not be UTF-8.
package struct ReaderName: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    package init(_ name: String) { bytes = Array(name.utf8) }
}

/// Which card this is: a salted hash of family and serial number, or of a certificate; nothing can be read from it.
package struct CardIdentity: Hashable, Sendable {
    package let hash: String

    package init(hash: String) { self.hash = hash }
}
