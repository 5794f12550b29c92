import Glibc
import LoginSessions
import SessionTesting
import Testing

/// The link to the daemon, against the daemon's own interface.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct DaemonLinkTests {
    private struct Parts {
        let bus: SystemBus
        let link: DaemonLink
    }

    private func link(
        to world: DaemonWorld,
        _ body: (LoopThread<Parts>, Told<DaemonNews>) async throws -> Void
    ) async throws {
        let (address, news) = (world.bus.address, Told<DaemonNews>())
        let make: @Sendable (EventLoop) throws -> Parts = { loop in
            let bus = try SystemBus.connect(to: address, on: loop)
            return Parts(bus: bus, link: try DaemonLink(on: bus) { news.tell($0) })
        }
        try await LoopThread.run(make) { thread in try await body(thread, news) }
    }

    private func status(_ state: DaemonState) -> DaemonNews {
        .status(DaemonClient.Status(version: "1.2.3", state: state))
    }

    @Test func tellsWhatTheDaemonShowsAndEachChange() async throws {
        try await DaemonWorld.run { world in
            try await link(to: world) { _, news in
                #expect(await news.next() == status(DaemonState()))
                await world.thread.perform { $0.interface.publish(.example) }
                #expect(await news.next() == status(.example))
                var locked = DaemonState.example
                locked.sessions[0].isLocked = true
                locked.guards = []
                locked.lastLock?.locked = 40_000
                await world.thread.perform { [locked] in $0.interface.publish(locked) }
                #expect(await news.next() == status(locked))
            }
        }
    }

    @Test func tellsSignals() async throws {
        try await DaemonWorld.run { world in
            try await link(to: world) { _, news in
                _ = await news.next()
                await world.thread.perform { parts in
                    parts.interface.emit(.cardInserted(reader: "A"))
                    parts.interface.emit(.sessionLocked(session: "3", reader: "A", reason: .sleep))
                    parts.interface.emit(.lockFailed(session: "3", reason: .accessDenied))
                }
                #expect(await news.next() == .sessionLocked(session: "3", reader: "A", reason: "sleep"))
                #expect(await news.next() == .lockFailed(session: "3", reason: "access-denied"))
            }
        }
    }

    @Test func locksTheCallersOwnSessionAndHearsWhyNot() async throws {
        try await DaemonWorld.run(before: ["add 3 seat0 \(getuid()) me active"]) { world in
            try await link(to: world) { thread, news in
                _ = await news.next()
                let done: Bool = await thread.ask { parts, answer in
                    parts.link.lockNow { result in
                        if case .success = result { answer(true) } else { answer(false) }
                    }
                }
                #expect(done)
                #expect(await world.requests.next() == .lockNow(session: "3"))
                let refused: DaemonError? = await thread.ask { parts, answer in
                    parts.link.lockNow(session: "5") { result in
                        if case .failure(let error) = result { answer(error) } else { answer(nil) }
                    }
                }
                #expect(refused == .refused(.noSuchSession))
            }
        }
    }

    @Test func tellsThatNobodyHasTheNameAndThatTheBusIsLost() async throws {
        try await PrivateBus.run { bus in
            let (address, news) = (bus.address, Told<DaemonNews>())
            let make: @Sendable (EventLoop) throws -> Parts = { loop in
                let system = try SystemBus.connect(to: address, on: loop)
                return Parts(bus: system, link: try DaemonLink(on: system) { news.tell($0) })
            }
            try await LoopThread.run(make) { thread in
                #expect(await news.next() == .notRunning)
                let refused: DaemonError? = await thread.ask { parts, answer in
                    parts.link.lockNow { result in
                        if case .failure(let error) = result { answer(error) } else { answer(nil) }
                    }
                }
                #expect(refused == .notRunning)
                _ = kill(bus.pid, SIGKILL)
                #expect(await news.next() == .busLost)
            }
        }
    }
}
