import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// Another program has the card between our two transactions, while the person types.
@Suite struct MeddlingTests {
    private static let counting: [CardProfile] = [.siths, .sithsT1, .reservkort]

    @Test(arguments: CardProfile.pkcs15, Operation.allCases)
    func whatAnotherProgramSelectedIsSelectedBack(profile: CardProfile, operation: Operation) throws {
        let selections: [[UInt8]] = [
            [0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00], [0x00, 0xA4, 0x08, 0x0C, 0x02, 0x43, 0x31],
        ]
        for selection in selections {
            let bench = try OperationBench(profile, tries: [.authentication: operation == .unblock ? 0 : 2])
            bench.ledger.beforeTransaction = { number in
                guard number == 2 else { return }
                #expect(bench.card.process(selection) == [0x90, 0x00])
            }
            #expect(bench.outcome(operation) == "ok")
            bench.expectOrder()
        }
    }

    @Test(arguments: CardProfile.pkcs15, Operation.allCases)
    func aResetBetweenTheTransactionsIsNoObstacle(profile: CardProfile, operation: Operation) throws {
        let bench = try OperationBench(profile, tries: [.authentication: operation == .unblock ? 0 : 2])
        bench.ledger.beforeTransaction = { _ in bench.card.reset() }
        #expect(bench.outcome(operation) == "ok")
        bench.expectOrder()
    }

    @Test(arguments: counting, [Operation.verify, .change])
    func aTryThatAnotherProgramSpentMakesOursTheLastOne(profile: CardProfile, operation: Operation) throws {
        let bench = try OperationBench(profile, tries: [.authentication: 2])
        bench.ledger.beforeTransaction = { number in if number == 2 { bench.spend(1, of: 0x81) } }
        #expect(bench.outcome(operation) == "refused lastTry 01")
        #expect(bench.reader.commandsWithSecret == 0 && bench.tries(.authentication) == 1)
        bench.expectOrder()
        let insisting = try OperationBench(profile, tries: [.authentication: 2])
        insisting.ledger.beforeTransaction = { number in if number == 2 { insisting.spend(1, of: 0x81) } }
        #expect(insisting.outcome(operation, TryBudget(lastTry: true)) == "ok")
    }

    @Test(arguments: counting, [Operation.verify, .change])
    func aPINThatAnotherProgramBlockedGetsNoCode(profile: CardProfile, operation: Operation) throws {
        let bench = try OperationBench(profile, tries: [.authentication: 2])
        bench.ledger.beforeTransaction = { number in if number == 2 { bench.spend(2, of: 0x81) } }
        #expect(bench.outcome(operation) == "blocked 01 (01)")
        #expect(bench.reader.commandsWithSecret == 0)
    }

    @Test(arguments: counting, [(1, "refused lastPUKTry 03"), (2, "blocked 03 (03)")])
    func triesOfThePUKThatAnotherProgramSpentCountToo(profile: CardProfile, spent: (Int, String)) throws {
        let bench = try OperationBench(profile, tries: [.authentication: 0, .puk: 2])
        bench.ledger.beforeTransaction = { number in if number == 2 { bench.spend(spent.0, of: 0x83) } }
        #expect(bench.outcome(.unblock, TryBudget(lastTry: true)) == spent.1)
        #expect(bench.reader.commandsWithSecret == 0 && bench.tries(.puk) == 2 - spent.0)
    }

    @Test(arguments: [CardProfile.siths, .sithsT1])
    func aPINThatAnotherProgramVerifiedIsForgottenByTheDropAndOursIsStillJudged(profile: CardProfile) throws {
        for (code, expected) in [(OperationBench.wrong, "wrong 01 2 (01)"), (OperationBench.auth, "ok")] {
            let bench = try OperationBench(profile, tries: [.authentication: 2])
            bench.dialog.codes[.current] = [code]
            bench.ledger.beforeTransaction = { number in
                guard number == 2 else { return }
                bench.selectApplication()
                #expect(
                    bench.card.process([0x00, 0x20, 0x00, 0x81, 0x06] + Array(OperationBench.auth.utf8)) == [
                        0x90, 0x00,
                    ]
                )
                #expect(bench.card.verified == [0x81])
            }
            #expect(bench.outcome(.change) == expected)
            bench.expectOrder()
        }
    }
}

extension OperationBench {
    func selectApplication() { _ = card.process([0x00, 0xA4, 0x04, 0x0C, 0x0C] + aid) }

    /// Presents wrong codes as another program would.
    func spend(_ count: Int, of reference: UInt8) {
        selectApplication()
        for _ in 0..<count {
            let answer = card.process([0x00, 0x20, 0x00, reference, 0x08] + Array("00000000".utf8))
            #expect(answer.first == 0x63)
        }
    }
}
