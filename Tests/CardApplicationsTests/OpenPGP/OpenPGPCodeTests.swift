import CardApplications
import CardCore
import Testing
import VirtualCards

@Suite struct OpenPGPCodeTests {
    private typealias Bench = OpenPGPFamilyBench

    @Test func pw1IsPresentedInModeForOtherCommandsAndLoggedOutOfThatModeOnly() throws {
        let bench = try Bench(selected: true)
        bench.verify(0x81, "246810")
        try bench.presenting("PW1") { session, policies in
            try session.verify(policies.named("PW1"), secret("246810"))
            #expect(bench.card.verified == [0x81, 0x82])
            #expect(try session.logOut())
            // A second time too.
            #expect(try session.logOut())
        }
        #expect(bench.sent() == ["00CA00F9", "00200082", "0020FF82", "0020FF82"])
        #expect(bench.card.verified == [0x81])
    }

    @Test func theSecondTransactionAsksTwoQuestionsBeforeACode() throws {
        let bench = try Bench(selected: true)
        let (application, policies) = try bench.survey()
        let policy = try policies.named("PW1")
        _ = bench.sent()
        try bench.withReopened(application, toPresent: policy) { session in
            _ = try session.status(of: policy)
            try session.verify(policy, secret("246810"))
        }
        #expect(bench.sent() == ["00CA006E", "00CA00F9", "00200082"])
    }

    @Test(arguments: [false, true])
    func afterAWrongCodeTheCounterIsReadAgainWhateverTheCardSaid(tells: Bool) throws {
        let bench = try Bench { $0.behaviour.tellsTriesOfWrongCode = tells }
        try bench.presenting("PW1") { session, policies in
            let pw1 = try policies.named("PW1")
            for left in [2, 1, 0] {
                #expect(throws: PINError.wrong(id: "PW1", remainingTries: nil)) {
                    try session.verify(pw1, secret("111111"))
                }
                #expect(try session.status(of: pw1) == PINStatus(remainingTries: left))
                // The other two came with the same answer.
                #expect(try session.status(of: policies.named("PW3")).remainingTries == 3)
            }
            #expect(throws: PINError.blocked(id: "PW1")) {
                try session.verify(pw1, secret("246810"))
            }
        }
        #expect(
            bench.sent()
                == Array(repeating: ["00CA00F9", "00200082", "00CA00C4"], count: 3).flatMap { $0 }
                + ["00CA00F9", "00200082"]
        )
        #expect(bench.tries == [0, 3, 3])
    }

    @Test func codesAreChangedByTheirOwnReference() throws {
        let bench = try Bench()
        try bench.presenting("PW1") { session, policies in
            try session.change(
                policies.named("PW1"),
                from: secret("246810"),
                to: secret("ÅÄÖ-97")
            )
            #expect(try session.logOut())
        }
        #expect(bench.sent() == ["00CA00F9", "00240081", "0020FF81", "0020FF82"])
        #expect(bench.card.state.codes["81"]?.value == "ÅÄÖ-97")
        try bench.presenting("PW3") { session, policies in
            try session.change(
                policies.named("PW3"),
                from: secret("86421357"),
                to: secret("12345679")
            )
            #expect(bench.card.verified == [0x83])
            #expect(try session.logOut())
        }
        #expect(bench.sent() == ["00CA00F9", "00240083", "0020FF83"])
        #expect(bench.card.verified.isEmpty && bench.card.state.codes["83"]?.value == "12345679")
    }

    @Test(arguments: [("RC", "97531864", ["002C0081"]), ("PW3", "86421357", ["00200083", "002C0281"])])
    func pw1IsUnblockedInEitherForm(by: String, code: String, commands: [String]) throws {
        let bench = try Bench(selected: true)
        for _ in 1...3 { bench.verify(0x81, "111111") }
        try bench.presenting(by) { session, policies in
            let pw1 = try policies.named("PW1")
            try session.unblock(
                pw1,
                by: try #require(pw1.unblocking.first { $0.by == by }),
                of: policies.named(by),
                secret(code),
                to: secret("975310")
            )
            #expect(try session.status(of: pw1) == PINStatus(remainingTries: 3))
            #expect(try session.logOut())
        }
        let logout = by == "RC" ? ["0020FF81", "0020FF82"] : ["0020FF81", "0020FF82", "0020FF83"]
        #expect(bench.sent() == ["00CA00F9"] + commands + ["00CA00C4"] + logout)
        #expect(bench.card.verified.isEmpty && bench.card.state.codes["81"]?.value == "975310")
    }

    @Test func aWrongUnblockingCodeIsCountedOnceAndNothingFollowsIt() throws {
        for (by, tries) in [("RC", [0, 2, 3]), ("PW3", [0, 3, 2])] {
            let bench = try Bench(selected: true)
            for _ in 1...3 { bench.verify(0x81, "111111") }
            try bench.presenting(by) { session, policies in
                let pw1 = try policies.named("PW1")
                let puk = try policies.named(by)
                #expect(throws: PINError.wrong(id: by, remainingTries: nil)) {
                    try session.unblock(
                        pw1,
                        by: try #require(pw1.unblocking.first { $0.by == by }),
                        of: puk,
                        secret("11111111"),
                        to: secret("975310")
                    )
                }
                #expect(try session.status(of: puk).remainingTries == 2)
            }
            #expect(bench.tries == tries && bench.sent().count == 3)
        }
    }

    @Test func aResettingCodeThatTheLastTryBlockedIsSaidToBeBlocked() throws {
        let bench = try Bench(fault: .unblockAs6982)
        try bench.presenting("RC") { session, policies in
            let (pw1, code) = (try policies.named("PW1"), try policies.named("RC"))
            for left in [2, 1, 0, 0] {
                #expect(throws: PINError.wrong(id: "RC", remainingTries: nil)) {
                    try session.unblock(
                        pw1,
                        by: pw1.unblocking[0],
                        of: code,
                        secret("11111111"),
                        to: secret("975310")
                    )
                }
                let expected = left == 0 ? .blockedOrNeverSet : PINStatus(remainingTries: left)
                #expect(try session.status(of: code) == expected)
            }
        }
    }

    @Test func statusWordsMeanWhatTheSpecificationSays() throws {
        let (application, policies) = try Bench().survey()
        let (pw1, code) = (try policies.named("PW1"), try policies.named("RC"))
        func error(_ status: UInt16, _ instruction: UInt8, p1: UInt8 = 0) -> PINError? {
            application.error(
                StatusWord(rawValue: status),
                of: PresentedCommand(
                    instruction,
                    p1: p1,
                    reference: pw1.reference,
                    judged: instruction == 0x2C && p1 == 0 ? code : pw1,
                    changed: pw1
                )
            )
        }
        for status in [0x6982, 0x6300, 0x63C0, 0x63C2, 0x63CF] as [UInt16] {
            #expect(error(status, 0x20) == .wrong(id: "PW1", remainingTries: nil))
            #expect(error(status, 0x24) == .wrong(id: "PW1", remainingTries: nil))
            #expect(error(status, 0x2C) == .wrong(id: "RC", remainingTries: nil))
        }
        #expect(error(0x9000, 0x20) == nil && error(0x9000, 0x2C, p1: 2) == nil)
        #expect(error(0x6983, 0x2C) == .blocked(id: "RC"))
        #expect(error(0x6984, 0x20) == .notInitialized(id: "PW1"))
        #expect(error(0x6700, 0x24) == .newCodeRefused(id: "PW1", .wrongLength))
        // The YubiKey NEO: a wrong code, or not.
        #expect(error(0x6985, 0x24) == .unexpected(id: "PW1", .conditionsNotSatisfied))
        #expect(error(0x6985, 0x2C) == .unexpected(id: "RC", .conditionsNotSatisfied))
        #expect(error(0x6985, 0x20) == .notAllowed(id: "PW1", .conditionsNotSatisfied))
        // With only a new code there is none that could be wrong.
        #expect(error(0x6982, 0x2C, p1: 2) == .newCodeNotSet(id: "PW1", .securityStatusNotSatisfied))
        #expect(error(0x6B00, 0x20) == .notAllowed(id: "PW1", .wrongParameters))
    }
}
