internal import X509

extension RevocationCheck {
    /// Judges what was fetched before.
    mutating func readCache(_ responders: [String], _ points: [Point]) {
        // Where the network has answered, an empty cache is no obstacle.
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
            for file in cache.files(listKey(address)) {
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
    /// Only what could be judged is here, so that nothing unreadable replaces a valid list. Returns an `errno` where something
    /// could not be kept, and keeps nothing of what OpenSSL had no memory to write.
    func keep() -> Int32? {
        guard let cache = revocation.cache else { return nil }
        let isRevoked = answers.contains(where: \.statement.status.isFinal)
        var failure: Int32?
        var isNew = false
        for answer in answers {
            // What is revoked for good stays so, and what says something else is not kept beside it.
            guard let bytes = answer.bytes, !bytes.isEmpty, !isRevoked || answer.statement.status.isFinal
            else {
                continue
            }
            let address = answer.evidence.address
            let key = answer.evidence.kind == .crl ? listKey(address) : answerKey(address)
            guard !isOlder(answer, than: cache.files(key)) else { continue }
            failure = cache.keep(bytes, as: key) ?? failure
            isNew = true
        }
        if isNew { cache.removeSuperfluous() }
        return failure
    }

    /// Whether something younger is kept, whatever it says about this certificate, and whether it counts at this instant.
    ///
    /// A list that is replayed to a clock that is wrong must not take the place of a younger one.
    private func isOlder(_ answer: Answer, than files: [CacheFile]) -> Bool {
        switch answer.evidence.kind {
        case .crl:
            files.contains { file in
                let kept = (try? revocation.lists.list(in: file))?.flatMap { $0.list.thisUpdate }
                return kept.map { $0 > answer.statement.thisUpdate } ?? false
            }
        case .ocsp:
            answers.contains { other in
                other.evidence.isFromCache && other.evidence.kind == .ocsp
                    && other.evidence.address == answer.evidence.address
                    && RevocationStatement.isWeaker(answer.statement, than: other.statement)
            }
        }
    }

    private func listKey(_ address: String) -> RevocationCache.Key { .crl(address, of: issuer) }

    private func answerKey(_ address: String) -> RevocationCache.Key {
        .ocsp(address, serialNumber: certificate.serialNumber, issuer: certificate.issuer.encoded)
    }
}
