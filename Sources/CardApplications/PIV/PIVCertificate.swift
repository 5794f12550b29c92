/// What lies in a certificate's object (NIST SP 800-73-4, part 1, table 10).
enum PIVCertificate {
    /// Octets of a certificate, unpacked.
    static let maximumLength = 16_384

    /// The certificate; `nil` where there is none, and empty where it cannot be unpacked within the limit.
    static func der(in object: PIVObject) -> [UInt8]? {
        guard let value = object.value(of: 0x70), !value.isEmpty else { return nil }
        // CertInfo bit 0 is the standard's; OpenSC's PIV driver has met cards that set bit 7.
        guard let information = object.value(of: 0x71)?.first, information & 0x81 != 0 else {
            return value.count <= maximumLength ? value : []
        }
        return Inflate.inflate(value, format: .gzip, limit: maximumLength) ?? []
    }
}
