/// Which addresses of a certificate may be asked.
package enum WebAddress {
    /// Longer ones are refused; real ones have about 60 characters.
    static let maximumLength = 512

    /// An address of http or https, of visible ASCII characters alone, without a name and password of a user.
    package static func isUsable(_ text: String) -> Bool {
        let bytes = text.utf8
        guard bytes.count <= maximumLength, bytes.allSatisfy({ (0x21...0x7E).contains($0) }),
            let scheme = scheme(of: text)
        else { return false }
        let host = bytes.dropFirst(scheme.rawValue.utf8.count + 3).prefix { byte in
            ![UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")].contains(byte)
        }
        return !host.isEmpty && !host.contains(UInt8(ascii: "@"))
    }

    package enum Scheme: String, CaseIterable { case http, https }

    package static func scheme(of text: String) -> Scheme? {
        let start = text.utf8.prefix(8).map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        return Scheme.allCases.first { start.starts(with: "\($0.rawValue)://".utf8) }
    }
}
