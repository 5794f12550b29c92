internal import CardOperations
internal import CertificateTrust
internal import Glibc
internal import Texts
internal import X509

/// What everything that is said about certificates shares: how they are called, how their texts and times are shown.
struct LinkWording {
    let showPersonalData: Bool
    let texts: Texts

    // MARK: Texts from certificates

    /// A text that somebody else wrote, as it may be shown.
    func shown(_ text: String) -> String {
        ShownText(showPersonalData: showPersonalData).line(text)
    }

    /// The texts in a row, as many as anybody wants to read.
    func list(_ items: [String]) -> String {
        let maximum = 5
        let shown = items.prefix(maximum).map(shown).joined(separator: ", ")
        return items.count > maximum ? shown + ", …" : shown
    }

    /// The numbers of extensions or uses.
    func list(_ numbers: [ObjectID]) -> String { numbers.isEmpty ? "?" : list(numbers.map(\.dotted)) }

    // MARK: Names

    func name(_ name: DistinguishedName, otherwise: () -> String) -> String {
        if let common = name.commonName?.raw, !common.isEmpty { return shown(common) }
        return name.attributes.isEmpty
            ? otherwise() : ShownText(showPersonalData: showPersonalData).line(name)
    }

    /// The holder of a certificate.
    func holder(_ certificate: Certificate) -> String {
        name(certificate.subject) {
            texts.nameless(
                serialNumber: ShownText(showPersonalData: showPersonalData).line(serialNumber: certificate)
            )
        }
    }

    /// The holder among others, with commas between them.
    func listed(_ certificate: Certificate) -> String {
        certificate.subject.commonName.map { ShownText(showPersonalData: showPersonalData).value($0) }
            ?? holder(certificate)
    }

    func issuer(_ certificate: Certificate) -> String {
        name(certificate.issuer) { texts.unknownKind }
    }

    func certificate(_ link: ChainLink) -> CertificateName {
        let place: CertificateName.Place =
            switch link.origin {
            case .subject: .own
            case .handedIn: .card
            case .file(let file): .file(file)
            }
        return texts.certificateName(holder(link.certificate), place: place)
    }

    /// Where a certificate comes from.
    func place(_ link: ChainLink) -> String {
        switch link.origin {
        case .file(let file): Texts.printable(file)
        case .handedIn, .subject: texts.onTheCard
        }
    }

    // MARK: Times

    /// `2026-01-31`.
    func date(_ instant: Instant) -> String { String(instant.description.prefix { $0 != "T" }) }

    /// `2026-01-31 10:00 UTC`.
    func time(_ instant: Instant) -> String {
        let parts = instant.description.split(separator: "T")
        return texts.utc(
            parts.map { $0.last == "Z" ? String($0.prefix(5)) : String($0) }.joined(separator: " ")
        )
    }

    // MARK: Errors

    /// The system's words where the system said no, else OpenSSL's.
    func detail(_ error: OpenSSLError) -> String {
        for entry in error.entries {
            // OpenSSL marks numbers of the system so (ERR_SYSTEM_FLAG), and has no words for them.
            let (mark, number) = (entry.code & 0x8000_0000, entry.code & 0x7FFF_FFFF)
            if mark != 0, let number = Int32(exactly: number) { return system(number) }
        }
        guard let entry = error.entries.first else { return "?" }
        return entry.detail.isEmpty ? shown(entry.text) : shown("\(entry.text): \(entry.detail)")
    }

    func system(_ number: Int32) -> String {
        unsafe strerror(number).map { unsafe String(cString: $0) } ?? "\(number)"
    }

    /// Why a certificate of the card cannot even be judged.
    func sentence(_ error: CertificateError) -> Sentence {
        if case .library(let error) = error {
            texts.uncheckedCertificate(texts.libraryFailed(detail(error)))
        } else {
            texts.unusableCertificate(reason(error))
        }
    }

    /// Half a sentence about what should be a certificate.
    func reason(_ error: CertificateError) -> String {
        switch error {
        case .tooLarge(let limit): texts.largerThan(limit)
        case .notACertificate(let error): texts.noCertificate(detail(error))
        case .library(let error): texts.libraryFailed(detail(error)).why
        case .trailingBytes(let count): texts.trailingBytes(count)
        case .invalidTime: texts.invalidTime
        }
    }
}
