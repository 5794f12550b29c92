/// What lies in a certificate's object (NIST SP 800-73-4, part 1, table 10).
enum PIVCertificate {
    /// Octets of a certificate, unpacked.
    static let maximumLength = 16_384

    /// The certificate; `nil` where there is none, and empty where it cannot be read or unpacked within the limit.
    ///
    /// An object without content, or with an empty `70`, is a slot without certificate.
    static func der(in object: PIVObject) -> [UInt8]? {
        guard let value = object.value(of: 0x70) else { return object.isEmpty ? nil : [] }
        guard !value.isEmpty else { return nil }
        // CertInfo bit 0 is the standard's; OpenSC's PIV driver has met cards that set bit 7.
        guard let information = object.value(of: 0x71)?.first, information & 0x81 != 0 else {
            return value.count <= maximumLength ? value : []
        }
        return Inflate.inflate(value, format: .gzip, limit: maximumLength) ?? []
    }
}
