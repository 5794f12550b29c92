extension Inquiry {
    /// Judges what was fetched before.
    mutating func remember(_ responders: [String], _ points: [Point]) {
        // What the network has said already stands in the way of nobody.
        let isAsked = revocation.policy == .cached
        guard let cache = revocation.cache else {
            if isAsked { obstacles.append(.notCached) }
            return
        }
        let lists = revocation.lists
        var isKept = false
        for address in responders {
            guard let item = cache.item(key(.ocsp, address), maximumSize: ResponderAnswer.maximumSize) else {
                continue
            }
            isKept = true
            judge(answer: item.bytes, address: address, fetched: item.fetched, isFromCache: true)
        }
        for (address, point) in points {
            // Where one cannot be read, the next.
            for file in cache.files(key(.crl, address), maximumSize: RevocationList.maximumSize) {
                let isRead = judgeList(of: address, point, nil) {
                    () throws(Revocation.CRLProblem) in try lists.list(in: file)
                }
                isKept = isKept || isRead
                if isRead { break }
            }
        }
        if !isKept && isAsked { obstacles.append(.notCached) }
    }

    /// Keeps what was fetched, unless something younger of the same kind is kept there already.
    ///
    /// Only what could be judged comes here, so that no nonsense takes the place of something good. Answers an `errno`
    /// where it could not be kept.
    func keep() -> Int32? {
        guard let cache = revocation.cache else { return nil }
        let isRevoked = answers.contains(where: \.isFinal)
        var failure: Int32?
        for answer in answers {
            // What is revoked for good stays so, and whoever says something else is not to be remembered.
            guard let bytes = answer.bytes, !isRevoked || answer.isFinal else { continue }
            let (kind, address) = (answer.evidence.kind, answer.evidence.address)
            let isOld = answers.contains { other in
                other.evidence.isFromCache && other.evidence.kind == kind
                    && other.evidence.address == address && other.evidence.made > answer.evidence.made
            }
            if !isOld { failure = cache.keep(bytes, as: key(kind, address)) ?? failure }
        }
        return failure
    }

    /// Lists are everybody's, answers are about one certificate.
    private func key(_ kind: Revocation.Evidence.Kind, _ address: String) -> String {
        switch kind {
        case .crl: "crl \(address)"
        case .ocsp:
            "ocsp \(address) \(HexDigits.text(of: certificate.serialNumber)) "
                + HexDigits.text(of: certificate.issuer.encoded)
        }
    }
}
