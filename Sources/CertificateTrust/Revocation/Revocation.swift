package import X509

/// Whether certificates are revoked, as far as it can be found out.
///
/// Blocking where the policy is `online`: up to the fetcher's limit for a whole session. Holds the lists that it has read from
/// the cache, up to some 100 MB, so that what lives long makes a new one for each card.
package struct Revocation: Sendable {
    package enum Policy: String, Hashable, Sendable, CaseIterable {
        /// Nothing is asked.
        case off
        /// Only what was fetched before and is still in force; a list that no longer is counts where it says revoked for good.
        case cached
        /// The responder first, then the revocation list; and what was fetched before, in every case, as for `cached`.
        case online
    }

    /// Who said so.
    package struct Evidence: Hashable, Sendable {
        package enum Kind: String, Hashable, Sendable { case crl, ocsp }

        package let kind: Kind
        package let address: String
        package let thisUpdate: Instant
        package let nextUpdate: Instant?
        /// When it was fetched.
        package let fetched: Instant
        package let isFromCache: Bool
    }

    package struct Finding: Hashable, Sendable {
        package let link: ChainLink
        package let status: RevocationStatus
        package let evidence: Evidence?
        /// Why what was fetched could not be kept, by `errno`.
        package let cacheFailure: Int32?
    }

    /// Addresses of each kind that are asked for one certificate.
    static let maximumAddressCount = 3

    package let policy: Policy
    let cache: RevocationCache?
    let fetcher: CurlFetcher
    let lists = CRLMemory()
    /// How many seconds something counts that does not say until when.
    let maximumAge: Int64

    /// A day, which is how long most lists count.
    package static let standardMaximumAge: Int64 = 86_400

    package init(
        policy: Policy,
        cache: RevocationCache?,
        fetcher: CurlFetcher = CurlFetcher(),
        maximumAge: Int64 = standardMaximumAge
    ) {
        (self.policy, self.cache, self.fetcher, self.maximumAge) = (policy, cache, fetcher, maximumAge)
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
            var check = RevocationCheck(
                link: link,
                issuer: issuer.certificate,
                instant: instant,
                revocation: self,
                session: session
            )
            return check.run()
        }
    }
}
