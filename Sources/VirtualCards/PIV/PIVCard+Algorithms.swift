extension PIVCard {
    /// A slot's key as an algorithm identifier names it (SP 800-78-5, table 9; 16 is Yubico's).
    enum Signer {
        /// Takes a whole block.
        case rsa(RSAKey)
        /// Takes a hash as long as the order.
        case ec(ECKey)

        func signature(of challenge: [UInt8]) -> [UInt8]? {
            switch self {
            case .rsa(let key): key.signature(of: challenge, raw: true)
            case .ec(let key): challenge.count == key.size ? key.signature(of: challenge) : nil
            }
        }
    }

    /// `nil` where `algorithm` is not that of the key.
    func signer(of key: PIVImage.Key, algorithm: UInt8) -> Signer? {
        if let size = [0x11: 32, 0x14: 48][algorithm] {
            return ECKey(pem: key.privateKey).flatMap { $0.size == size ? .ec($0) : nil }
        }
        guard let size = [0x06: 128, 0x07: 256, 0x05: 384, 0x16: 512][algorithm],
            algorithm != 0x16 || image.yubiKey != nil, let reference = key.slot.bytes.first,
            let signer = keys[reference] ?? RSAKey(pem: key.privateKey), signer.size == size
        else { return nil }
        keys[reference] = signer
        return .rsa(signer)
    }
}
