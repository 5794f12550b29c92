package import X509

/// What is to be said of a certificate's validity at an instant, before anybody verifies it.
package enum CertificateExpiry: Hashable, Sendable {
    case notYetValid(from: Instant)
    case expired(since: Instant)
    /// Whole days that are left, 0 on the last one.
    case expiresSoon(days: Int)

    /// How many days before the end it is said; the second number is for certificates of a reservkort.
    package struct Limits: Hashable, Sendable {
        package let days: Int
        package let temporaryDays: Int

        package init(days: Int = 60, temporaryDays: Int = 7) {
            (self.days, self.temporaryDays) = (days, temporaryDays)
        }
    }

    private static let secondsOfADay: Int64 = 86_400

    /// `nil` when there is nothing to be said.
    package init?(
        notBefore: Instant,
        notAfter: Instant,
        lifetime: Certificate.Lifetime,
        limits: Limits,
        at instant: Instant
    ) {
        if instant < notBefore {
            self = .notYetValid(from: notBefore)
            return
        }
        // The last second counts (RFC 5280, 4.1.2.5).
        guard instant <= notAfter else {
            self = .expired(since: notAfter)
            return
        }
        let days = Int((notAfter.seconds - instant.seconds) / Self.secondsOfADay)
        guard days < (lifetime == .temporary ? limits.temporaryDays : limits.days) else { return nil }
        self = .expiresSoon(days: days)
    }
}

extension CertificateExpiry {
    /// The same of a certificate.
    package init?(_ certificate: Certificate, limits: Limits, at instant: Instant) {
        self.init(
            notBefore: certificate.notBefore,
            notAfter: certificate.notAfter,
            lifetime: certificate.lifetime,
            limits: limits,
            at: instant
        )
    }
}
