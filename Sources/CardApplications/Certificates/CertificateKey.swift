internal import SwiftASN1

/// The public key of a certificate, as far as a signature depends on it (RFC 5280, 4.1.2.7).
package enum CertificateKey: Hashable, Sendable {
    /// `bits` of the modulus, 512...8192.
    case rsa(bits: Int)
    case ec(Curve)

    /// The curves that signatures are asked for, by the bits of their order.
    package enum Curve: Int, Hashable, Sendable {
        case p256 = 256
        case p384 = 384

        /// Octets of a coordinate, and of each half of a signature.
        package var length: Int { rawValue / 8 }
        /// The hash function that is as long as the order (FIPS 186-5, 6.4.1).
        package var hash: SigningHash { self == .p256 ? .sha256 : .sha384 }
    }

    /// Octets of a signature; of an ECDSA signature, r and s one after the other.
    var signatureLength: Int {
        switch self {
        case .rsa(let bits): (bits + 7) / 8
        case .ec(let curve): 2 * curve.length
        }
    }

    /// Larger certificates are not looked into.
    private static let maximumLength = 16_384
    /// rsaEncryption (RFC 8017, C).
    private static let rsaEncryption = "1.2.840.113549.1.1.1"
    /// id-ecPublicKey (RFC 5480, 2.1.1).
    private static let ecPublicKey = "1.2.840.10045.2.1"
    /// secp256r1 and secp384r1 (RFC 5480, 2.1.1.1).
    private static let curves: [String: Curve] = ["1.2.840.10045.3.1.7": .p256, "1.3.132.0.34": .p384]

    /// The key in `certificate`, hostile; `nil` when it is none, or of another kind.
    package init?(certificate der: [UInt8]) {
        guard der.count <= Self.maximumLength, let root = try? DER.parse(der),
            let key = try? Self.read(root)
        else { return nil }
        self = key
    }

    private static func read(_ certificate: ASN1Node) throws(CardDataError) -> CertificateKey {
        var outer = try ASN1Fields(of: certificate, field: "certificate")
        var fields = try ASN1Fields(
            of: outer.require(.sequence, field: "tbsCertificate"),
            field: "tbsCertificate"
        )
        // signature, issuer, validity and subject are SEQUENCEs as well.
        for name in ["signature", "issuer", "validity", "subject"] {
            _ = try fields.require(.sequence, field: name)
        }
        var information = try ASN1Fields(
            of: fields.require(.sequence, field: "subjectPublicKeyInfo"),
            field: "subjectPublicKeyInfo"
        )
        var algorithm = try ASN1Fields(
            of: information.require(.sequence, field: "algorithm"),
            field: "algorithm"
        )
        switch try identifier(algorithm.require(.objectIdentifier, field: "algorithm")) {
        case rsaEncryption:
            let bits = try information.require(.bitString, field: "subjectPublicKey")
                .octets(field: "subjectPublicKey")
            return .rsa(bits: try modulusLength(Array(bits.dropFirst())))
        case ecPublicKey:
            let name = try identifier(algorithm.require(.objectIdentifier, field: "namedCurve"))
            guard let curve = curves[name] else { throw .invalid(field: "namedCurve") }
            return .ec(curve)
        default: throw .invalid(field: "algorithm")
        }
    }

    private static func identifier(_ node: ASN1Node) throws(CardDataError) -> String {
        guard let identifier = try? ASN1ObjectIdentifier(derEncoded: node) else {
            throw .invalid(field: "objectIdentifier")
        }
        return identifier.description
    }

    /// Bits of the modulus in an RSAPublicKey (RFC 8017, A.1.1).
    private static func modulusLength(_ der: [UInt8]) throws(CardDataError) -> Int {
        var fields = try ASN1Fields(of: ASN1Node.parse(der), field: "RSAPublicKey")
        let modulus = try fields.require(.integer, field: "modulus").octets(field: "modulus")
            .drop { $0 == 0 }
        let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
        guard (512...8_192).contains(bits) else { throw .invalid(field: "modulus") }
        return bits
    }
}
