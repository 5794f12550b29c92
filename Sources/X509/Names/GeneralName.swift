internal import COpenSSL

/// One of the names by which a distribution point or its list is known (GeneralName; RFC 5280, 4.2.1.6).
package enum GeneralName: Hashable, Sendable {
    /// uniformResourceIdentifier, as it stands there.
    case uri(CertificateText)
    case directoryName(DistinguishedName)
    /// A name of any other kind, in DER.
    case other([UInt8])

    /// Whether both name the same: URIs without regard to the case of scheme and host (RFC 3986, 6.2.2.1), directory names
    /// as RFC 5280, 7.1, compares them.
    package func isSameName(as other: GeneralName) -> Bool {
        switch (self, other) {
        case (.uri(let one), .uri(let two)): Self.normalized(one) == Self.normalized(two)
        case (.directoryName(let one), .directoryName(let two)): one.isSameName(as: two)
        default: self == other
        }
    }

    private static func normalized(_ uri: CertificateText) -> [UInt8] {
        var bytes = Array(uri.raw.utf8)
        let scheme = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
        var end = scheme
        if bytes[scheme...].starts(with: "://".utf8) {
            let isPath: (UInt8) -> Bool = { "/?#".utf8.contains($0) }
            end = bytes[(scheme + 3)...].firstIndex(where: isPath) ?? bytes.count
        }
        for index in 0..<end where (0x41...0x5A).contains(bytes[index]) { bytes[index] += 0x20 }
        return bytes
    }

    /// Wraps `GENERAL_NAME`.
    init(reading name: UnsafePointer<GENERAL_NAME>) {
        if let text = unsafe ASN1String.text(of: kv_general_name_uri(name), limit: .max) {
            self = .uri(text)
        } else if let directory = unsafe kv_general_name_directory(name) {
            self = .directoryName(unsafe DistinguishedName(reading: directory))
        } else {
            var bytes: UnsafeMutablePointer<UInt8>?
            let count = unsafe i2d_GENERAL_NAME(name, &bytes)
            defer { unsafe CRYPTO_free(bytes, #file, #line) }
            self = .other(
                unsafe bytes.map { unsafe Array(UnsafeBufferPointer(start: $0, count: Int(count))) } ?? []
            )
        }
    }
}
