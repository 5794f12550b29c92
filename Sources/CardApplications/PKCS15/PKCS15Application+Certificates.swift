package import CardCore

extension PKCS15Application {
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
}
