internal import CardCore

/// How a PKCS#15 card is asked for a signature.
enum PKCS15Signing: Hashable, Sendable {
    /// The environment, the hash, the signature: Thales cards and what FINEID S1 has them do.
    case thales(ThalesSignature.Habits)
    /// The key's file is selected and named in the environment; the card pads a DigestInfo (OpenSC's setcos driver).
    case setCOS
    /// The card's own files say which algorithm its commands mean by which number (ISO/IEC 7816-15, 8.4 and 8.12).
    case described
}

extension AlgorithmInfo {
    /// The form of what the card takes, where the mechanism leaves no doubt about it (PKCS #11, 2.1 and 2.3).
    ///
    /// Mechanisms that hash do not say whether the card is given the message or its hash.
    func form(of key: CertificateKey) -> SigningForm? {
        guard operations.contains(.computeSignature) else { return nil }
        switch (mechanism, key) {
        // CKM_RSA_PKCS.
        case (0x0001, .rsa): return .digestInfo
        // CKM_ECDSA.
        case (0x1041, .ec(let curve)): return .ecdsa(curve.hash)
        default: return nil
        }
    }
}
