internal import Synchronization
internal import X509

/// A revocation list that several may ask, one after the other.
///
/// OpenSSL sorts a list when it is asked for the first time, so that nobody else may look at it then.
final class SharedCRL: Sendable {
    private let list: Mutex<CRL>

    init(_ bytes: [UInt8]) throws(CRL.Problem) { list = Mutex(try CRL(bytes)) }

    var der: [UInt8] { list.withLock { $0.der } }
    var thisUpdate: Instant? { list.withLock { $0.thisUpdate } }

    func statement(
        about certificate: Certificate,
        issuer: Certificate,
        point: DistributionPoint,
        at instant: Instant,
        maximumAge: Int64
    ) throws(CRL.Problem) -> RevocationStatement {
        try list.withLock { list throws(CRL.Problem) in
            try list.statement(
                about: certificate,
                issuer: issuer,
                point: point,
                at: instant,
                maximumAge: maximumAge
            )
        }
    }
}

/// Lists as they were read from files of the cache, which are read again when they change.
///
/// Only the reading is saved: each answer is judged anew, signature and all. A list of 200,000 certificates takes some
/// 70 MB here, so this is not to live longer than a few questions.
final class CRLMemory: Sendable {
    private struct Entry {
        let identity: CacheFile.Identity
        let list: SharedCRL
    }

    private let maximumCount: Int
    /// Of the files together, in bytes.
    private let maximumSize: Int

    /// A chain has two lists as a rule; these are for several chains, or one with a list of the largest size.
    init(maximumCount: Int = 8, maximumSize: Int = CRL.maximumSize) {
        (self.maximumCount, self.maximumSize) = (maximumCount, maximumSize)
    }

    /// The one that was used last is the last.
    private let entries = Mutex<[Entry]>([])

    /// The list in `file`, and when that was fetched; `nil` when it cannot be read.
    func list(in file: CacheFile) throws(CRL.Problem) -> (list: SharedCRL, fetched: Instant)? {
        if let known = known(file.identity) { return (known, file.fetched) }
        guard let (file, bytes) = file.read() else { return nil }
        let list = try SharedCRL(bytes)
        entries.withLock { entries in
            entries.removeAll { $0.identity == file.identity }
            entries.append(Entry(identity: file.identity, list: list))
            var size = entries.reduce(0) { $0 + $1.identity.size }
            while entries.count > maximumCount || size > maximumSize {
                size -= entries.removeFirst().identity.size
            }
        }
        return (list, file.fetched)
    }

    private func known(_ identity: CacheFile.Identity) -> SharedCRL? {
        entries.withLock { entries in
            guard let index = entries.firstIndex(where: { $0.identity == identity }) else { return nil }
            let entry = entries.remove(at: index)
            entries.append(entry)
            return entry.list
        }
    }

    /// How many are held.
    var count: Int { entries.withLock { $0.count } }
}
