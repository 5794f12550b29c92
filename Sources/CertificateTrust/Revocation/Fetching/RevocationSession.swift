internal import Synchronization
internal import X509

/// What belongs to one question of a person about any number of certificates: the time for all of it, and what came.
///
/// A list is fetched once, and whoever did not answer is not asked again.
package final class RevocationSession: Sendable {
    private typealias List = Result<SharedCRL, Revocation.CRLProblem>

    private struct State {
        var lists: [(address: String, list: List, bytes: [UInt8])] = []
        var failures: [String: CurlFetcher.Failure] = [:]
    }

    /// Lists that are held at once; a chain has two.
    private static let maximumCount = 4

    private let fetcher: CurlFetcher
    private let deadline: ContinuousClock.Instant
    private let state = Mutex(State())

    init(_ fetcher: CurlFetcher) {
        self.fetcher = fetcher
        deadline = fetcher.deadline()
    }

    func list(
        at address: String
    ) throws(CurlFetcher.Failure) -> (list: Result<SharedCRL, Revocation.CRLProblem>, bytes: [UInt8]) {
        let known = state.withLock { state in state.lists.first { $0.address == address } }
        if let known { return (known.list, known.bytes) }
        let fetched = try fetch(address, maximumSize: CRL.maximumSize)
        let list = Result { () throws(Revocation.CRLProblem) in try SharedCRL(fetched) }
        // The list alone: what a server puts behind it would fill the cache.
        let bytes = (try? list.get())?.der ?? []
        state.withLock { state in
            state.lists.append((address, list, bytes))
            if state.lists.count > Self.maximumCount { state.lists.removeFirst() }
        }
        return (list, bytes)
    }

    func answer(to request: [UInt8], from address: String) throws(CurlFetcher.Failure) -> [UInt8] {
        try fetch(
            address,
            body: ("application/ocsp-request", request),
            maximumSize: OCSPResponse.maximumSize
        )
    }

    /// Each gets half of the time that is left, so that nobody who only keeps us waiting silences the others.
    private func fetch(
        _ address: String,
        body: (type: String, bytes: [UInt8])? = nil,
        maximumSize: Int
    ) throws(CurlFetcher.Failure) -> [UInt8] {
        if let failure = state.withLock({ $0.failures[address] }) { throw failure }
        let now = ContinuousClock.now
        guard now < deadline else { throw .notAsked }
        do throws(CurlFetcher.Failure) {
            return try fetcher.fetch(
                address,
                body: body,
                maximumSize: maximumSize,
                deadline: now + (deadline - now) / 2
            )
        } catch {
            state.withLock { $0.failures[address] = error }
            throw error
        }
    }
}
