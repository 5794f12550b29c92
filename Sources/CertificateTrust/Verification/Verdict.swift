/// What became of a verification.
package enum Verdict: Hashable, Sendable {
    /// The chain from the certificate to its anchor, both included.
    case trusted([ChainLink])
    /// Everything that was found against it, what concerns the certificate itself first; never empty.
    case rejected([Reason])
}
