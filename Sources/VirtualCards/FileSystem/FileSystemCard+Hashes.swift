internal import CardCore

extension FileSystemCard {
    /// The signature of a bare hash by an algorithm of Thales cards; `nil` when `algorithm` is none of those.
    ///
    /// The upper half byte is the hash function, the lower one PKCS#1 v1.5, ECDSA or PSS (FINEID S1; OpenSC's idprime
    /// driver, which asks for each ECDSA signature by 44).
    func hashedSignature(
        of hash: [UInt8],
        with key: FileSystemImage.Key,
        algorithm: UInt8
    ) -> Result<[UInt8], Refusal>? {
        let lengths: [UInt8: (length: Int, information: [UInt8])] = [
            0x40: (32, [0x31, 0x0D, 0x01]), 0x50: (48, [0x41, 0x0D, 0x02]), 0x60: (64, [0x51, 0x0D, 0x03]),
        ]
        guard let function = lengths[algorithm & 0xF0], [0x02, 0x04, 0x05].contains(algorithm & 0x0F) else {
            return nil
        }
        if algorithm & 0x0F == 0x04 {
            guard let signer = ECKey(pem: key.privateKey) else { return .failure(Refusal(status: 0x6985)) }
            let fits = hash.count == function.length || algorithm == 0x44 && hash.count == signer.size
            guard fits, let signature = signer.concatenatedSignature(of: hash) else {
                return .failure(Refusal(status: 0x6A80))
            }
            return .success(signature)
        }
        guard let signer = keys[key.reference.bytes] ?? RSAKey(pem: key.privateKey) else {
            return .failure(Refusal(status: 0x6985))
        }
        keys[key.reference.bytes] = signer
        guard hash.count == function.length else { return .failure(Refusal(status: 0x6A80)) }
        let signature =
            algorithm & 0x0F == 0x05
            ? signer.pssSignature(of: hash)
            : signer.signature(of: Self.digestInfo(function.information) + hash, raw: false)
        return signature.map(Result.success) ?? .failure(Refusal(status: 0x6A80))
    }

    struct Refusal: Error {
        let status: UInt16
    }

    /// What precedes a hash of the SHA-2 family in a PKCS#1 v1.5 signature (RFC 8017, 9.2, note 1).
    ///
    /// `information`: the outer length, the inner one, the last arc of the hash function's identifier.
    private static func digestInfo(_ information: [UInt8]) -> [UInt8] {
        let length = information[0] - 0x11
        return [
            0x30, information[0], 0x30, information[1], 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
            0x02, information[2], 0x05, 0x00, 0x04, length,
        ]
    }
}
