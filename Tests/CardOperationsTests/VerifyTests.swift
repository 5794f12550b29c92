import CardApplications
import CardOperations
import Testing
import VirtualCards

@Suite struct VerifyTests {
    /// Whether the profile tells its counters before a try.
    static func tellsCounters(_ profile: CardProfile) -> Bool {
        [.siths, .sithsT1, .reservkort, .fineid].contains(profile)
    }

    @Test(arguments: CardProfile.pkcs15)
    func theRightPINIsTakenAndNothingIsSpent(profile: CardProfile) throws {
        let bench = try OperationBench(profile, tries: [.authentication: 2])
        let report = try bench.verify()
        #expect(report.policy.id == "01" && report.policy.role == .auth)
        // What was read before the code went out is no longer true.
        #expect(report.status == .unknown)
        #expect(bench.tries(.authentication) == (profile.rawValue.hasPrefix("fineid") ? 5 : 3))
        #expect(bench.reader.commandsWithSecret == 1)
        #expect(bench.dialog.requests.map(\.purpose) == [.current])
        let told = Self.tellsCounters(profile) ? PINStatus(remainingTries: 2) : .unknown
        #expect(bench.dialog.requests.map(\.status) == [told])
        bench.expectOrder()
    }

    @Test(arguments: CardProfile.pkcs15, [3, 2])
    func aWrongPINSpendsOneTryAndSaysHowManyAreLeft(profile: CardProfile, tries: Int) throws {
        let bench = try OperationBench(profile, tries: [.authentication: tries])
        let others = bench.counters.dropFirst()
        bench.dialog.codes[.current] = [OperationBench.wrong]
        #expect(bench.outcome(.verify) == "wrong 01 \(tries - 1) (01)")
        #expect(bench.tries(.authentication) == tries - 1)
        #expect(bench.counters.dropFirst() == others)
        #expect(bench.reader.commandsWithSecret == 1)
        bench.expectOrder()
    }

    @Test(arguments: CardProfile.pkcs15)
    func theLastTryIsSpentOnlyWhenTheCardCannotTellOrSomebodyInsists(profile: CardProfile) throws {
        let careful = try OperationBench(profile, tries: [.authentication: 1])
        careful.dialog.codes[.current] = [OperationBench.wrong]
        if Self.tellsCounters(profile) {
            #expect(careful.outcome(.verify) == "refused lastTry 01")
            #expect(careful.tries(.authentication) == 1)
            #expect(careful.dialog.requests.isEmpty, "asked for a code that is not going to be sent")
            #expect(careful.reader.commandsWithSecret == 0)
        }
        // The allowance for the PUK is another one.
        if Self.tellsCounters(profile) {
            let other = try OperationBench(profile, tries: [.authentication: 1])
            #expect(other.outcome(.verify, TryBudget(lastPUKTry: true)) == "refused lastTry 01")
            #expect(other.tries(.authentication) == 1)
        }
        let insisting = try OperationBench(profile, tries: [.authentication: 1])
        insisting.dialog.codes[.current] = [OperationBench.wrong]
        #expect(
            insisting.outcome(.verify, TryBudget(lastTry: true)) == "blocked 01 (01)"
        )
        #expect(insisting.tries(.authentication) == 0)
        insisting.expectOrder()
    }

    @Test(arguments: CardProfile.pkcs15)
    func aBlockedPINIsToldBlockedAndNothingIsAskedWhereTheCardTells(profile: CardProfile) throws {
        let bench = try OperationBench(profile, tries: [.authentication: 0])
        #expect(bench.outcome(.verify) == "blocked 01 (01)")
        #expect(bench.dialog.requests.isEmpty == Self.tellsCounters(profile))
        #expect(bench.reader.commandsWithSecret == (Self.tellsCounters(profile) ? 0 : 1))
        #expect(bench.tries(.authentication) == 0)
        bench.expectOrder()
    }

    @Test(arguments: [
        (PINChoice.role(.auth), "ok"), (.role(.sign), "wrong 02 2 (02)"), (.name("02"), "wrong 02 2 (02)"),
        (.name("Underskrift"), "wrong 02 2 (02)"), (.name("Legitimering"), "ok"), (.name("01"), "ok"),
        (.role(.puk), "wrong 03 9 (03)"), (.name("09"), "no such PIN 09"), (.name(""), "no such PIN "),
    ])
    func theNamedPINIsTheOneThatIsPresented(choice: PINChoice, expected: String) throws {
        let bench = try OperationBench(.siths)
        if choice == .role(.puk) { bench.dialog.codes[.current] = [OperationBench.wrongPUK] }
        #expect(outcome { () throws(OperationError) in try bench.verify(choice) } == expected)
        bench.expectOrder()
    }

    @Test func rolesOfTheArgumentAreNamesOfRoles() {
        #expect(PINChoice(argument: nil) == .unnamed)
        #expect(PINChoice(argument: "auth") == .role(.auth))
        #expect(PINChoice(argument: "sign") == .role(.sign))
        #expect(PINChoice(argument: "puk") == .role(.puk))
        #expect(PINChoice(argument: "Auth") == .name("Auth"))
        #expect(PINChoice(argument: "02") == .name("02"))
    }

    @Test(arguments: [
        ("", "refused empty 01"),
        ("12345", "refused tooShort(minimum: 6) 01"),
        ("123456789", "refused tooLong(maximum: 8) 01"),
        ("12345a", "refused notDigits 01"),
        ("12345\u{660}", "refused notDigits 01"),
    ])
    func aCodeThatCannotBeRightNeverReachesTheCard(code: String, expected: String) throws {
        for profile in [CardProfile.siths, .sithsTwoStep] {
            let bench = try OperationBench(profile)
            bench.dialog.codes[.current] = [code]
            #expect(bench.outcome(.verify) == expected)
            #expect(bench.counters == [3, 3, 10])
            #expect(bench.reader.commandsWithSecret == 0)
            bench.expectOrder()
        }
    }

    @Test func aPersonWhoWalksAwaySpendsNothing() throws {
        let bench = try OperationBench(.siths)
        bench.dialog.codes = [:]
        #expect(bench.outcome(.verify) == "cancelled")
        #expect(bench.reader.commandsWithSecret == 0)
        bench.expectOrder()
    }

    /// T12: `9000` to an empty VERIFY says that somebody has verified the PIN, not that ours is right.
    @Test(arguments: [CardProfile.siths, .sithsT1])
    func aPINThatAnotherProgramHasVerifiedIsNotTakenAsOurs(profile: CardProfile) throws {
        let bench = try OperationBench(profile, tries: [.authentication: 2])
        bench.ledger.beforeTransaction = { number in
            guard number == 2 else { return }
            _ = bench.card.process([0x00, 0xA4, 0x04, 0x0C, 0x0C] + aid)
            let verify = [0x00, 0x20, 0x00, 0x81, 0x06] + Array(OperationBench.auth.utf8)
            #expect(bench.card.process(verify) == [0x90, 0x00])
        }
        bench.dialog.codes[.current] = [OperationBench.wrong]
        #expect(bench.outcome(.verify) == "wrong 01 2 (01)")
        bench.expectOrder()
    }
}

/// The AID of PKCS#15.
let aid: [UInt8] = [0xA0, 0, 0, 0, 0x63] + Array("PKCS-15".utf8)
