internal import COpenSSL

/// An object identifier as it is written with dots (ITU-T X.660).
package struct ObjectID: Hashable, Sendable, CustomStringConvertible {
    package let dotted: String

    package init(_ dotted: String) { self.dotted = dotted }

    package var description: String { dotted }

    /// id-kp-clientAuth (RFC 5280, 4.2.1.12).
    package static let clientAuthentication = ObjectID("1.3.6.1.5.5.7.3.2")
    /// The number printed on the card (SEIS card number, cards.md of SITHS).
    package static let cardNumber = ObjectID("1.2.752.34.2.1")

    /// OpenSSL's words for it, in English, `TLS Web Client Authentication`; `nil` where it has none.
    ///
    /// Wraps `OBJ_txt2nid` and `OBJ_nid2ln`.
    package var name: String? {
        let number = unsafe OBJ_txt2nid(dotted)
        guard number != NID_undef, let name = unsafe OBJ_nid2ln(number) else {
            ERR_clear_error()
            return nil
        }
        return unsafe String(cString: name)
    }

    /// Longer identifiers are cut, and end in `…`; real ones have some 20 characters.
    private static let maximumLength = 256

    /// Wraps `OBJ_obj2txt`.
    package init(reading object: OpaquePointer?) {
        dotted = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Self.maximumLength) {
            buffer in
            let length = unsafe OBJ_obj2txt(buffer.baseAddress, Int32(Self.maximumLength), object, 1)
            // 0 and -1: OpenSSL does not write it.
            guard length > 0 else { return "?" }
            let count = min(Int(length), Self.maximumLength - 1)
            let text = unsafe String(decoding: UnsafeRawBufferPointer(buffer).prefix(count), as: UTF8.self)
            return count < length ? text + "…" : text
        }
    }
}
