extension Certificate {
    /// The number that a certificate knows its holder by.
    package enum HolderNumber: Hashable, Sendable {
        /// HSA-id, such as `SE2321000000-1A2B`.
        case hsaID(String)
        /// Personal identity number or coordination number with century (Skatteverket, SKV 704), 12 digits.
        case personalNumber(String)
        /// Something else; it may be personal data.
        case other(CertificateText)
    }

    /// What the certificate's lifetime says about its card.
    package enum Lifetime: String, Hashable, Sendable {
        /// Up to 90 days: a reservkort, which is given out for 14 to 90 days.
        case temporary
        /// Up to half a year: a korttidskort.
        case short
        /// Longer.
        case ordinary

        package init(from notBefore: Instant, to notAfter: Instant) {
            // Times have four digits of years, so nothing overflows.
            let days = (notAfter.seconds - notBefore.seconds) / 86_400
            self = days <= 90 ? .temporary : days <= 184 ? .short : .ordinary
        }
    }

    /// The subject's attribute serialNumber, by its form; `nil` where there is none.
    package var holderNumber: HolderNumber? {
        guard let text = subject.serialNumber else { return nil }
        let bytes = Array(text.raw.utf8)
        if Self.isHSAID(bytes) { return .hsaID(text.raw) }
        if Self.isPersonalNumber(bytes) { return .personalNumber(text.raw) }
        return .other(text)
    }

    /// The number printed on the card (extension 1.2.752.34.2.1).
    package var cardNumber: CertificateText? { extensions.cardNumber }

    /// The level that the issuer's name stands for; `nil` when the name is no SITHS issuer of persons.
    ///
    /// A name proves nothing before the chain is verified. Production and test names count alike; `isOfTestIssuer` tells
    /// them apart.
    package var levelOfAssurance: Int? {
        guard let name = issuer.commonName?.raw else { return nil }
        return Self.levels[Self.withoutTestMarks(name)]
    }

    /// The issuer's name says that it issues for tests only.
    package var isOfTestIssuer: Bool {
        guard let name = issuer.commonName?.raw else { return false }
        return Self.withoutTestMarks(name) != name
    }

    /// How long the certificate is valid altogether.
    package var lifetime: Lifetime { Lifetime(from: notBefore, to: notAfter) }

    /// Names of SITHS issuers of persons (SITHS certificate policies, Inera).
    ///
    /// The name of SITHS Type 1 CA is not among them, for it says nothing: the series of the card number decides there.
    private static let levels = [
        "SITHS e-id Person HSA-id 3 CA v1": 3, "SITHS e-id Person ID 3 CA v1": 3,
        "SITHS e-id Person ID Mobile CA v1": 3, "SITHS e-id Person HSA-id 2 CA v1": 2,
        "SITHS e-id Person ID 2 CA v1": 2,
    ]

    /// Test issuers of the second generation begin with `TEST `, those of the first end in ` PP`.
    private static func withoutTestMarks(_ name: String) -> String {
        if name.hasPrefix("TEST ") { return String(name.dropFirst(5)) }
        return name.hasSuffix(" PP") ? String(name.dropLast(3)) : name
    }

    /// `SE`, the ten digits of an organisation number, `-`, and up to 18 capitals and digits (HSA handbook, Inera).
    private static func isHSAID(_ bytes: [UInt8]) -> Bool {
        guard (14...31).contains(bytes.count), bytes.starts(with: Array("SE".utf8)) else { return false }
        let end = bytes.dropFirst(13)
        return bytes[2..<12].allSatisfy(isDigit) && bytes[12] == UInt8(ascii: "-")
            && end.allSatisfy { isDigit($0) || (0x41...0x5A).contains($0) }
    }

    private static func isPersonalNumber(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 12, bytes.allSatisfy(isDigit) else { return false }
        let digits = bytes.map { Int($0 - 0x30) }
        let century = digits[0] * 10 + digits[1]
        let month = digits[4] * 10 + digits[5]
        let day = digits[6] * 10 + digits[7]
        // Coordination numbers add 60 to the day.
        return (18...21).contains(century) && (1...12).contains(month)
            && ((1...31).contains(day) || (61...91).contains(day))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
