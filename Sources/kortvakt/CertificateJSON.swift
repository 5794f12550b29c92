internal import CardApplications
internal import CardCore
internal import CardOperations
internal import X509

/// A certificate on a card as JSON, of `status` and of `cert`; the keys are a contract.
struct CertificateJSON: Encodable {
    let id: String
    let label: String
    let subject: Nullable<String>
    let issuer: Nullable<String>
    let serialNumber: Nullable<String>
    let notBefore: Nullable<String>
    let notAfter: Nullable<String>
    let keyUsage: [String]
    let hsaID: Nullable<String>
    let cardNumber: Nullable<String>
    let pin: Nullable<String>
    /// `not-yet-valid`, `expired` or `expires-soon`; `null` when there is nothing to be said.
    let expiry: Nullable<String>
    /// With `expires-soon`, whole days.
    let daysLeft: Nullable<Int>
    /// With `cert show` alone.
    let details: CertificateDetailsJSON?

    init(_ certificate: CardCertificate, site: Site, personal: Bool, isDetailed: Bool = false) {
        let shown = ShownText(showPersonalData: personal)
        let read = certificate.certificate
        id = certificate.id
        label = shown.json(certificate.label)
        subject = Nullable(read.map { shown.json($0.subject) })
        issuer = Nullable(read.map { shown.json($0.issuer) })
        serialNumber = Nullable(read.map { Hex.string(of: $0.serialNumber) })
        notBefore = Nullable(read.map { "\($0.notBefore)" })
        notAfter = Nullable(read.map { "\($0.notAfter)" })
        keyUsage = read?.extensions.keyUsage?.map(\.rawValue) ?? []
        var identifier: String?
        if case .hsaID(let text)? = read?.holderNumber { identifier = shown.json(text) }
        hsaID = Nullable(identifier)
        cardNumber = Nullable(read?.cardNumber.map { shown.json($0.raw) })
        pin = Nullable(certificate.pin)
        let warning = read.flatMap { CertificateExpiry($0, limits: site.expiryLimits, at: .now) }
        let (state, days): (String?, Int?) =
            switch warning {
            case .notYetValid: ("not-yet-valid", nil)
            case .expired: ("expired", nil)
            case .expiresSoon(let days): ("expires-soon", days)
            case nil: (nil, nil)
            }
        (expiry, daysLeft) = (Nullable(state), Nullable(days))
        details = isDetailed ? CertificateDetailsJSON(read, shown) : nil
    }
}

/// What `cert show` tells besides; everything is `null` or empty where the certificate cannot be read.
struct CertificateDetailsJSON: Encodable {
    struct Key: Encodable {
        let kind: String
        let bits: Int
    }

    let key: Nullable<Key>
    let extendedKeyUsage: [String]
    let policies: [String]
    /// 12 digits; `null` where the holder is known by something else.
    let personalNumber: Nullable<String>
    /// `temporary` up to 90 days in all, as on a reservkort, `short` up to half a year, else `ordinary`.
    let lifetime: Nullable<String>
    let levelOfAssurance: Nullable<Int>
    let testIssuer: Nullable<Bool>
    let principalNames: [String]
    let emailAddresses: [String]
    let crlAddresses: [String]
    let ocspAddresses: [String]
    /// SHA-256, hexadecimal.
    let fingerprint: Nullable<String>

    init(_ certificate: Certificate?, _ shown: ShownText) {
        let extensions = certificate?.extensions
        key = Nullable(certificate.map { Key(kind: Self.name($0.key.kind), bits: $0.key.bits) })
        extendedKeyUsage = extensions?.extendedKeyUsage?.map(\.dotted) ?? []
        policies = extensions?.policies.map(\.dotted) ?? []
        var number: String?
        if case .personalNumber(let digits)? = certificate?.holderNumber { number = shown.json(digits) }
        personalNumber = Nullable(number)
        lifetime = Nullable(certificate?.lifetime.rawValue)
        levelOfAssurance = Nullable(certificate?.levelOfAssurance)
        testIssuer = Nullable(certificate?.isOfTestIssuer)
        principalNames = extensions?.principalNames.map { shown.json($0.raw) } ?? []
        emailAddresses = extensions?.emailAddresses.map { shown.json($0.raw) } ?? []
        crlAddresses = extensions?.crlDistributionPoints.flatMap(\.addresses).map(shown.json) ?? []
        ocspAddresses = extensions?.ocspAddresses.map(shown.json) ?? []
        fingerprint = Nullable(certificate.map { Hex.string(of: $0.fingerprint) })
    }

    private static func name(_ kind: PublicKey.Kind) -> String {
        switch kind {
        case .rsa: "rsa"
        case .rsaPSS: "rsa-pss"
        case .ellipticCurve(let curve): curve
        case .other(let name): name
        case .unreadable: "unreadable"
        }
    }
}

/// `cert list` and `cert show`.
struct CertListJSON: Encodable {
    let certificates: [CertificateJSON]
    /// Whether the card names more certificates than these.
    let moreCertificates: Bool
    /// Whether the certificates are those of a reservkort; `null` when they do not tell.
    let temporaryCard: Nullable<Bool>

    init(_ found: CardCertificates, site: Site, personal: Bool, isDetailed: Bool = false) {
        certificates = found.certificates.map {
            CertificateJSON($0, site: site, personal: personal, isDetailed: isDetailed)
        }
        moreCertificates = found.hasMore
        let isTemporary: Bool? =
            switch TemporaryCard(found.certificates, family: found.family) {
            case .temporary: true
            case .no: false
            case .unknown: nil
            }
        temporaryCard = Nullable(isTemporary)
    }
}
