package import CardApplications
package import CertificateTrust
internal import Glibc

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

    /// The same of a certificate as `status` reads it.
    package init?(_ summary: CertificateSummary, limits: Limits, at instant: Instant) {
        guard let notBefore = Instant(rfc3339: summary.notBefore),
            let notAfter = Instant(rfc3339: summary.notAfter)
        else { return nil }
        self.init(
            notBefore: notBefore,
            notAfter: notAfter,
            lifetime: Certificate.Lifetime(from: notBefore, to: notAfter),
            limits: limits,
            at: instant
        )
    }
}

extension CertificateExpiry {
    /// The same of a certificate that OpenSSL has read.
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

extension Instant {
    /// `YYYY-MM-DDThh:mm:ssZ` alone, the form that `CertificateSummary` writes.
    init?(rfc3339 text: String) {
        let numbers = text.split(whereSeparator: { "-T:Z".contains($0) }).compactMap { Int32($0) }
        guard text.utf8.count == 20, numbers.count == 6 else { return nil }
        var parts = unsafe tm()
        unsafe (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
        unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[3], numbers[4], numbers[5])
        self.init(seconds: Int64(unsafe timegm(&parts)))
    }
}
