/// Which addresses of a certificate may be asked.
enum WebAddress {
    /// Longer ones are refused; real ones have about 60 characters.
    static let maximumLength = 512

    /// An address of http or https, of visible ASCII characters alone, without a name and password of a user.
    static func isUsable(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= maximumLength, bytes.allSatisfy({ (0x21...0x7E).contains($0) }),
            let scheme = scheme(of: text)
        else { return false }
        let host = text.dropFirst(scheme.rawValue.count + 3).prefix { !"/?#".contains($0) }
        return !host.isEmpty && !host.contains("@")
    }

    enum Scheme: String { case http, https }

    static func scheme(of text: String) -> Scheme? {
        guard let end = text.firstIndex(of: ":"), text[end...].hasPrefix("://") else { return nil }
        return Scheme(rawValue: text[..<end].lowercased())
    }
}
