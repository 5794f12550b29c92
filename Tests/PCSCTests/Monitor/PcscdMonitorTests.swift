import CardTesting
import Glibc
import Testing
import VirtualReaders

@testable import PCSC

extension MonitorTests {
    /// The monitor with a real pcscd and virtual readers; each in a process of its own.
    @Suite(.serialized) struct PcscdMonitorTests {
        @Test func aCardThatComesAndGoesIsToldWithItsCounter() async throws {
            try await inOwnProcess {
                try await MonitoredPcscd.run { pcscd in
                    let first = await pcscd.log.next()?.readers
                    #expect(first?.map(\.reader) == [pcscd.reader(0), pcscd.reader(1)])
                    #expect(first?.allSatisfy { $0.presence == .empty } == true)
                    for turn in 0..<UInt16(3) {
                        let card = try await pcscd.insert()
                        #expect(await pcscd.log.next() == .cardInserted(pcscd.card(0, 2 * turn + 1)))
                        await card.remove()
                        #expect(await pcscd.log.next() == .cardRemoved(pcscd.card(0, 2 * turn + 1), .pulled))
                    }
                }
            }
        }

        @Test func aCardThatWasThereBeforeIsInTheFirstEvent() async throws {
            try await inOwnProcess {
                try await MonitoredPcscd.run(
                    before: { service in
                        try await MonitoredPcscd.insert(service, slot: 1)
                        try await CardInReader.wait(
                            for: .present,
                            in: Reader(nameBytes: Array(service.readerName(slot: 1).utf8))
                        )
                    },
                    { pcscd in
                        let first = await pcscd.log.next()?.readers
                        #expect(first?.map(\.card) == [nil, pcscd.card(1, 1)])
                    }
                )
            }
        }

        /// The monitor's thread is held in the sink while the card is pulled and put back.
        @Test func aBounceWithinOneWakeUpIsARemovalAndAnInsertion() async throws {
            try await inOwnProcess {
                let held = HeldSink()
                try await MonitoredPcscd.run(sink: held.hold) { pcscd in
                    #expect(await pcscd.log.next()?.readers?.count == 2)
                    let card = try await pcscd.insert()
                    await held.untilHeld()
                    await card.remove()
                    try await CardInReader.wait(for: .empty, in: pcscd.reader(0))
                    let again = try await pcscd.insert()
                    try await CardInReader.wait(for: .present, in: pcscd.reader(0))
                    held.release()
                    #expect(await pcscd.log.next() == .cardInserted(pcscd.card(0, 1)))
                    #expect(await pcscd.log.next() == .cardRemoved(pcscd.card(0, 1), .pulled))
                    #expect(await pcscd.log.next() == .cardInserted(pcscd.card(0, 3)))
                    await again.remove()
                    #expect(await pcscd.log.next() == .cardRemoved(pcscd.card(0, 3), .pulled))
                }
            }
        }

        @Test func twoReadersAtOnceAndACardInUseAreToldApart() async throws {
            try await inOwnProcess {
                try await MonitoredPcscd.run { pcscd in
                    #expect(await pcscd.log.next()?.readers?.count == 2)
                    async let first = pcscd.insert(slot: 0)
                    async let second = pcscd.insert(slot: 1)
                    let cards = try await [first, second]
                    let inserted = [await pcscd.log.next(), await pcscd.log.next()]
                    #expect(
                        Set(inserted.compactMap { $0?.insertedCard }) == [pcscd.card(0, 1), pcscd.card(1, 1)]
                    )
                    try await HelperProgram.run("client.py", [pcscd.reader(1).name, "transaction"]) { _ in
                        await cards[0].remove()
                        #expect(await pcscd.log.next() == .cardRemoved(pcscd.card(0, 1), .pulled))
                        await cards[1].remove()
                        #expect(await pcscd.log.next() == .cardRemoved(pcscd.card(1, 1), .pulled))
                    }
                }
            }
        }

        @Test func aMuteCardIsToldAsSuchAndItsRemovalToo() async throws {
            try await inOwnProcess {
                try await MonitoredPcscd.run { pcscd in
                    #expect(await pcscd.log.next()?.readers?.count == 2)
                    // An Answer-to-Reset that is longer than one can be (33 bytes) fails in pcscd.
                    let card = try await pcscd.insert(slot: 0, atr: String(repeating: "3B", count: 40))
                    let mute = InsertedCard(reader: pcscd.reader(0), eventCount: 1, atr: [], isMute: true)
                    #expect(await pcscd.log.next() == .cardInserted(mute))
                    await card.remove()
                    #expect(await pcscd.log.next() == .cardRemoved(mute, .pulled))
                }
            }
        }

        @Test func sixteenReadersAreWatched() async throws {
            try await inOwnProcess {
                try await MonitoredPcscd.run(entries: 8) { pcscd in
                    let first = await pcscd.log.next()?.readers
                    #expect(first?.map(\.reader) == (0..<16).map(pcscd.reader))
                    for slot in [15, 0] {
                        let card = try await pcscd.insert(slot: slot)
                        #expect(await pcscd.log.next() == .cardInserted(pcscd.card(slot, 1)))
                        await card.remove()
                        #expect(await pcscd.log.next() == .cardRemoved(pcscd.card(slot, 1), .pulled))
                    }
                }
            }
        }

        /// T10.
        ///
        /// The card is pulled by the death of its reader's service, and the readers have other names then.
        @Test func aKilledPcscdIsLostAndComesBackWithOtherReaders() async throws {
            try await inOwnProcess {
                try await MonitoredPcscd.run { pcscd in
                    #expect(await pcscd.log.next()?.readers?.count == 2)
                    _ = try await pcscd.insert()
                    #expect(await pcscd.log.next() == .cardInserted(pcscd.card(0, 1)))
                    try await pcscd.killed {
                        let lost = await pcscd.log.next()
                        let reasons: [PCSCError] = [.serviceStopped, .serviceNotRunning]
                        #expect(reasons.contains { lost == .serviceLost($0) }, "\(String(describing: lost))")
                        // More attempts are no more losses.
                        try await pcscd.monitor.returns(pcscd.monitor.returnCount + 2)
                        try pcscd.renameReaders()
                    } thenAgain: {
                        let again = await pcscd.log.next()?.readers
                        let name = Array("not ".utf8) + [0xFF, 0xC3] + Array(" UTF-8 00 00".utf8)
                        #expect(again?.first?.reader == Reader(nameBytes: name))
                        #expect(again?.count == 2 && again?.allSatisfy { $0.presence == .empty } == true)
                        let card = try await pcscd.insert()
                        let inserted = InsertedCard(
                            reader: Reader(nameBytes: name),
                            eventCount: 1,
                            atr: [0x3B, 0x02, 0x14, 0x50]
                        )
                        #expect(await pcscd.log.next() == .cardInserted(inserted))
                        await card.remove()
                        #expect(await pcscd.log.next() == .cardRemoved(inserted, .pulled))
                    }
                }
            }
        }
    }

    /// Those that mostly look at a monitor that does nothing.
    @Suite(.serialized) struct QuietMonitorTests {
        @Test func aMonitorStopsWhileTheServiceIsAway() async throws {
            try await inOwnProcess {
                try await MonitoredPcscd.run { pcscd in
                    #expect(await pcscd.log.next()?.readers?.count == 2)
                    kill(try #require(pcscd.pid), SIGKILL)
                    #expect(await pcscd.log.next()?.lossReason != nil)
                    try await pcscd.monitor.returns(pcscd.monitor.returnCount + 2)
                    // Its thread has ended then, and records nothing more.
                    #expect(pcscd.monitor.stop())
                    #expect(pcscd.log.remaining == [])
                }
            }
        }

        @Test func anIdleMonitorIsNotWoken() async throws {
            try await inOwnProcess {
                var timing = ReaderMonitor.Timing()
                timing.settling = .zero
                try await MonitoredPcscd.run(timing: timing) { pcscd in
                    #expect(await pcscd.log.next()?.readers?.count == 2)
                    // Each change has a second look.
                    try await pcscd.monitor.returns(2)
                    let card = try await pcscd.insert()
                    #expect(await pcscd.log.next() == .cardInserted(pcscd.card(0, 1)))
                    try await pcscd.monitor.returns(4)
                    let before = (count: pcscd.monitor.returnCount, instant: pcscd.monitor.lastReturn)
                    // Meanwhile another one wakes ten times.
                    timing.idle = .milliseconds(500)
                    let other = try ReaderMonitor(timing: timing) { _, _ in }
                    try await other.returns(12)
                    #expect(other.stop())
                    #expect(pcscd.monitor.returnCount == before.count)
                    #expect(pcscd.monitor.lastReturn == before.instant)
                    await card.remove()
                    #expect(await pcscd.log.next() == .cardRemoved(pcscd.card(0, 1), .pulled))
                }
            }
        }
    }
}
