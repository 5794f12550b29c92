import CardApplications
import CardOperations
import Testing
import VirtualCards

@Suite struct ChangeTests {
    @Test(arguments: CardProfile.pkcs15)
    func theNewPINTakesThePlaceOfTheOldOne(profile: CardProfile) throws {
        let bench = try OperationBench(profile, tries: [.authentication: 2])
        let others = bench.counters.dropFirst()
        #expect(try bench.change().policy.id == "01")
        #expect(bench.value(.authentication) == OperationBench.new)
        #expect(bench.value(.signature) == (profile == .reservkort ? nil : OperationBench.sign))
        #expect(bench.tries(.authentication) == (profile.rawValue.hasPrefix("fineid") ? 5 : 3))
        #expect(bench.counters.dropFirst() == others)
        #expect(bench.dialog.requests.map(\.purpose) == [.current, .new])
        #expect(bench.reader.commandsWithSecret == 1)
        bench.expectOrder()
    }

    @Test(arguments: CardProfile.pkcs15, [3, 2])
    func aWrongOldPINSpendsOneTryAndChangesNothing(profile: CardProfile, tries: Int) throws {
        let bench = try OperationBench(profile, tries: [.authentication: tries])
        bench.dialog.codes[.current] = [OperationBench.wrong]
        #expect(bench.outcome(.change) == "wrong 01 \(tries - 1) (01)")
        #expect(bench.tries(.authentication) == tries - 1)
        #expect(bench.value(.authentication) == OperationBench.auth)
        bench.expectOrder()
    }

    @Test func theLastTryNeedsItsOwnWord() throws {
        let careful = try OperationBench(.siths, tries: [.authentication: 1])
        #expect(careful.outcome(.change) == "refused lastTry 01")
        #expect(careful.dialog.requests.isEmpty && careful.tries(.authentication) == 1)
        let insisting = try OperationBench(.siths, tries: [.authentication: 1])
        #expect(insisting.outcome(.change, TryBudget(lastTry: true)) == "ok")
        #expect(insisting.tries(.authentication) == 3)
        insisting.expectOrder()
    }

    @Test func aBlockedPINIsNotChanged() throws {
        let bench = try OperationBench(.siths, tries: [.authentication: 0])
        #expect(bench.outcome(.change) == "blocked 01 (01)")
        #expect(bench.dialog.requests.isEmpty && bench.reader.commandsWithSecret == 0)
    }

    @Test(arguments: [
        (OperationBench.auth, "refused sameAsOld 01"), ("", "refused new empty 01"),
        ("12345", "refused new tooShort(minimum: 6) 01"), ("802461937", "refused new tooLong(maximum: 8) 01"),
        ("80462x", "refused new notDigits 01"), ("123456", "refused trivialPIN 01"),
        ("654321", "refused trivialPIN 01"), ("777777", "refused trivialPIN 01"),
        ("890123", "refused trivialPIN 01"),
    ])
    func aNewPINThatTheRulesForbidIsRefusedHere(new: String, expected: String) throws {
        let bench = try OperationBench(.siths)
        bench.dialog.codes[.new] = [new]
        #expect(bench.outcome(.change) == expected)
        #expect(bench.value(.authentication) == OperationBench.auth)
        #expect(bench.reader.commandsWithSecret == 0)
        bench.expectOrder()
    }

    @Test func theAdministratorMayAllowTrivialPINs() throws {
        let bench = try OperationBench(.siths)
        bench.dialog.codes[.new] = ["123456"]
        #expect(bench.outcome(.change, TryBudget(allowTrivialPINs: true)) == "ok")
        #expect(bench.value(.authentication) == "123456")
    }

    @Test func aPINThatReadsAsADateIsASecondQuestion() throws {
        let refusing = try OperationBench(.siths)
        refusing.dialog.codes[.new] = ["850314"]
        #expect(refusing.outcome(.change) == "cancelled")
        #expect(refusing.dialog.questions == [.useDate])
        #expect(refusing.value(.authentication) == OperationBench.auth)
        #expect(refusing.reader.commandsWithSecret == 0)
        let insisting = try OperationBench(.siths)
        insisting.dialog.codes[.new] = ["850314"]
        insisting.dialog.answers = [.useDate: true]
        #expect(insisting.outcome(.change) == "ok")
        #expect(insisting.value(.authentication) == "850314")
        insisting.expectOrder()
    }

    @Test func aDateIsAWarningWhereNobodyCanBeAsked() throws {
        let bench = try OperationBench(.siths)
        bench.dialog.isInteractive = false
        bench.dialog.codes[.new] = ["140385"]
        #expect(bench.outcome(.change) == "ok")
        #expect(bench.dialog.questions.isEmpty && bench.dialog.dateWarnings == 1)
        #expect(bench.value(.authentication) == "140385")
    }

    @Test func aCardThatForbidsTheChangeIsNotAskedForIt() throws {
        let bench = try OperationBench(.siths) { try $0.editFlags(ofCode: 0, set: .changeDisabled) }
        #expect(bench.outcome(.change) == "refused changeNotAllowed 01")
        #expect(bench.dialog.requests.isEmpty && bench.reader.commandsWithSecret == 0)
        #expect(bench.outcome(.verify) == "ok")
    }

    @Test func thePUKCannotBeChangedByItsHolder() throws {
        let bench = try OperationBench(.siths)
        #expect(
            outcome { () throws(OperationError) in try bench.change(.role(.puk)) }
                == "refused changeNotAllowed 03"
        )
        #expect(bench.reader.commandsWithSecret == 0)
    }

    @Test(arguments: [CardProfile.siths, .sithsT1, .sithsTwoStep, .fineid])
    func aCardThatRefusesTheChangeHasCountedNothing(profile: CardProfile) throws {
        let bench = try OperationBench(profile, fault: .noChange)
        let before = bench.card.state
        #expect(bench.outcome(.change) == "not allowed 01 6985 (01)")
        #expect(bench.card.state == before)
        bench.expectOrder()
    }

    @Test(arguments: Operation.allCases)
    func aPINThatIsNotSetUpIsToldByItsFlagBeforeAnythingIsAsked(operation: Operation) throws {
        let bench = try OperationBench(.siths) { try $0.editFlags(ofCode: 0, clear: .initialized) }
        #expect(bench.outcome(operation) == "refused notInitialized 01")
        #expect(bench.dialog.requests.isEmpty && bench.reader.commandsWithSecret == 0)
    }

    @Test(arguments: [CardProfile.siths, .sithsT1, .sithsTwoStep, .fineid], Operation.allCases)
    func aPINThatIsNotSetUpIsToldBy6984(profile: CardProfile, operation: Operation) throws {
        let bench = try OperationBench(profile, fault: .noActivation)
        let before = bench.card.state
        let judged = operation == .unblock ? "03" : "01"
        #expect(bench.outcome(operation) == "not initialized \(judged) (\(judged))")
        #expect(bench.card.state == before)
        bench.expectOrder()
    }
}
