/// A certificate in a file of a Windows card module: as it is, or compressed.
package enum MinidriverCertificate {
    /// A card holds a few; more files than this are not looked into.
    static let maximumCount = 16
    /// Octets of a certificate, compressed or not; larger ones are not looked into.
    static let maximumLength = 16_384

    /// Before the stream: 01 00, and two octets with the length of what it unpacks to (OpenSC's idprime and gids drivers).
    private static let header: [UInt8] = [0x01, 0x00]
    private static let headerLength = 4

    /// The DER of the certificate in `bytes`, without what follows it; `nil` where there is none.
    ///
    /// The length in the header is the card's word and is not gone by: the stream has an end of its own.
    package static func der(in bytes: [UInt8]) -> [UInt8]? {
        var certificate = bytes
        if bytes.starts(with: header) {
            let stream = Array(bytes.dropFirst(headerLength))
            guard let inflated = Inflate.inflate(stream, format: .zlib, limit: maximumLength) else {
                return nil
            }
            certificate = inflated
        }
        guard certificate.first == 0x30,
            let length = try? DataObjectFile.lengthOfFirstElement(in: certificate),
            length <= certificate.count
        else { return nil }
        return Array(certificate.prefix(length))
    }
}
