internal import X509

extension RevocationCheck {
    /// Judges what was fetched before.
    mutating func readCache(_ responders: [String], _ points: [Point]) {
        // What the network has said already stands in the way of nobody.
        let isAsked = revocation.policy == .cached
        guard let cache = revocation.cache else {
            if isAsked { obstacles.append(.notCached) }
            return
        }
        let lists = revocation.lists
        var isKept = false
        for address in responders {
            for file in cache.files(answerKey(address)) {
                guard let (file, bytes) = file.read() else { continue }
                isKept = true
                judge(answer: bytes, of: address, fetched: file.fetched, isFromCache: true)
            }
        }
        for (address, point) in points {
            for file in cache.files(.crl(address)) {
                let isRead = judgeList(of: address, point, nil) {
                    () throws(Revocation.CRLProblem) in try lists.list(in: file)
                }
                isKept = isKept || isRead
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
        let isRevoked = answers.contains(where: \.statement.status.isFinal)
        var failure: Int32?
        var isNew = false
        for answer in answers {
            // What is revoked for good stays so, and whoever says something else is not to be remembered.
            guard let bytes = answer.bytes, !isRevoked || answer.statement.status.isFinal else { continue }
            let (kind, address) = (answer.evidence.kind, answer.evidence.address)
            let isOld = answers.contains { other in
                other.evidence.isFromCache && other.evidence.kind == kind
                    && other.evidence.address == address
                    && RevocationStatement.isWeaker(answer.statement, than: other.statement)
            }
            guard !isOld else { continue }
            failure = cache.keep(bytes, as: kind == .crl ? .crl(address) : answerKey(address)) ?? failure
            isNew = true
        }
        if isNew { cache.removeSuperfluous() }
        return failure
    }

    private func answerKey(_ address: String) -> RevocationCache.Key {
        .ocsp(address, serialNumber: certificate.serialNumber, issuer: certificate.issuer.encoded)
    }
}
