internal import X509

extension Verification {
    /// Certificates whose extensions are not well-formed; OpenSSL looks at them only where a purpose makes it.
    static func malformations(in chain: [ChainLink]) -> [Reason] {
        chain.filter(\.certificate.extensions.isMalformed).map { .malformed($0) }
    }

    /// What keyUsage and extendedKeyUsage have against the purpose.
    static func misuses(of chain: [ChainLink], purpose: Purpose) -> [Reason] {
        guard let first = chain.first else { return [] }
        var reasons: [Reason] = []
        let needed: Reason.KeyUsage? =
            switch purpose {
            case .login: .digitalSignature
            case .signing: .nonRepudiation
            case .any: nil
            }
        let present = first.certificate.extensions.keyUsage
        if let needed, !(present ?? []).contains(needed) {
            reasons.append(.keyUsage(first, needed: needed, present: present))
        }
        guard purpose == .login else { return reasons }
        // An authority's extendedKeyUsage bounds those of the certificates below it.
        for link in chain {
            guard let uses = link.certificate.extensions.extendedKeyUsage,
                !uses.contains(.clientAuthentication)
            else { continue }
            reasons.append(.extendedKeyUsage(link, needed: .clientAuthentication, present: uses))
        }
        return reasons
    }

    /// Keys and signatures that are too weak, or weak by their making.
    static func weaknesses(in chain: [ChainLink]) -> [Reason] {
        chain.enumerated().flatMap { position, link -> [Reason] in
            var reasons: [Reason] = []
            let key = link.certificate.key
            if key.kind == .unreadable { reasons.append(.unreadableKey(link)) }
            if let minimum = key.minimumBits, key.bits < minimum {
                reasons.append(.weakKey(link, minimumBits: minimum))
            }
            if key.isROCAShaped { reasons.append(.rocaKey(link)) }
            if key.hasWorthlessExponent { reasons.append(.worthlessExponent(link)) }
            // A root is trusted because it is in the store; nobody relies on its own signature.
            let isRoot = position == chain.count - 1 && link.certificate.isSelfIssued
            if link.certificate.signature.isWeak && !isRoot { reasons.append(.weakSignature(link)) }
            return reasons
        }
    }
}
