import CardApplications
import CardOperations
import Testing
import VirtualCards

@Suite struct UnblockTests {
    @Test(arguments: CardProfile.pkcs15)
    func theRightPUKGivesTheBlockedPINItsNewValueAndAFullCounter(profile: CardProfile) throws {
        let bench = try OperationBench(profile, tries: [.authentication: 0, .signature: 2, .puk: 7])
        let unblocked = try bench.unblock(.name("01"))
        let maximum = profile.rawValue.hasPrefix("fineid") ? 5 : 3
        #expect(bench.value(.authentication) == OperationBench.new)
        #expect(bench.tries(.authentication) == maximum)
        #expect(bench.tries(.puk) == 10)
        if profile != .reservkort { #expect(bench.tries(.signature) == 2) }
        let tells = VerifyTests.tellsCounters(profile)
        #expect(unblocked.pin.policy.id == "01" && unblocked.puk.policy.id == "03")
        #expect(unblocked.pin.status == (tells ? PINStatus(remainingTries: maximum) : .unknown))
        #expect(unblocked.puk.status == (tells ? PINStatus(remainingTries: 10) : .unknown))
        #expect(unblocked.alsoBlocked == nil)
        #expect(
            bench.reader.commandsWithSecret == ([.sithsTwoStep, .fineidHealth].contains(profile) ? 2 : 1)
        )
        bench.expectOrder()
    }

    @Test(arguments: CardProfile.pkcs15)
    func thePlanIsShownBeforeAnyCodeIsAsked(profile: CardProfile) throws {
        let bench = try OperationBench(profile, tries: [.authentication: 0, .puk: 4])
        _ = try bench.unblock(.name("01"))
        #expect(bench.dialog.events == ["plan", "code", "code", "drop"])
        #expect(bench.dialog.requests.map(\.purpose) == [.unblocking, .new])
        #expect(bench.dialog.requests.map(\.pin.id) == ["03", "01"])
        let plan = try #require(bench.dialog.plans.first)
        let tells = VerifyTests.tellsCounters(profile)
        #expect(plan.pin.policy.id == "01" && plan.puk.policy.id == "03")
        #expect(plan.pin.status == (tells ? PINStatus(remainingTries: 0) : .unknown))
        #expect(plan.puk.status == (tells ? PINStatus(remainingTries: 4) : .unknown))
        #expect(plan.unblocking.evidence == .documented)
        #expect(plan.pin.policy.allowedLength == (profile.rawValue.hasPrefix("fineid") ? 4...12 : 6...8))
    }

    @Test(arguments: CardProfile.pkcs15)
    func aWrongPUKSpendsOneTryOfThePUKAndChangesNothing(profile: CardProfile) throws {
        let bench = try OperationBench(profile, tries: [.authentication: 0, .puk: 5])
        bench.dialog.codes[.unblocking] = [OperationBench.wrongPUK]
        #expect(bench.outcome(.unblock) == "wrong 03 4 (03)")
        #expect(bench.tries(.puk) == 4 && bench.tries(.authentication) == 0)
        #expect(bench.value(.authentication) == OperationBench.auth)
        // Neither form is ever followed by the other.
        #expect(bench.reader.commandsWithSecret == 1)
        bench.expectOrder()
    }

    @Test(arguments: CardProfile.pkcs15)
    func aBlockedPUKIsToldAndNothingIsAskedWhereTheCardTells(profile: CardProfile) throws {
        let bench = try OperationBench(profile, tries: [.authentication: 0, .puk: 0])
        let tells = VerifyTests.tellsCounters(profile)
        #expect(bench.outcome(.unblock) == "blocked 03 (03)")
        #expect(bench.dialog.requests.isEmpty == tells)
        #expect(bench.reader.commandsWithSecret == (tells ? 0 : 1))
        #expect(bench.tries(.authentication) == 0 && bench.tries(.puk) == 0)
        bench.expectOrder()
    }

    @Test(arguments: [CardProfile.siths, .sithsT1, .reservkort])
    func theLastTryOfThePUKNeedsItsOwnWord(profile: CardProfile) throws {
        for budget in [TryBudget(), TryBudget(lastTry: true)] {
            let careful = try OperationBench(profile, tries: [.authentication: 0, .puk: 1])
            #expect(careful.outcome(.unblock, budget) == "refused lastPUKTry 03")
            #expect(careful.dialog.requests.isEmpty && careful.tries(.puk) == 1)
        }
        let insisting = try OperationBench(profile, tries: [.authentication: 0, .puk: 1])
        insisting.dialog.codes[.unblocking] = [OperationBench.wrongPUK]
        #expect(insisting.outcome(.unblock, TryBudget(lastPUKTry: true)) == "blocked 03 (03)")
        #expect(insisting.tries(.puk) == 0)
        insisting.expectOrder()
    }

    @Test(arguments: [1, 2, 3])
    func aPINWithTriesLeftIsUnblockedToo(tries: Int) throws {
        let bench = try OperationBench(.siths, tries: [.authentication: tries])
        #expect(bench.outcome(.unblock) == "ok")
        #expect(bench.value(.authentication) == OperationBench.new && bench.tries(.authentication) == 3)
    }

    // MARK: Which PIN

    @Test func theOnlyBlockedPINNeedsNoName() throws {
        let bench = try OperationBench(.siths, tries: [.signature: 0])
        #expect(try bench.unblock().pin.policy.id == "02")
        #expect(bench.dialog.offered.isEmpty)
        #expect(
            bench.value(.signature) == OperationBench.new
                && bench.value(.authentication) == OperationBench.auth
        )
        bench.expectOrder()
    }

    @Test(arguments: [[:], [OperationBench.Role.authentication: 0, .signature: 0]])
    func aPersonChoosesAmongNoneOrTwoBlockedPINs(tries: [OperationBench.Role: Int]) throws {
        let bench = try OperationBench(.siths, tries: tries)
        bench.dialog.choice = "02"
        let unblocked = try bench.unblock()
        #expect(unblocked.pin.policy.id == "02")
        #expect(bench.dialog.events == ["choose", "plan", "code", "code", "drop"])
        #expect(bench.dialog.offered.first?.map(\.policy.id) == ["01", "02"])
        #expect(
            bench.dialog.offered.first?.map(\.status.remainingTries) == (tries.isEmpty ? [3, 3] : [0, 0])
        )
        #expect(unblocked.alsoBlocked?.id == (tries.isEmpty ? nil : "01"))
        bench.expectOrder()
    }

    @Test(arguments: [CardProfile.siths, .sithsTwoStep])
    func whereNobodyCanBeAskedThePINMustBeNamed(profile: CardProfile) throws {
        let bench = try OperationBench(profile)
        bench.dialog.isInteractive = false
        #expect(outcome { () throws(OperationError) in try bench.unblock() } == "which of 01,02")
        #expect(bench.dialog.requests.isEmpty && bench.reader.commandsWithSecret == 0)
    }

    @Test(arguments: [CardProfile.sithsTwoStep, .fineidHealth])
    func unknownCountersLeaveTheChoiceToAPerson(profile: CardProfile) throws {
        let bench = try OperationBench(profile, tries: [.authentication: 0])
        bench.dialog.choice = "01"
        #expect(try bench.unblock().pin.policy.id == "01")
        #expect(bench.dialog.offered.first?.map(\.status) == [.unknown, .unknown])
        bench.expectOrder()
    }

    @Test func theOnlyPINOfATemporaryCardNeedsNoName() throws {
        let bench = try OperationBench(.reservkort, tries: [.authentication: 0])
        #expect(try bench.unblock().pin.policy.id == "01")
    }

    @Test func thePUKItselfCannotBeUnblocked() throws {
        let bench = try OperationBench(.siths)
        #expect(
            outcome { () throws(OperationError) in try bench.unblock(.role(.puk)) }
                == "refused noUnblockingCode 03"
        )
        #expect(bench.dialog.requests.isEmpty)
    }

    /// It may have one that its directory does not name (`UnnamedPUKTests`).
    @Test func cardThatNamesNoPUKNeedsThePersonsWord() throws {
        let bench = try OperationBench(.siths, tries: [.authentication: 0]) { image in
            try image.editCodes { $0.removeLast() }
        }
        #expect(bench.outcome(.unblock) == "cancelled")
        #expect(bench.dialog.questions == [.useUntestedForm] && bench.dialog.requests.isEmpty)
    }

    /// The id of the unblocking code that EF.AOD names for the login PIN: one that is not there.
    ///
    /// A PIN that names itself names nobody, and the card's only PUK unblocks it.
    @Test(arguments: [(0x09, "refused noUnblockingCode 01"), (0x01, "ok")] as [(UInt8, String)])
    func aPINThatNamesNobodyIsNotUnblockedByTheWrongCode(named: UInt8, outcome: String) throws {
        let bench = try OperationBench(.siths, tries: [.authentication: 0]) { image in
            try image.editCodes { objects in
                let authId = try #require(
                    objects[0].indices.first { objects[0][$0...].starts(with: [0x04, 0x01, 0x03]) }
                )
                objects[0][authId + 2] = named
            }
        }
        #expect(bench.outcome(.unblock) == outcome)
        #expect(bench.reader.commandsWithSecret == (outcome == "ok" ? 1 : 0))
    }

    /// The other blocked PIN is offered to whoever can answer, also when one was named; nobody else's card is asked.
    @Test(arguments: [true, false])
    func theOtherBlockedPINIsFoundForAPersonWhoNamedOne(isInteractive: Bool) throws {
        let bench = try OperationBench(.siths, tries: [.authentication: 0, .signature: 0])
        bench.dialog.isInteractive = isInteractive
        let unblocked = try bench.unblock(.name("01"))
        #expect(unblocked.alsoBlocked?.id == (isInteractive ? "02" : nil))
        bench.expectOrder()
    }

    @Test func aPINThatTheCardForbidsToUnblockIsNotTried() throws {
        let bench = try OperationBench(.siths, tries: [.authentication: 0]) {
            try $0.editFlags(ofCode: 0, set: .unblockDisabled)
        }
        #expect(bench.outcome(.unblock) == "refused unblockNotAllowed 01")
        #expect(bench.dialog.requests.isEmpty && bench.reader.commandsWithSecret == 0)
    }

    // MARK: How sure the form is

    @Test func anUntestedFormTakesThePersonsWord() throws {
        let refusing = try OperationBench.unknown(tries: [.authentication: 0])
        #expect(refusing.outcome(.unblock) == "cancelled")
        #expect(refusing.dialog.events == ["plan", "confirm"])
        #expect(refusing.dialog.questions == [.useUntestedForm])
        #expect(refusing.dialog.plans.first?.unblocking.evidence == .unknown)
        let silent = try OperationBench.unknown(tries: [.authentication: 0])
        silent.dialog.isInteractive = false
        #expect(silent.outcome(.unblock) == "refused untestedForm 01")
        #expect(silent.reader.commandsWithSecret == 0 && silent.dialog.requests.isEmpty)
        let agreeing = try OperationBench.unknown(tries: [.authentication: 0])
        agreeing.dialog.answers = [.useUntestedForm: true]
        #expect(agreeing.outcome(.unblock) == "ok")
        #expect(agreeing.tries(.authentication) == 3)
        let told = try OperationBench.unknown(tries: [.authentication: 0])
        told.dialog.isInteractive = false
        #expect(told.outcome(.unblock, TryBudget(untested: true)) == "ok")
        #expect(told.dialog.questions.isEmpty)
        told.expectOrder()
    }

    @Test func aCardThatWantsTheOtherFormIsNotGivenIt() throws {
        let bench = try OperationBench(.siths, tries: [.authentication: 0]) {
            $0.behaviour.unblock = .twoSteps
        }
        #expect(bench.outcome(.unblock) == "not allowed 01 6A86 (01)")
        #expect(bench.reader.commandsWithSecret == 1 && bench.counters == [0, 3, 10])
        bench.expectOrder()
    }

    // MARK: T17, faults that look like success

    @Test(arguments: [OperationBench.puk, OperationBench.wrongPUK])
    func a9000ThatLeftThePINBlockedIsNoSuccess(puk: String) throws {
        let bench = try OperationBench(.siths, fault: .lyingUnblock, tries: [.authentication: 0])
        bench.dialog.codes[.unblocking] = [puk]
        #expect(bench.outcome(.unblock) == "still blocked 01")
        bench.expectOrder()
    }

    @Test func a9000ThatChangedNothingIsReportedWithTheCardsOwnCounters() throws {
        let bench = try OperationBench(.siths, fault: .lyingUnblock, tries: [.authentication: 2, .puk: 6])
        let unblocked = try bench.unblock(.name("01"))
        #expect(unblocked.pin.status.remainingTries == 2 && unblocked.puk.status.remainingTries == 6)
    }

    @Test(arguments: [(5, "wrong 03 4 (03)"), (1, "blocked 03 (03)")])
    func a6982ToAWrongPUKIsExplainedByTheCounter(tries: Int, expected: String) throws {
        let bench = try OperationBench(
            .siths,
            fault: .unblockAs6982,
            tries: [.authentication: 0, .puk: tries]
        )
        bench.dialog.codes[.unblocking] = [OperationBench.wrongPUK]
        #expect(bench.outcome(.unblock, TryBudget(lastPUKTry: true)) == expected)
        #expect(bench.tries(.puk) == tries - 1)
        bench.expectOrder()
    }

    @Test(arguments: [
        ("", OperationBench.new, "refused empty 03"),
        ("1357246", OperationBench.new, "refused tooShort(minimum: 8) 03"),
        ("135724680", OperationBench.new, "refused tooLong(maximum: 8) 03"),
        ("1357246x", OperationBench.new, "refused notDigits 03"),
        (OperationBench.puk, "", "refused new empty 01"),
        (OperationBench.puk, "111111", "refused trivialPIN 01"),
        (OperationBench.puk, "12345", "refused new tooShort(minimum: 6) 01"),
    ])
    func codesThatCannotBeRightSpendNothing(puk: String, new: String, expected: String) throws {
        let bench = try OperationBench(.siths, tries: [.authentication: 0])
        bench.dialog.codes = [.unblocking: [puk], .new: [new]]
        #expect(bench.outcome(.unblock) == expected)
        #expect(bench.counters == [0, 3, 10] && bench.reader.commandsWithSecret == 0)
        bench.expectOrder()
    }
}
