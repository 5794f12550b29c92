/// What a certificate is to be used for.
package enum Purpose: String, Hashable, Sendable, CaseIterable {
    /// keyUsage digitalSignature, and client authentication where extendedKeyUsage is present.
    case login
    /// keyUsage nonRepudiation.
    case signing
    /// Whatever its uses are.
    case any
}

/// What became of a verification.
package enum Verdict: Hashable, Sendable {
    /// The chain from the certificate to its anchor, both included.
    case trusted([ChainLink])
    /// Everything that was found against it, what concerns the certificate itself first; never empty.
    case rejected([Reason])
}
