package import CardCore

/// What EF.CD and its siblings lead to.
extension PKCS15Application {
    package mutating func readCertificates(
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        let keys = scope.contains(.pins) ? try readKeys(on: &channel) : []
        let entries = try readObjects(CertificateObject.self, of: .certificates, on: &channel)
        hasMoreCertificates = entries.count > PKCS15Policies.maximumCertificates
        return try readCertificates(entries, keys, on: &channel)
    }

    /// Those of EF.CD that are marked as an authority's, and all that the card lists as trusted or useful.
    package mutating func readAuthorities(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        var entries = try readObjects(CertificateObject.self, of: .certificates, on: &channel)
            .filter(\.isAuthority)
        entries += try readObjects(CertificateObject.self, of: .trustedCertificates, on: &channel)
        entries += try readObjects(CertificateObject.self, of: .usefulCertificates, on: &channel)
        return try readCertificates(entries, [], on: &channel)
    }

    private mutating func readCertificates(
        _ entries: [CertificateObject],
        _ keys: [PrivateKeyObject],
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        var found: [CardCertificate] = []
        for entry in entries.prefix(PKCS15Policies.maximumCertificates) {
            // A value elsewhere, by URL, is not on the card; one that cannot be read is a finding.
            if entry.value == .unsupported { continue }
            let der = try readValue(of: entry, on: &channel) ?? []
            found.append(certificate(entry, der, keys.first { $0.iD == entry.iD }))
        }
        return found
    }

    func certificate(
        _ entry: CertificateObject,
        _ der: [UInt8],
        _ key: PrivateKeyObject?
    ) -> CardCertificate {
        CardCertificate(
            id: entry.iD.description,
            label: entry.label ?? "",
            pin: key?.authId?.description,
            der: der
        )
    }

    /// The certificate that `entry` describes; `nil` where it cannot be read.
    mutating func readValue(
        of entry: CertificateObject,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [UInt8]? {
        let der: [UInt8]?
        switch entry.value {
        case .direct(let bytes): der = bytes
        case .path(let path):
            der = try transported { () throws(TransportError) in
                try files.readValue(path.identifiers, from: path.index ?? 0, on: &channel)
            }
        case .unsupported: der = nil
        }
        return der.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Reads keys, then one list of certificates after the other, until the one that is meant.
    package mutating func readCertificate(
        _ choice: CertificateChoice,
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> CardCertificate? {
        // The login certificate is told by its key.
        let keys = scope.contains(.pins) || choice == .login ? try readKeys(on: &channel) : []
        // Each file costs commands, whatever comes of it.
        var filesLeft = PKCS15Policies.maximumCertificates
        for location in try readObjectDirectory(on: &channel).locations(of: .certificates).prefix(8) {
            let entries = try readObjects(CertificateObject.self, at: location, on: &channel)
            for entry in entries.prefix(64) {
                let key = keys.first { $0.iD == entry.iD }
                switch choice {
                case .login: guard let key, key.isForLogin, !entry.isAuthority else { continue }
                case .id(let id): guard entry.iD.description == id else { continue }
                }
                guard filesLeft > 0 else { return nil }
                filesLeft -= 1
                let der = try readValue(of: entry, on: &channel) ?? []
                let certificate = certificate(entry, der, key)
                if choice != .login || certificate.isForLogin { return certificate }
            }
        }
        return nil
    }

    /// The certificates of keys to log in with, each told by its key before it is read.
    package mutating func readLoginCertificates(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        let keys = try readKeys(on: &channel).filter(\.isForLogin)
        guard !keys.isEmpty else { return [] }
        var found: [CardCertificate] = []
        for location in try readObjectDirectory(on: &channel).locations(of: .certificates).prefix(8) {
            for entry in try readObjects(CertificateObject.self, at: location, on: &channel).prefix(64) {
                guard found.count < Self.maximumLoginCertificates else { return found }
                guard !entry.isAuthority, entry.value != .unsupported,
                    let key = keys.first(where: { $0.iD == entry.iD })
                else { continue }
                let certificate = certificate(entry, try readValue(of: entry, on: &channel) ?? [], key)
                if certificate.mayBeForLogin { found.append(certificate) }
            }
        }
        return found
    }

    /// A full SITHS card has three pairs; each certificate costs a dozen commands.
    private static let maximumLoginCertificates = 8
}
