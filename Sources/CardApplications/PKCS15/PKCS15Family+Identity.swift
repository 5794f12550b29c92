internal import CardCore

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
