internal import CardCore
internal import SwiftASN1

/// A card's signature in the form in which everybody verifies it; hostile until it is verified.
enum SignatureValue {
    /// An RSA signature: as long as the modulus (RFC 8017, 8.1.1 and 8.2.1).
    static func rsa(_ bytes: [UInt8], bits: Int) throws(CardError) -> [UInt8] {
        guard bytes.count == (bits + 7) / 8 else { throw .malformed(file: name) }
        return bytes
    }

    /// An Ed25519 signature, which has one form (RFC 8032, 5.1.6).
    static func ed25519(_ bytes: [UInt8]) throws(CardError) -> [UInt8] {
        guard bytes.count == 64 else { throw .malformed(file: name) }
        return bytes
    }

    /// r and s, one after the other and each as long as the order, as an ECDSA-Sig-Value (RFC 3279, 2.2.3) in DER.
    static func ecdsa(
        concatenated bytes: [UInt8],
        on curve: CertificateKey.Curve
    ) throws(CardError) -> [UInt8] {
        guard bytes.count == 2 * curve.length else { throw .malformed(file: name) }
        return try sequence(of: [bytes.prefix(curve.length), bytes.suffix(curve.length)])
    }

    /// An ECDSA-Sig-Value from a card, in DER: cards are known that put zeros in front of the numbers.
    static func ecdsa(encoded bytes: [UInt8], on curve: CertificateKey.Curve) throws(CardError) -> [UInt8] {
        guard let outer = try? BERTLV(parsing: bytes.span, in: 0..<bytes.count), outer.tag == 0x30,
            outer.whole == 0..<bytes.count,
            let numbers = try? BERTLV.objects(in: bytes.span, range: outer.value, limit: 2),
            numbers.count == 2, numbers.allSatisfy({ $0.tag == 0x02 && !$0.value.isEmpty })
        else { throw .malformed(file: name) }
        let values = numbers.map { bytes[$0.value].drop { $0 == 0 } }
        guard values.allSatisfy({ $0.count <= curve.length }) else { throw .malformed(file: name) }
        return try sequence(of: values)
    }

    private static let name = "signature"

    /// Unsigned numbers as a SEQUENCE of INTEGER in DER: an ECDSA-Sig-Value, or an RSAPublicKey.
    static func sequence(of numbers: [ArraySlice<UInt8>]) throws(CardError) -> [UInt8] {
        var serializer = DER.Serializer()
        do {
            try serializer.appendConstructedNode(identifier: .sequence) { coder in
                for number in numbers { try coder.serialize(number.drop { $0 == 0 }) }
            }
        } catch {
            throw .malformed(file: name)
        }
        return serializer.serializedBytes
    }
}
