/// Whether certificates are revoked, as far as it can be found out.
///
/// Blocking where the policy is `online`: up to the fetcher's limit for a whole session, and some seconds besides. Holds the
/// lists that it has read from the cache, up to some 100 MB, so that what lives long makes a new one for each card.
package struct Revocation: Sendable {
    package enum Policy: String, Hashable, Sendable, CaseIterable {
        /// Nothing is asked.
        case off
        /// Only what was fetched before and is still in force; a list that no longer is counts where it says revoked for good.
        case cached
        /// The responder first, then the revocation list; and what was fetched before, in every case, as for `cached`.
        case online
    }

    package enum Status: Hashable, Sendable {
        /// Somebody who must know says that it is not revoked.
        case good
        /// Revoked, since when and why; an absent reason was not given.
        case revoked(at: Instant, reason: RevocationReason?)
        /// It could not be found out; everything that stood in the way, never empty.
        case unknown([Obstacle])
        /// Nobody asked.
        case unchecked
    }

    /// Who said so.
    package struct Evidence: Hashable, Sendable {
        package enum Kind: String, Hashable, Sendable { case crl, ocsp }

        package let kind: Kind
        package let address: String
        /// When it was made (thisUpdate).
        package let made: Instant
        /// Until when it counts (nextUpdate).
        package let validUntil: Instant?
        /// When it was fetched.
        package let fetched: Instant
        package let isFromCache: Bool
    }

    package struct Finding: Hashable, Sendable {
        package let link: ChainLink
        package let status: Status
        package let evidence: Evidence?
        /// Why what was fetched could not be kept, by `errno`.
        package let cacheFailure: Int32?
    }

    /// Addresses of each kind that are asked for one certificate.
    static let maximumAddressCount = 3

    package let policy: Policy
    let cache: RevocationCache?
    let fetcher: WebFetcher
    let lists = ReadLists()

    package init(policy: Policy, cache: RevocationCache?, fetcher: WebFetcher = WebFetcher()) {
        (self.policy, self.cache, self.fetcher) = (policy, cache, fetcher)
    }

    /// Begins a question; its time runs from now on.
    package func begin() -> RevocationSession { RevocationSession(fetcher) }

    /// Asks for every certificate of a trusted chain but its anchor, which nobody can revoke.
    ///
    /// `chain` is what `Verdict.trusted` holds; of an unverified chain the answers mean nothing. Several chains may share
    /// a `session`, and its time.
    package func check(
        _ chain: [ChainLink],
        at instant: Instant,
        in session: RevocationSession? = nil
    ) -> [Finding] {
        let session = session ?? begin()
        return zip(chain, chain.dropFirst()).map { link, issuer in
            guard policy != .off else {
                return Finding(link: link, status: .unchecked, evidence: nil, cacheFailure: nil)
            }
            var inquiry = Inquiry(
                link: link,
                issuer: issuer.certificate,
                instant: instant,
                revocation: self,
                session: session
            )
            return inquiry.run()
        }
    }
}
