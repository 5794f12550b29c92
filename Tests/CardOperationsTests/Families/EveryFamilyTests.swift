import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// What a person may expect of every card, whatever family it is of.
@Suite struct EveryFamilyTests {
    /// PKCS#15 cards have suites of their own; one of them shows that these rules are the same.
    static let profiles: [CardProfile] = [
        .siths, .fineidHealth, .piv, .pivYubiKey, .idprime940, .gids, .openpgp,
    ]

    /// Whether the card tells how many tries its login PIN has left.
    static func tellsTries(_ profile: CardProfile) -> Bool { profile != .fineidHealth }

    @Test(arguments: profiles)
    func theRightPINIsTakenAndNothingIsSpent(profile: CardProfile) throws {
        let bench = try AnyCardBench(profile)
        let before = bench.card.state
        #expect(bench.outcome(.verify) == "ok")
        #expect(bench.card.state == before)
        #expect(bench.reader.commandsWithSecret == 1)
        bench.expectOrder()
    }

    @Test(arguments: profiles)
    func aWrongPINSpendsOneTryAndSaysHowManyAreLeft(profile: CardProfile) throws {
        let bench = try AnyCardBench(profile)
        bench.dialog.codes[.current] = [AnyCardBench.wrong]
        let maximum = try #require(bench.maximum(.authentication))
        let outcome = bench.outcome(.verify)
        let id = try #require(bench.dialog.requests.first?.pin.id)
        #expect(outcome == "wrong \(id) \(maximum - 1) (\(id))")
        #expect(bench.tries(.authentication) == maximum - 1)
        bench.expectOrder()
    }

    @Test(arguments: profiles)
    func theTriesLeftAreInViewBeforeTheQuestion(profile: CardProfile) throws {
        let bench = try AnyCardBench(profile, tries: [.authentication: 2])
        #expect(bench.outcome(.verify) == "ok")
        let tries = bench.dialog.requests.first?.status.remainingTries
        #expect(tries == (Self.tellsTries(profile) ? 2 : nil))
    }

    @Test(arguments: profiles)
    func theLastTryIsSpentOnlyWhenSomebodyInsists(profile: CardProfile) throws {
        guard Self.tellsTries(profile) else { return }
        let bench = try AnyCardBench(profile, tries: [.authentication: 1])
        #expect(bench.outcome(.verify).hasPrefix("refused lastTry"))
        #expect(bench.reader.commandsWithSecret == 0)
        bench.expectOrder()
        let insisting = try AnyCardBench(profile, tries: [.authentication: 1])
        #expect(insisting.outcome(.verify, TryBudget(lastTry: true)) == "ok")
        insisting.expectOrder()
    }

    @Test(arguments: profiles)
    func aBlockedPINIsToldBlockedAndNothingIsAsked(profile: CardProfile) throws {
        guard Self.tellsTries(profile) else { return }
        for operation in [Operation.verify, .change] {
            let bench = try AnyCardBench(profile, tries: [.authentication: 0])
            #expect(bench.outcome(operation).hasPrefix("blocked"))
            #expect(bench.dialog.requests.isEmpty)
            bench.expectOrder()
        }
    }

    @Test(arguments: profiles)
    func aPINIsReplaced(profile: CardProfile) throws {
        let bench = try AnyCardBench(profile)
        #expect(bench.outcome(.change) == "ok")
        #expect(bench.value(.authentication) == AnyCardBench.new)
        #expect(bench.reader.commandsWithSecret == 1)
        bench.expectOrder()
    }

    @Test(arguments: profiles)
    func aWrongOldPINChangesNothingAndSpendsOneTry(profile: CardProfile) throws {
        let bench = try AnyCardBench(profile)
        bench.dialog.codes[.current] = [AnyCardBench.wrong]
        #expect(bench.outcome(.change).hasPrefix("wrong"))
        #expect(bench.value(.authentication) == bench.code(.authentication))
        #expect(bench.tries(.authentication) == bench.maximum(.authentication).map { $0 - 1 })
        bench.expectOrder()
    }

    @Test(arguments: profiles)
    func aBlockedPINIsUnblockedInTheCardsOwnForm(profile: CardProfile) throws {
        let bench = try AnyCardBench(profile, tries: [.authentication: 0])
        let done = try bench.unblock()
        #expect(bench.value(.authentication) == AnyCardBench.new)
        #expect(bench.tries(.authentication) == bench.maximum(.authentication))
        #expect(bench.tries(bench.unblockingRole) == bench.maximum(bench.unblockingRole))
        if Self.tellsTries(profile) {
            #expect(done.pin.status.remainingTries == bench.maximum(.authentication))
        }
        #expect(bench.dialog.plans.count == 1)
        bench.expectOrder()
    }

    @Test(arguments: profiles)
    func aWrongUnblockingCodeOrResponseSpendsOneOfItsTriesAndNoMore(profile: CardProfile) throws {
        let bench = try AnyCardBench(profile, tries: [.authentication: 0])
        bench.dialog.codes[.unblocking] = [AnyCardBench.wrongPUK]
        bench.dialog.respond = { _ in "00112233445566FF" }
        let outcome = outcome { () throws(OperationError) in try bench.unblock() }
        #expect(outcome.hasPrefix("wrong"))
        #expect(bench.value(.authentication) == bench.code(.authentication))
        #expect(bench.tries(.authentication) == 0)
        let role = bench.unblockingRole
        #expect(bench.tries(role) == bench.maximum(role).map { $0 - 1 })
        #expect(bench.reader.commandsWithSecret == 1)
        bench.expectOrder()
    }

    @Test(arguments: profiles)
    func aLyingSuccessIsNotBelieved(profile: CardProfile) throws {
        guard Self.tellsTries(profile) else { return }
        let bench = try AnyCardBench(profile, fault: .lyingUnblock, tries: [.authentication: 0])
        let outcome = outcome { () throws(OperationError) in try bench.unblock() }
        #expect(outcome.hasPrefix("still blocked"))
        bench.expectOrder()
    }

    // MARK: Faults at every command (T9)

    /// Injects `fault` at command 1, 2, 3 … until the operation gets through without meeting it.
    private func atEachCommand(
        _ profile: CardProfile,
        _ operation: Operation,
        _ fault: InMemoryReader.Interference,
        check: (AnyCardBench, CardState, _ number: Int, String) -> Void
    ) throws {
        for number in 1...120 {
            let bench = try AnyCardBench(
                profile,
                tries: [.authentication: operation == .unblock ? 0 : 2]
            )
            let before = bench.card.state
            bench.reader.interfere = { sent, _ in sent == number ? fault : .proceed }
            let outcome = bench.outcome(operation)
            #expect(bench.ledger.violations.isEmpty)
            #expect(bench.ledger.begun == bench.ledger.ended)
            guard bench.reader.commands >= number else {
                #expect(outcome == "ok" && number > 3)
                return
            }
            check(bench, before, number, outcome)
        }
        Issue.record("the operation never ends")
    }

    @Test(arguments: profiles, Operation.allCases)
    func aCardThatLeavesBeforeACommandHasSpentNothing(profile: CardProfile, operation: Operation) throws {
        try atEachCommand(profile, operation, .refuse(.cardRemoved)) { bench, before, number, outcome in
            let codesBefore = bench.reader.log[..<(number - 1)].count { $0.carriesSecret }
            if codesBefore == 0 {
                #expect(outcome == "card transport cardRemoved", "before command \(number)")
            } else {
                // What the card has done is done; what it has not is not claimed.
                let isDone = bench.value(.authentication) == AnyCardBench.new || operation == .verify
                let expected = isDone ? outcome == "ok" : outcome.hasPrefix("outcome unknown")
                #expect(expected, "before command \(number): \(outcome)")
            }
            for (name, code) in before.codes {
                #expect((bench.card.state.codes[name]?.remainingTries ?? 0) >= code.remainingTries)
            }
        }
    }

    @Test(arguments: profiles, Operation.allCases)
    func anAnswerThatIsLostIsNotGuessedAndNothingIsSentAgain(
        profile: CardProfile,
        operation: Operation
    ) throws {
        let lost = InMemoryReader.Interference.loseAnswer(.noAnswer(cardRemoved: true))
        try atEachCommand(profile, operation, lost) { bench, before, number, outcome in
            let command = bench.reader.log[number - 1]
            if command.carriesSecret {
                #expect(outcome.hasPrefix("outcome unknown"), "command \(number): \(outcome)")
            }
            for code in CardState.defaultCodes.values + [AnyCardBench.new] {
                #expect(bench.wire.count(of: code) <= 1, "a code went out twice")
            }
        }
    }

    // MARK: Somebody else's verified code

    /// Another program has verified the login PIN; whoever only looks leaves it that way.
    ///
    /// PKCS#15 cards are not among them: their files lie in directories that have to be selected to be read.
    @Test(arguments: profiles.filter { !CardProfile.pkcs15.contains($0) })
    func lookingAtACardLogsNobodyOut(profile: CardProfile) throws {
        let bench = try AnyCardBench(profile)
        var connection = bench.connection
        try connection.verifyAndStay(bench)
        #expect(bench.card.holdsSecurityStatus)
        let report = try bench.report()
        #expect(report.family != nil)
        #expect(!report.certificates.isEmpty)
        #expect(bench.card.holdsSecurityStatus, "somebody else was logged out")
    }
}

extension MemoryConnection {
    /// Presents the login PIN as another program does, which keeps it verified.
    fileprivate mutating func verifyAndStay(_ bench: AnyCardBench) throws(OperationError) {
        let hints = hints
        try withTransaction { (channel) throws(OperationError) in
            do {
                var found = try ApplicationSearch(hints, for: .codes).run(on: &channel)
                guard var session = found.session.take(),
                    let pin = try session.readPINs(roles: true).first(where: { $0.role == .auth })
                else { return }
                try session.verify(pin, secret(bench.code(.authentication)))
            } catch {
                Issue.record("\(error)")
            }
        }
    }
}
