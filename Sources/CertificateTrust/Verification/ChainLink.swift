package import X509

/// A certificate in a chain, and where it came from.
package struct ChainLink: Hashable, Sendable {
    package enum Origin: Hashable, Sendable {
        /// The certificate that is judged.
        case subject
        /// An issuer that was handed in with it, such as from the same card.
        case handedIn
        /// A file of the trust store.
        case file(String)
    }

    package let certificate: Certificate
    package let origin: Origin
}
