internal import CardCore
internal import SwiftASN1

/// The public key of one of the card's keys, as READ PUBLIC KEY tells it, template `7F49` (7.2.14).
struct OpenPGPPublicKey: Hashable {
    /// The key as a certificate has it in subjectPublicKey.
    let bits: [UInt8]

    /// `nil` for what is no key of a kind that can be compared.
    init?(parsing bytes: [UInt8]) {
        let span = bytes.span
        func value(_ tag: UInt32) -> ArraySlice<UInt8>? {
            (try? BERTLV.value(of: [0x7F49, tag], in: span, range: 0..<span.count)).map { bytes[$0] }
        }
        if let modulus = value(0x81), let exponent = value(0x82) {
            guard let key = try? SignatureValue.sequence(of: [modulus, exponent]) else { return nil }
            bits = key
        } else if let point = value(0x86) {
            bits = Array(point)
        } else {
            return nil
        }
        guard Self.isComparable(bits) else { return nil }
    }

    /// Whether it is the key whose subjectPublicKey is `other`; `nil` where the two may be one key written in two ways.
    func matches(_ other: [UInt8]) -> Bool? { Self.isComparable(other) ? bits == other : nil }

    /// An RSAPublicKey, an uncompressed point, or the 32 octets of Ed25519: each key has one of them, and one alone.
    private static func isComparable(_ bits: [UInt8]) -> Bool {
        bits.count == 32 || bits.first == 0x04 && !bits.count.isMultiple(of: 2)
            || bits.first == 0x30 && bits.count > 64
    }
}
