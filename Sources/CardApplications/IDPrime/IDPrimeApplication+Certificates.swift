package import CardCore

extension IDPrimeApplication {
    /// Entries of files with certificates, as many as are looked into.
    private var certificateFiles: ArraySlice<IDPrimeIndex.Entry> {
        index.certificates.prefix(MinidriverCertificate.maximumCount)
    }

    package var hasMoreCertificates: Bool { index.certificates.count > MinidriverCertificate.maximumCount }

    package mutating func readCertificates(
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        let named = certificateFiles
        guard !named.isEmpty else { return [] }
        let pins = scope.contains(.pins) ? try readPINsOfContainers(on: &channel) : [:]
        var found: [CardCertificate] = []
        for entry in named {
            if let certificate = try readCertificate(entry, pins, on: &channel) { found.append(certificate) }
        }
        return found
    }

    /// The certificate in one file; `nil` where there is none, and without DER where it cannot be read.
    ///
    /// `pins` are the numbers of the PINs by container.
    mutating func readCertificate(
        _ entry: IDPrimeIndex.Entry,
        _ pins: [Int: UInt8],
        on channel: inout AnyCardChannel
    ) throws(CardError) -> CardCertificate? {
        guard entry.length > 0 else { return nil }
        let length = min(entry.length, MinidriverCertificate.maximumLength)
        let bytes = try transported { () throws(TransportError) in
            try files.read(.identifier(entry.identifier), length: length, on: &channel)
        }
        let der = bytes.flatMap(MinidriverCertificate.der) ?? []
        let pin = entry.certificateNumber.flatMap { pins[$0] }
        return CardCertificate(
            id: entry.name,
            label: "\(entry.directory)/\(entry.name)",
            pin: pin.map { IDPrimePINs.id(number: $0) },
            der: der
        )
    }

    /// Reads the certificates of keys behind the user's PIN until the one that is meant.
    package mutating func readCertificate(
        _ choice: CertificateChoice,
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> CardCertificate? {
        let named = certificateFiles
        guard !named.isEmpty else { return nil }
        // The login certificate is told by its PIN.
        let pins = scope.contains(.pins) || choice == .login ? try readPINsOfContainers(on: &channel) : [:]
        for entry in named {
            let pin = entry.certificateNumber.flatMap { pins[$0] }
            switch choice {
            case .login: guard pin == IDPrimePINs.userNumber else { continue }
            case .id(let id): guard entry.name == id else { continue }
            }
            guard let certificate = try readCertificate(entry, pins, on: &channel) else { continue }
            if choice != .login || certificate.isForLogin { return certificate }
        }
        return nil
    }

    /// Those behind the user's PIN, which is the one to log in with.
    package mutating func readLoginCertificates(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        let named = certificateFiles
        guard !named.isEmpty else { return [] }
        let pins = try readPINsOfContainers(on: &channel)
        var found: [CardCertificate] = []
        for entry in named where entry.certificateNumber.flatMap({ pins[$0] }) == IDPrimePINs.userNumber {
            guard let certificate = try readCertificate(entry, pins, on: &channel), certificate.mayBeForLogin
            else { continue }
            found.append(certificate)
        }
        return found
    }
}
