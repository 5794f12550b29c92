extension MonitorLoop {
    /// Tells what happens in the readers until the monitor is stopped or the service is lost, which is thrown.
    func serve(_ connection: Connection, ready: () -> Void) throws(PCSCError) {
        var table = try firstLook(connection)
        ready()
        tell([.serviceReady(table.statuses)], beat())
        /// When to look once more after a change.
        var settled: SuspendingClock.Instant? = .now + timing.settling
        var fruitlessReturns = 0
        while !stopping.isSet {
            let began = SuspendingClock.now
            let limit = settled.map { max(began.duration(to: $0), .zero) } ?? timing.idle
            let answer = try wait(for: table.waited, on: connection, within: limit)
            let now = beat()
            var (events, listChanged) = try table.look(answer)
            tell(events, now)
            let isSettled = settled.map { $0 <= now } ?? false
            if isSettled { settled = nil }
            // Without an event too: of a reader that came between two waits nothing ever tells.
            if (listChanged || isSettled || events.isEmpty) && !stopping.isSet {
                let isPlain = !listChanged && !isSettled
                let farewells = table.list(isPlain ? try quickList(connection) : try readers(connection))
                tell(farewells, now)
                events += farewells
            }
            if !events.isEmpty { settled = settled ?? now + timing.settling }
            // A service that returns at once with nothing to say must not make this thread run hot.
            fruitlessReturns = events.isEmpty && began.duration(to: now) < limit ? fruitlessReturns + 1 : 0
            if fruitlessReturns > 8 {
                _ = stopping.wait(within: .milliseconds(10 << min(fruitlessReturns - 9, 7)))
            }
        }
    }

    /// What is in all readers now.
    ///
    /// A reader that leaves meanwhile makes it look again, at most 8 times.
    private func firstLook(_ connection: Connection) throws(PCSCError) -> ReaderTable {
        for _ in 0..<8 {
            var table = ReaderTable()
            _ = table.list(try readers(connection))
            let waited = table.waited
            // libpcsclite sleeps for 0.4 s at each card that has no Answer-to-Reset.
            let limit = timing.answer + .milliseconds(500) * waited.count
            let answer = try connection.bounded(within: limit) { $0.wait(for: waited, within: .zero) }
            guard let answer else { throw .serviceNotAnswering }
            let listChanged = try table.look(answer).listChanged
            if !listChanged { return table }
        }
        throw .readerNotFound
    }

    /// The readers, without a thread for a service that hangs: the wait that follows would hang too.
    private func quickList(_ connection: Connection) throws(PCSCError) -> [Reader] {
        guard let library = connection.unbounded else { throw .serviceNotAnswering }
        return try library.listedReaders()
    }

    private func readers(_ connection: Connection) throws(PCSCError) -> [Reader] {
        Reader.parsing(multiString: try connection.readerNames(within: timing.answer))
    }
}

extension ReaderTable {
    /// Takes over the answer to a wait for `waited`; throws what makes the connection of no more use.
    fileprivate mutating func look(
        _ answer: (code: ReturnCode, states: [WaitedState])
    ) throws(PCSCError) -> (events: [ReaderEvent], listChanged: Bool) {
        switch answer.code {
        case .success, .timeout: return look(answer.states)
        case .cancelled: return ([], false)
        // A reader left between two calls.
        case .unknownReader, .readerUnavailable, .noReadersAvailable: return ([], true)
        default: throw answer.code.error ?? .serviceStopped
        }
    }
}
