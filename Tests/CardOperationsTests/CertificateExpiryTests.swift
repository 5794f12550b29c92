import CardApplications
import CardOperations
import CertificateTrust
import Testing
import X509

/// When something is said about a certificate's time, and what.
@Suite struct CertificateExpiryTests {
    private static let day: Int64 = 86_400
    private static let start = Instant(seconds: 1_800_000_000)

    private func expiry(
        days lifetime: Int64,
        at seconds: Int64,
        limits: CertificateExpiry.Limits = .init()
    ) -> CertificateExpiry? {
        let end = Instant(seconds: Self.start.seconds + lifetime * Self.day)
        return CertificateExpiry(
            notBefore: Self.start,
            notAfter: end,
            lifetime: .init(from: Self.start, to: end),
            limits: limits,
            at: Instant(seconds: Self.start.seconds + seconds)
        )
    }

    @Test func itIsSaidFromSixtyDaysOn() {
        let end = 1000 * Self.day
        #expect(expiry(days: 1000, at: 0) == nil)
        #expect(expiry(days: 1000, at: end - 60 * Self.day) == nil)
        #expect(expiry(days: 1000, at: end - 60 * Self.day + 1) == .expiresSoon(days: 59))
        #expect(expiry(days: 1000, at: end - Self.day) == .expiresSoon(days: 1))
        #expect(expiry(days: 1000, at: end) == .expiresSoon(days: 0))
        let last = Instant(seconds: Self.start.seconds + end)
        #expect(expiry(days: 1000, at: end + 1) == .expired(since: last))
        #expect(expiry(days: 1000, at: -1) == .notYetValid(from: Self.start))
    }

    @Test func ofAReservkortItIsSaidFromSevenDaysOn() {
        for days: Int64 in [14, 30, 90] {
            let end = days * Self.day
            #expect(expiry(days: days, at: end - 7 * Self.day) == nil)
            #expect(expiry(days: days, at: end - 7 * Self.day + 1) == .expiresSoon(days: 6))
        }
        #expect(expiry(days: 91, at: 40 * Self.day) == .expiresSoon(days: 51))
    }

    @Test func theSiteDecidesHowEarly() {
        let limits = CertificateExpiry.Limits(days: 10, temporaryDays: 0)
        #expect(expiry(days: 1000, at: 980 * Self.day, limits: limits) == nil)
        #expect(expiry(days: 1000, at: 991 * Self.day, limits: limits) == .expiresSoon(days: 9))
        #expect(expiry(days: 30, at: 30 * Self.day, limits: limits) == nil)
        #expect(expiry(days: 30, at: 30 * Self.day + 1, limits: limits) != nil)
    }

    @Test func aReservkortIsToldByItsCertificates() throws {
        func card(_ names: String...) throws -> [CardCertificate] {
            try names.map {
                CardCertificate(id: $0, label: "", pin: nil, der: try Pair.certificate("certificates/\($0)"))
            }
        }
        func kind(_ certificates: [CardCertificate]) -> TemporaryCard {
            TemporaryCard(certificates, family: "pkcs15")
        }
        #expect(try kind(card("login", "signature")) == .no)
        #expect(try kind(card("reservkort-login")) == .temporary(hasSignature: false))
        #expect(try kind(card("reservkort-login", "signature")) == .temporary(hasSignature: true))
        #expect(try kind(card("reservkort-login", "login")) == .no)
        #expect(try kind(card("signature")) == .unknown)
        #expect(try kind(card()) == .unknown)
    }
}
