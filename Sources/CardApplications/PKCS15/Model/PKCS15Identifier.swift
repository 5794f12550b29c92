internal import CardCore
internal import SwiftASN1

/// An Identifier: the octets that tie PINs, keys and certificates together (PKCS #15 v1.1, ISO/IEC 7816-15).
package struct PKCS15Identifier: Hashable, Sendable {
    /// 0...255 octets.
    package let bytes: [UInt8]

    /// The longest identifier, `pkcs15-ub-identifier` of the standard.
    package static let maximumLength = 255

    /// `nil` when there are more than 255 octets.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count <= Self.maximumLength else { return nil }
        self.bytes = Array(bytes)
    }
}

extension PKCS15Identifier: CustomStringConvertible {
    /// The identifier as people compare it: hexadecimal, or its text where it plainly is one.
    ///
    /// Text means three octets or more, all of them letters, digits, `.`, `_` or `-`; so the one octet `45` prints as
    /// `45` and not as `E`.
    package var description: String {
        let isText = bytes.count >= 3 && bytes.allSatisfy(Self.isPlainText)
        return isText ? String(decoding: bytes, as: UTF8.self) : Hex.string(of: bytes)
    }

    private static func isPlainText(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension ASN1Node {
    /// An Identifier.
    func identifierOctets(field: String) throws(CardDataError) -> PKCS15Identifier {
        guard let identifier = PKCS15Identifier(try octets(field: field)) else {
            throw .invalid(field: field)
        }
        return identifier
    }
}
