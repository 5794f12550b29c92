internal import COpenSSL

/// The key that a certificate speaks of, as far as one needs to know it to judge it.
package struct PublicKey: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case rsa
        /// An RSA key that may sign with PSS only (RFC 4055, 1.2).
        case rsaPSS
        /// A key on an elliptic curve, by OpenSSL's name of the curve, such as `prime256v1`.
        case ellipticCurve(String)
        /// Another kind, by OpenSSL's name.
        case other(String)
        /// OpenSSL cannot read the key.
        case unreadable
    }

    package let kind: Kind
    /// Bits of the modulus or of the curve; 0 when the key is not readable.
    package let bits: Int
    /// The modulus has the shape that keys of faulty Infineon chips have (CVE-2017-15361).
    package let isROCAShaped: Bool
    /// The public exponent of an RSA key does nothing (1) or is even, so that anybody can sign.
    package let hasWorthlessExponent: Bool

    /// Fewer bits of RSA are weak (NIST SP 800-131A, revision 2, section 3).
    static let minimumRSABits = 2048
    /// Fewer bits of an elliptic curve are weak; smaller curves than P-256 are on no card that is still made.
    static let minimumCurveBits = 256

    package var isRSA: Bool { kind == .rsa || kind == .rsaPSS }
    /// An Ed25519 key (RFC 8410).
    package var isEd25519: Bool { kind == .other(Self.name(EVP_PKEY_ED25519)) }

    /// The bits that a key of this kind must have at least; `nil` where there is no such rule.
    package var minimumBits: Int? {
        switch kind {
        case .rsa, .rsaPSS: Self.minimumRSABits
        case .ellipticCurve: Self.minimumCurveBits
        case .other, .unreadable: nil
        }
    }

    /// Wraps `X509_get0_pubkey` and `EVP_PKEY_get_bn_param`.
    init(of certificate: OpaquePointer) {
        guard let key = unsafe X509_get0_pubkey(certificate) else {
            (kind, bits, isROCAShaped, hasWorthlessExponent) = (.unreadable, 0, false, false)
            return
        }
        let type = unsafe EVP_PKEY_get_base_id(key)
        guard type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS else {
            (isROCAShaped, hasWorthlessExponent) = (false, false)
            bits = max(0, Int(unsafe EVP_PKEY_get_bits(key)))
            kind = unsafe type == EVP_PKEY_EC ? .ellipticCurve(Self.group(of: key)) : .other(Self.name(type))
            return
        }
        // A key whose numbers are not known must not pass for one without a flaw.
        guard let modulus = unsafe Self.number("n", of: key), let exponent = unsafe Self.number("e", of: key)
        else {
            (kind, bits, isROCAShaped, hasWorthlessExponent) = (.unreadable, 0, false, false)
            return
        }
        kind = type == EVP_PKEY_RSA ? .rsa : .rsaPSS
        bits = max(0, Int(unsafe EVP_PKEY_get_bits(key)))
        isROCAShaped = ROCA.isShaped(modulus)
        hasWorthlessExponent = exponent.last.map { $0 & 1 == 0 } ?? true || exponent == [1]
    }

    private static func name(_ type: Int32) -> String {
        unsafe OBJ_nid2sn(type).map { unsafe String(cString: $0) } ?? "\(type)"
    }

    private static func group(of key: OpaquePointer) -> String {
        var buffer = [CChar](repeating: 0, count: 80)
        var length = 0
        guard unsafe EVP_PKEY_get_group_name(key, &buffer, buffer.count, &length) == 1 else {
            return "?"
        }
        return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A number of an RSA key, most significant byte first, without leading zeros.
    private static func number(_ name: String, of key: OpaquePointer) -> [UInt8]? {
        var pointer: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(key, name, &pointer) == 1 else {
            return nil
        }
        guard let number = unsafe OpenSSLObject(adopting: pointer, freedBy: BN_free) else { return nil }
        return unsafe number.with { number in
            var bytes = [UInt8](repeating: 0, count: max(0, (Int(unsafe BN_num_bits(number)) + 7) / 8))
            return unsafe BN_bn2bin(number, &bytes) == Int32(bytes.count) ? bytes : nil
        }
    }
}
