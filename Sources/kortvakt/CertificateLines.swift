internal import CardApplications
internal import CardCore
internal import CardOperations
internal import Configuration
internal import Texts
internal import X509

/// Certificates in words, as `status` and `cert` show them.
struct CertificateLines {
    let site: Site
    let showPersonalData: Bool
    var now = Instant.now

    private var texts: Texts { Program.texts }
    private var shown: ShownText { ShownText(showPersonalData: showPersonalData) }

    /// What one needs to tell certificates apart, and a warning where one is due.
    func summary(of certificate: CardCertificate) -> [String] {
        let warning = certificate.certificate.flatMap {
            CertificateExpiry($0, limits: site.expiryLimits, at: now)
        }
        return heading(of: certificate) + (warning.map { ["  \(texts.expiry($0))"] } ?? [])
    }

    /// The same without a warning.
    func heading(of card: CardCertificate) -> [String] {
        let id = Texts.printable(card.id, limit: 20)
        guard let certificate = card.certificate else {
            return ["\(id)  \(texts.unreadableCertificate)"]
        }
        let first = [id, words(card.use), texts.validUntil(date(certificate.notAfter))]
        return [
            first.compactMap { $0 }.joined(separator: "  "),
            "  \(texts.heldBy(holder(certificate)))",
            "  \(texts.issuedBy(issuerName(certificate)))",
        ]
    }

    /// Everything that a certificate says of itself; nobody has verified it.
    func details(of card: CardCertificate, pin: String?) -> [String] {
        let rows: [(String, [String])]
        do throws(CertificateError) {
            let certificate = try Certificate(der: card.der)
            rows =
                about(card, pin: pin) + holder(of: certificate) + issuer(of: certificate)
                + technicalities(of: certificate)
        } catch {
            let sentence = LinkWording(showPersonalData: showPersonalData, texts: texts).sentence(error)
            rows = about(card, pin: pin) + [(texts.certProblem, [sentence.happened, sentence.next])]
        }
        let width = rows.map(\.0.count).max() ?? 0
        let table = rows.flatMap { name, values in
            values.enumerated().map { index, value in
                let head = index == 0 ? name : ""
                return "  \(head)\(String(repeating: " ", count: width - head.count))  \(value)"
            }
        }
        return heading(of: card).prefix(1) + table
    }

    /// What the certificates of one card together say about it.
    func note(on found: CardCertificates) -> String? {
        switch TemporaryCard(found.certificates, family: found.family) {
        case .temporary(let hasSignature): texts.temporaryCard(hasSignature: hasSignature)
        case .no, .unknown: nil
        }
    }

    private func words(_ use: Certificate.Use?) -> String? {
        switch use {
        case .login: texts.forLogin
        case .signature: texts.forSignatures
        case .other, nil: nil
        }
    }

    private func holder(_ certificate: Certificate) -> String {
        let subject = certificate.subject
        guard let name = subject.commonName else { return shown.line(subject) }
        guard let number = subject.serialNumber else { return shown.value(name) }
        return texts.holder(shown.value(name), shown.value(number))
    }

    private func issuerName(_ certificate: Certificate) -> String {
        certificate.issuer.commonName.map { shown.line($0.raw) } ?? shown.line(certificate.issuer)
    }

    private func date(_ instant: Instant) -> String { String("\(instant)".prefix(10)) }

    // MARK: Details

    private func about(_ card: CardCertificate, pin: String?) -> [(String, [String])] {
        let opened = pin ?? card.pin.map { Texts.printable($0, limit: 20) }
        return [
            (texts.certLabel, card.label.isEmpty ? [] : [shown.line(card.label)]),
            (texts.certPIN, opened.map { [$0] } ?? []),
        ]
    }

    private func holder(of certificate: Certificate) -> [(String, [String])] {
        let number: (String, [String])? = certificate.holderNumber.map { number in
            switch number {
            case .hsaID(let id): (texts.certHSAID, [shown.line(id)])
            case .personalNumber(let digits): (texts.certPersonalNumber, [shown.line(digits)])
            case .other(let text): (texts.certHolderNumber, [shown.line(text.raw)])
            }
        }
        return [(texts.certHolder, certificate.subject.commonName.map { [shown.line($0.raw)] } ?? [])]
            + (number.map { [$0] } ?? []) + [
                (texts.certSubject, [shown.line(certificate.subject)]),
                (texts.certCardNumber, certificate.cardNumber.map { [shown.line($0.raw)] } ?? []),
            ]
    }

    private func issuer(of certificate: Certificate) -> [(String, [String])] {
        let level = certificate.levelOfAssurance.map {
            texts.certLevel($0, isTest: certificate.isOfTestIssuer)
        }
        let expiry = CertificateExpiry(certificate, limits: site.expiryLimits, at: now).map(texts.expiry)
        let lifetime: String? =
            switch certificate.lifetime {
            case .temporary: texts.certTemporary
            case .short: texts.certShort
            case .ordinary: nil
            }
        return [
            (texts.certIssuer, [issuerName(certificate)]),
            (texts.certAssurance, level.map { [$0] } ?? []),
            (
                texts.certValidity,
                [texts.certFromTo(date(certificate.notBefore), date(certificate.notAfter))]
                    + [lifetime, expiry].compactMap { $0 }
            ),
        ]
    }

    private func technicalities(of certificate: Certificate) -> [(String, [String])] {
        let extensions = certificate.extensions
        let uses = extensions.keyUsage?.map(\.rawValue).joined(separator: ", ")
        func addresses(_ list: [String]) -> [String] {
            list.prefix(8).map(shown.line) + (list.count > 8 ? ["…"] : [])
        }
        return [
            (texts.certSerialNumber, [shown.line(serialNumber: certificate)]),
            (texts.certKey, [key(certificate.key)]),
            (texts.certUses, [uses ?? texts.certAnyUse]),
            (texts.certExtendedUses, (extensions.extendedKeyUsage ?? []).map(named)),
            // Raw, because nobody but their issuer can say what they mean.
            (texts.certPolicies, extensions.policies.map { Texts.printable($0.dotted) }),
            (
                texts.certNames,
                (extensions.principalNames + extensions.emailAddresses).map { shown.line($0.raw) }
            ),
            (texts.certRevocationLists, addresses(extensions.crlDistributionPoints.flatMap(\.addresses))),
            (texts.certResponders, addresses(extensions.ocspAddresses)),
            (texts.certFingerprint, [Hex.string(of: certificate.fingerprint)]),
        ]
    }

    private func named(_ use: ObjectID) -> String {
        Texts.printable(use.name.map { "\(use.dotted) (\($0))" } ?? use.dotted)
    }

    private func key(_ key: PublicKey) -> String {
        switch key.kind {
        case .rsa: texts.certKeyBits("RSA", key.bits)
        case .rsaPSS: texts.certKeyBits("RSA-PSS", key.bits)
        case .ellipticCurve(let curve): texts.certKeyBits("EC \(Texts.printable(curve, limit: 40))", key.bits)
        case .other(let name): texts.certKeyBits(Texts.printable(name, limit: 40), key.bits)
        case .unreadable: texts.certKeyUnreadable
        }
    }
}

extension Site {
    var expiryLimits: CertificateExpiry.Limits {
        CertificateExpiry.Limits(
            days: settings.expiryPolicy.warnDays,
            temporaryDays: settings.expiryPolicy.warnDaysReservkort
        )
    }
}

extension Texts {
    /// A warning that a certificate's time is nearly or already over, or has not come.
    func expiry(_ expiry: CertificateExpiry) -> String {
        switch expiry {
        case .notYetValid(let instant): notYetValidFrom(String("\(instant)".prefix(10)))
        case .expired(let instant): expiredSince(String("\(instant)".prefix(10)))
        case .expiresSoon(0): expiresToday
        case .expiresSoon(let days): expiresSoon(days: days)
        }
    }
}
