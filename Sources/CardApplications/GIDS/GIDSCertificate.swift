/// How Windows' minidriver stores a certificate: `01 00`, the length in two bytes little-endian, zlib.
enum GIDSCertificate {
    /// A card holds a few; more than this is not read.
    static let maximumCount = 16
    /// The longest certificate that is unpacked.
    private static let maximumLength = 16_384
    /// The longest stored one that is read, with its tag and length.
    static let limit = 8_192

    /// X.509 DER, hostile; `nil` when it is neither compressed like this nor a certificate as it is.
    static func unpacked(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count > 4 else { return nil }
        // SEQUENCE: stored as it is.
        if bytes[0] == 0x30 { return bytes }
        guard bytes[0] == 0x01, bytes[1] == 0x00 else { return nil }
        let length = Int(bytes[2]) | Int(bytes[3]) << 8
        guard (1...maximumLength).contains(length),
            let der = Inflate.inflate(Array(bytes[4...]), format: .zlib, limit: length), der.count == length
        else { return nil }
        return der
    }
}
