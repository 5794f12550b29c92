import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// T9: removal, reset and lost answers at every single command of every operation.
@Suite struct FaultTests {
    private static let profiles: [CardProfile] = [.siths, .sithsT1, .sithsTwoStep, .reservkort, .fineid]

    /// A card whose login PIN is blocked for unblocking and has two tries for the others.
    private func bench(_ profile: CardProfile, _ operation: Operation) throws -> OperationBench {
        try OperationBench(profile, tries: [.authentication: operation == .unblock ? 0 : 2, .puk: 9])
    }

    /// Injects `fault` at command 1, 2, 3 … until the operation gets through without meeting it.
    private func atEachCommand(
        _ profile: CardProfile,
        _ operation: Operation,
        _ fault: InMemoryReader.Interference,
        check: (OperationBench, CardState, _ command: InMemoryReader.Command, _ number: Int, String) throws ->
            Void
    ) throws {
        for number in 1...100 {
            let bench = try bench(profile, operation)
            let before = bench.card.state
            bench.reader.interfere = { sent, _ in sent == number ? fault : .proceed }
            let outcome = bench.outcome(operation)
            bench.expectOrder()
            guard bench.reader.commands >= number else {
                #expect(outcome == "ok" && number > 5)
                return
            }
            try check(bench, before, bench.reader.log[number - 1], number, outcome)
        }
        Issue.record("the operation never ends")
    }

    @Test(arguments: profiles, Operation.allCases)
    func aCardThatIsPulledOrResetBeforeACommandHasSpentNothing(
        profile: CardProfile,
        operation: Operation
    ) throws {
        for fault in [TransportError.cardRemoved, .cardReset] {
            try atEachCommand(profile, operation, .refuse(fault)) { bench, before, command, number, outcome in
                let secretsBefore = bench.reader.log[..<(number - 1)].count { $0.carriesSecret }
                let isDone = bench.card.state.codes != before.codes
                if isDone, operation == .unblock, !command.carriesSecret {
                    // The PIN has its new value: not knowing its counter afterwards does not undo that.
                    #expect(outcome == "ok")
                    return
                }
                // In two steps the PUK may have been sent when the card leaves before the new PIN.
                let expected = secretsBefore == 0 ? "card transport \(fault)" : "outcome unknown 03 (03)"
                #expect(outcome == expected, "before command \(number)")
                #expect(bench.reader.commands == number, "the operation went on after command \(number)")
                #expect(bench.value(.authentication) == OperationBench.auth)
                #expect(secretsBefore == 0 || profile == .sithsTwoStep && operation == .unblock)
                #expect(
                    bench.tries(.authentication)
                        == before.codes[bench.reference(.authentication)]?.remainingTries
                )
            }
        }
    }

    @Test(arguments: profiles, Operation.allCases)
    func anAnswerThatIsLostAfterACodeIsToldUnknownAndNothingMoreIsSent(
        profile: CardProfile,
        operation: Operation
    ) throws {
        let faults: [TransportError] = [
            .noAnswer(cardRemoved: true), .noAnswer(cardRemoved: false), .serviceLost,
            .reader(code: 0x8010_0016), .truncatedResponse(length: 1),
        ]
        for fault in faults {
            var codes = 0
            try atEachCommand(profile, operation, .loseAnswer(fault)) {
                bench,
                before,
                command,
                number,
                outcome in
                if command.carriesSecret {
                    codes += 1
                    let isLastStep = operation != .unblock || profile == .sithsTwoStep && codes == 2
                    let judged = isLastStep ? "01" : "03"
                    #expect(outcome == "outcome unknown \(judged) (\(judged))")
                    #expect(bench.reader.commands == number, "something was sent after a lost answer")
                } else if bench.reader.log[..<(number - 1)].contains(where: \.carriesSecret) {
                    #expect(outcome == "ok" && operation == .unblock)
                } else if fault == .readerRefusedCommand, outcome == "ok" {
                    // A reader that refuses a long command gets short ones, and the operation goes on.
                    #expect(profile == .sithsT1, "at command \(number)")
                } else {
                    #expect(outcome == "card transport \(fault)", "at command \(number)")
                    #expect(bench.reader.commands == number && bench.card.state == before)
                }
            }
            #expect(codes == (operation == .unblock && profile == .sithsTwoStep ? 2 : 1))
        }
    }

    @Test(arguments: profiles, [TransportError.cardRemoved, .cardReset, .noAnswer(cardRemoved: true)])
    func aReportOfACardThatIsPulledAtAnyCommandIsAnError(profile: CardProfile, fault: TransportError) throws {
        for number in 1...100 {
            let bench = try OperationBench(profile)
            bench.reader.interfere = { sent, _ in
                guard sent == number else { return .proceed }
                return fault.commandWasNotSent ? .refuse(fault) : .loseAnswer(fault)
            }
            let result = outcome { () throws(OperationError) in try bench.report() }
            bench.expectOrder()
            guard bench.reader.commands >= number else {
                #expect(result == "ok" && number > 15)
                return
            }
            #expect(result == "card transport \(fault)")
            #expect(bench.reader.commands == number)
        }
        Issue.record("the report never ends")
    }

    @Test func aTransactionThatIsNotGrantedIsSaidAsItIs() throws {
        for refused in [1, 2] {
            let bench = try OperationBench(.siths)
            bench.ledger.refusedTransaction = refused
            #expect(bench.outcome(.verify) == "service")
            #expect(bench.reader.commandsWithSecret == 0 && bench.counters == [3, 3, 10])
            bench.expectOrder()
        }
    }
}
