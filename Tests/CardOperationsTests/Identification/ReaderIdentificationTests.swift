import CardApplications
import CardOperations
import CardTesting
import Configuration
import Glibc
import PCSC
import Synchronization
import Testing
import VirtualCards
import VirtualReaders

@testable import CardCore

/// Software cards in readers of a real pcscd, as a reader monitor tells of them.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ReaderIdentificationTests {
    /// Puts a card in a reader of its own and lends what a monitor would tell.
    private static func withCard<R>(
        _ profile: CardProfile,
        fault: String? = nil,
        delay: Int = 0,
        count: String? = nil,
        _ body: (InsertedCard, RunningCard) async throws -> R
    ) async throws -> R {
        try await SharedCardService.withSlot { service, slot in
            let process = try await service.insertCard(
                BuildFolder.products + "/kortvakt-card",
                slot: slot
            ) { address in
                [profile.rawValue, "--connect", address, "--delay", "\(delay)"]
                    + (fault.map { ["--fault", $0] } ?? []) + (count.map { ["--count", $0] } ?? [])
            }
            let reader = Reader(nameBytes: Array(service.readerName(slot: slot).utf8))
            let result: Result<R, any Error>
            do {
                let status = try await wait(for: .present, in: reader)
                result = .success(try await body(try #require(status.card), process))
            } catch {
                result = .failure(error)
            }
            await process.remove()
            _ = try await wait(for: .empty, in: reader)
            return try result.get()
        }
    }

    private static func wait(
        for presence: ReaderStatus.Presence,
        in reader: Reader
    ) async throws -> ReaderStatus {
        let context = try Context()
        while true {
            let status = try context.status(of: [reader])[0]
            if status.presence == presence, presence != .present || !status.atr.isEmpty { return status }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private static func error(_ body: () throws(OperationError) -> IdentifiedCard) -> OperationError? {
        do throws(OperationError) {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        CardProfile.siths, .sithsT1, .fineidHealth, .piv, .pivYubiKey, .gids, .openpgp, .idprime940,
    ])
    func aCardInAReaderIsTheSameAsInMemory(profile: CardProfile) async throws {
        let expected = try CardIdentifier().identify(AnyCardBench(profile))
        try await Self.withCard(profile) { card, _ in
            for _ in 1...2 {
                let found = try CardIdentifier().identify(card)
                #expect(found == expected)
            }
        }
    }

    @Test func theOwnerIsToldAfterTheCardWasLetGo() async throws {
        let check = try TestTrust.check(Owners.map("[User anna]", "HSAID=SE2321000000-1A2B"))
        try await Self.withCard(.siths) { card, _ in
            var early: [IdentifiedCard] = []
            let identifier = CardIdentifier(owners: check)
            let found = try identifier.identify(card) { told in
                early.append(told)
                // Nobody holds the card now.
                #expect(
                    Self.error { () throws(OperationError) in
                        try CardIdentifier().identify(card, within: .seconds(2))
                    } == nil
                )
            }
            #expect(early.count == 1 && early[0].owner == .unknown && early[0].identity == found.identity)
            #expect(found.owner == .user("anna"))
        }
    }

    @Test func aCardThatOthersHoldIsBusyInTime() async throws {
        try await Self.withCard(.siths) { card, _ in
            var other = try Context().connect(card.reader)
            for limit in [Duration.milliseconds(300), .seconds(1)] {
                try other.withTransaction { (_: inout Transaction) throws(PCSCError) in
                    let error = Self.error { () throws(OperationError) in
                        try CardIdentifier().identify(card, within: limit)
                    }
                    guard case .service(.busy) = error else {
                        Issue.record("\(String(describing: error))")
                        return
                    }
                }
            }
            let found = try CardIdentifier().identify(card)
            #expect(found.identity != nil)
        }
    }

    @Test func whatAnotherProgramVerifiedStaysVerified() async throws {
        try await Self.withCard(.openpgp) { card, _ in
            var other = try Context().connect(card.reader)
            func send(_ hex: String, code: String? = nil) throws -> StatusWord {
                let header = Hex.bytes(of: hex) ?? []
                return try other.withTransaction { (transaction: inout Transaction) throws(PCSCError) in
                    let response =
                        if let code {
                            try? transaction.exchange(
                                SecretCommandAPDU(
                                    ins: header[1],
                                    p1: header[2],
                                    p2: header[3],
                                    data: secret(code)
                                )
                            )
                        } else {
                            try? transaction.transmit(EncodedCommand(plain: header))
                        }
                    return response?.status ?? StatusWord(rawValue: 0)
                }
            }
            #expect(try send("00A4040006D27600012401") == .success)
            #expect(try send("00200082", code: "246810") == .success)
            let found = try CardIdentifier().identify(card)
            #expect(found.identity != nil)
            // The question whether it is verified, after VERIFY without data.
            #expect(try send("00200082") == .success)
        }
    }

    @Test(arguments: [1, 2, 3])
    func aCardThatGoesMuteIsGivenUpInTime(command: Int) async throws {
        try await Self.withCard(.siths, fault: "mute:\(command)") { card, process in
            let error = Self.error { () throws(OperationError) in
                try CardIdentifier().identify(card, within: .milliseconds(400))
            }
            #expect(error == .service(.cardUnresponsive))
        }
        // What was given up ended with the card: the next one is read.
        try await Self.withCard(.siths) { card, _ in
            let found = try CardIdentifier().identify(card)
            #expect(found.identity != nil)
        }
    }

    @Test func aSlowCardIsGivenUpAndLetGoAfterOneMoreCommand() async throws {
        let whole = try await Self.commandCount(.idprime940) { card in
            let found = try CardIdentifier().identify(card)
            #expect(found.identity != nil)
        }
        let begun = try await Self.commandCount(.idprime940, delay: 250) { card in
            let error = Self.error { () throws(OperationError) in
                try CardIdentifier().identify(card, within: .milliseconds(400))
            }
            let timeUp = OperationError.card(.transport(.reader(code: 0x8010_000A)))
            #expect(error == .service(.cardUnresponsive) || error == timeUp)
            // Begins when the transaction that was given up has ended.
            var other = try Context().connect(card.reader)
            try other.withTransaction { (_: inout Transaction) throws(PCSCError) in }
        }
        #expect(begun < whole)
    }

    /// How many commands a card has received when `body` returns.
    private static func commandCount(
        _ profile: CardProfile,
        delay: Int = 0,
        _ body: (InsertedCard) async throws -> Void
    ) async throws -> Int {
        let path = "/tmp/kortvakt-count-\(UInt32.random(in: 0...UInt32.max))"
        defer { unsafe unlink(path) }
        try await withCard(profile, delay: delay, count: path) { card, _ in try await body(card) }
        let line = String(decoding: try SmallFile.bytes(path), as: UTF8.self)
        return try #require(Int(line.prefix { $0 != " " }.drop { !$0.isNumber }))
    }

    @Test(arguments: ["remove-before:2", "remove-after:2"])
    func aCardThatLeavesInTheMiddleIsGone(fault: String) async throws {
        try await Self.withCard(.siths, fault: fault) { card, _ in
            let error = Self.error { () throws(OperationError) in try CardIdentifier().identify(card) }
            #expect(error == .card(.transport(.noAnswer(cardRemoved: true))))
        }
    }

    @Test func anEmptyReaderAndOneThatIsGoneAreErrors() async throws {
        let told = try await Self.withCard(.siths) { card, _ in card }
        #expect(
            Self.error { () throws(OperationError) in try CardIdentifier().identify(told) }
                == .service(.noCard)
        )
        let nowhere = InsertedCard(
            reader: Reader(nameBytes: Array("Nowhere".utf8)),
            eventCount: 1,
            atr: told.atr
        )
        let error = Self.error { () throws(OperationError) in try CardIdentifier().identify(nowhere) }
        #expect(error == .service(.readerNotFound))
    }
}
