import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// Counters that a card tells of one code and not of another, or told once and not again.
@Suite struct SilentCounterTests {
    /// An ATR of the FINEID v3 row, whose cards tell counters by GET DATA.
    private static let fineid: [UInt8] = [
        0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0xB8, 0x65, 0xB0, 0x85, 0x04, 0x02, 0x1B, 0x12, 0x00, 0xF6,
        0x82,
        0x90, 0x00,
    ]

    @Test func aPINWithoutCounterLeavesTheLastTryOfThePUKGuarded() throws {
        let bench = try OperationBench(.fineid, tries: [.authentication: 5, .signature: 0, .puk: 1]) {
            image in
            image.atr = HexBytes(Self.fineid)
        }
        bench.wire.answerInstead = {
            $0[1] == Instruction.getDataWithTags && $0[9] == 0x11 ? [0x6A, 0x88] : nil
        }
        bench.dialog.codes[.unblocking] = [OperationBench.wrongPUK]
        bench.dialog.choice = "02"
        #expect(throws: OperationError.self) { try bench.unblock() }
        #expect(bench.reader.commandsWithSecret == 0)
        #expect(bench.counters.last == 1)
    }

    @Test func aYubiKeyThatTellsNothingOfThePINStillGuardsThePUK() throws {
        let bench = try AnyCardBench(.pivYubiKey, tries: [.puk: 1])
        bench.dialog.codes[.unblocking] = [AnyCardBench.wrongPUK]
        bench.wire.answerInstead = { $0.starts(with: [0x00, 0xF7, 0x00, 0x80]) ? [0x6A, 0x88] : nil }
        #expect(bench.outcome(.unblock) == "refused lastPUKTry 81")
        #expect(bench.tries(.puk) == 1)
    }

    /// Another program spends two tries before the second transaction, in which the counter is not told.
    @Test(arguments: [CardProfile.piv, .gids])
    func aCounterThatIsNotToldAnyMoreSendsNothing(profile: CardProfile) throws {
        let bench = try AnyCardBench(profile)
        bench.dialog.codes[.current] = [AnyCardBench.wrong]
        bench.ledger.beforeTransaction = { [wire = bench.wire, card = bench.card] number in
            guard number == 2 else { return }
            let padding: [UInt8] = profile == .piv ? [0xFF, 0xFF] : []
            let code = Array("000000".utf8) + padding
            for _ in 0..<2 { _ = card.process([0x00, 0x20, 0x00, 0x80, UInt8(code.count)] + code) }
            wire.answerInstead = { command in
                let isQuestion =
                    profile == .piv
                    ? command.count <= 5 && command.starts(with: [0x00, 0x20, 0x00])
                    : command[1] == Instruction.getDataWithTags && command.contains(0x71)
                return isQuestion ? [0x6F, 0x00] : nil
            }
        }
        #expect(bench.outcome(.verify).hasPrefix("card"))
        #expect(bench.reader.commandsWithSecret == 0)
        #expect(bench.tries(.authentication) == 1)
    }

    /// PW3 is accepted and the new PIN refused, while another program has spent a try of the PIN.
    @Test func aRefusedNewPINIsNotAWrongOne() throws {
        let bench = try AnyCardBench(.openpgp)
        bench.dialog.codes[.unblocking] = [bench.code(.administrator)]
        bench.ledger.beforeTransaction = { [card = bench.card] number in
            guard number == 2 else { return }
            _ = card.process([0x00, 0x20, 0x00, 0x82, 0x06] + Array("000000".utf8))
        }
        bench.wire.answerInstead = { $0[1] == Instruction.resetRetryCounter ? [0x6A, 0x80] : nil }
        let error = #expect(throws: OperationError.self) {
            _ = try bench.unblock(.role(.auth), with: "admin")
        }
        #expect(error?.brief.hasPrefix("new") == true, "\(error?.brief ?? "none")")
    }

    @Test func aPINWithTriesLeftIsNotCalledBlockedForItsBlockedUnblockingCodes() throws {
        let bench = try AnyCardBench(.openpgp, tries: [.resettingCode: 0, .administrator: 0])
        let error = #expect(throws: OperationError.self) {
            _ = try PINOperations.unblock(
                .role(.auth),
                on: bench.connection,
                budget: TryBudget(),
                dialog: &bench.dialog
            )
        }
        #expect(error?.brief == "blocked PW3 (PW3)", "\(error?.brief ?? "none")")
    }
}
