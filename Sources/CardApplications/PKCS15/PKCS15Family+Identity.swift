package import CardCore

/// EF.CIAInfo alone: one file, and nothing that leads to others.
extension PKCS15Family {
    /// Reads it by its short identifier, where what is selected has one that holds a number.
    ///
    /// Selecting the application again may make it forget a verified PIN (ISO/IEC 7816-4, 9.2.2), reading a file does not.
    static func cardNumber(
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> FoundApplication? {
        var files = CardFiles(entry: .aid(applicationIdentifiers[0]))
        let bytes: [UInt8]?
        do throws(TransportError) {
            bytes = try files.readSelectedDirectoryFile(
                shortIdentifier: PKCS15Application.tokenInfoShortIdentifier,
                isPlausible: { $0 == 0x30 },
                on: &channel
            )
        } catch .responseTooLong {
            return nil
        }
        guard let info = bytes.flatMap({ try? TokenInfo.parse($0) }), let number = info.number else {
            return nil
        }
        return .recognised(RecognisedCard(family: name, number: number))
    }
}

extension TokenInfo {
    var number: CardNumber? {
        CardNumber(scope: PKCS15Family.name, serialNumber.map { Hex.string(of: $0) })
    }
}

extension PKCS15Application {
    package mutating func readNumber(on channel: inout AnyCardChannel) throws(CardError) -> CardNumber? {
        try readTokenInfo(on: &channel)?.number
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
