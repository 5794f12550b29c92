extension Certificate {
    /// What a certificate and its key are for.
    package enum Use: Hashable, Sendable {
        /// Its signatures show who holds the key, and do not bind the holder.
        case login
        /// Its signatures bind the holder.
        case signature
        /// An authority's, or one for encipherment, key agreement or anything else.
        case other
    }

    /// What its extensions say that it is for.
    ///
    /// nonRepudiation makes it one for signatures, whatever other bits are set. A certificate without keyUsage limits nothing
    /// (RFC 5280, 4.2.1.3); then it is the card that says what a key is for.
    package var use: Use {
        guard !extensions.isAuthority else { return .other }
        guard let uses = extensions.keyUsage else { return .login }
        if uses.contains(.nonRepudiation) { return .signature }
        return uses.contains(.digitalSignature) ? .login : .other
    }
}
