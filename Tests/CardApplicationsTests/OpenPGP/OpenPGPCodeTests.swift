import CardApplications
import CardCore
import Testing
import VirtualCards

@Suite struct OpenPGPCodeTests {
    private typealias Bench = OpenPGPFamilyBench

    @Test func pw1IsPresentedInTheModeThatAllowsNoSignatureAndLoggedOutFromItAlone() throws {
        let bench = try Bench(selected: true)
        bench.verify(0x81, "246810")
        try bench.presenting("PW1") { application, channel, policies in
            try application.verify(policies.named("PW1"), secret("246810"), on: &channel)
            #expect(bench.card.verified == [0x81, 0x82])
            #expect(try application.endSecurityStatus(on: &channel))
            // Asked again it has nothing to do.
            #expect(try application.endSecurityStatus(on: &channel))
        }
        #expect(bench.sent() == ["00200082", "0020FF82"])
        #expect(bench.card.verified == [0x81])
    }

    @Test func theSecondTransactionAsksTwoQuestionsBeforeACode() throws {
        let bench = try Bench(selected: true)
        _ = try bench.withApplication { application, channel in
            let policy = try application.readPINs(roles: false, on: &channel).named("PW1")
            _ = bench.sent()
            try application.resume(for: policy, on: &channel)
            _ = try application.status(of: policy, on: &channel)
            try application.prepare(policy, on: &channel)
        }
        #expect(bench.sent() == ["00CA006E", "00CA00F9"])
    }

    @Test(arguments: [false, true])
    func afterAWrongCodeTheCounterIsReadAgainWhateverTheCardSaid(tells: Bool) throws {
        let bench = try Bench { $0.behaviour.tellsTriesOfWrongCode = tells }
        try bench.presenting("PW1") { application, channel, policies in
            let pw1 = try policies.named("PW1")
            for left in [2, 1, 0] {
                #expect(throws: PINError.wrong(id: "PW1", remainingTries: nil)) {
                    try application.verify(pw1, secret("111111"), on: &channel)
                }
                #expect(try application.status(of: pw1, on: &channel) == PINStatus(remainingTries: left))
                // The other two came with the same answer.
                #expect(try application.status(of: policies.named("PW3"), on: &channel).remainingTries == 3)
            }
            #expect(throws: PINError.blocked(id: "PW1")) {
                try application.verify(pw1, secret("246810"), on: &channel)
            }
        }
        #expect(
            bench.sent() == Array(repeating: ["00200082", "00CA00C4"], count: 3).flatMap { $0 } + ["00200082"]
        )
        #expect(bench.tries == [0, 3, 3])
    }

    @Test func codesAreChangedByTheirOwnReference() throws {
        let bench = try Bench()
        try bench.presenting("PW1") { application, channel, policies in
            try application.change(
                policies.named("PW1"),
                from: secret("246810"),
                to: secret("ÅÄÖ-97"),
                on: &channel
            )
            #expect(try application.endSecurityStatus(on: &channel))
        }
        #expect(bench.sent() == ["00240081", "0020FF81", "0020FF82"])
        #expect(bench.card.state.codes["81"]?.value == "ÅÄÖ-97")
        try bench.presenting("PW3") { application, channel, policies in
            try application.change(
                policies.named("PW3"),
                from: secret("86421357"),
                to: secret("12345679"),
                on: &channel
            )
            #expect(bench.card.verified == [0x83])
            #expect(try application.endSecurityStatus(on: &channel))
        }
        #expect(bench.sent() == ["00240083", "0020FF83"])
        #expect(bench.card.verified.isEmpty && bench.card.state.codes["83"]?.value == "12345679")
    }

    @Test(arguments: [("RC", "97531864", ["002C0081"]), ("PW3", "86421357", ["00200083", "002C0281"])])
    func pw1IsUnblockedInEitherForm(by: String, code: String, commands: [String]) throws {
        let bench = try Bench(selected: true)
        for _ in 1...3 { bench.verify(0x81, "111111") }
        try bench.presenting(by) { application, channel, policies in
            let pw1 = try policies.named("PW1")
            try application.unblock(
                pw1,
                by: try #require(pw1.unblocking.first { $0.by == by }),
                of: policies.named(by),
                secret(code),
                to: secret("975310"),
                on: &channel
            )
            #expect(try application.status(of: pw1, on: &channel) == PINStatus(remainingTries: 3))
            #expect(try application.endSecurityStatus(on: &channel))
        }
        let logout = by == "RC" ? ["0020FF81", "0020FF82"] : ["0020FF81", "0020FF82", "0020FF83"]
        #expect(bench.sent() == commands + ["00CA00C4"] + logout)
        #expect(bench.card.verified.isEmpty && bench.card.state.codes["81"]?.value == "975310")
    }

    @Test func aWrongUnblockingCodeIsCountedOnceAndNothingFollowsIt() throws {
        for (by, tries) in [("RC", [0, 2, 3]), ("PW3", [0, 3, 2])] {
            let bench = try Bench(selected: true)
            for _ in 1...3 { bench.verify(0x81, "111111") }
            try bench.presenting(by) { application, channel, policies in
                let pw1 = try policies.named("PW1")
                let puk = try policies.named(by)
                #expect(throws: PINError.wrong(id: by, remainingTries: nil)) {
                    try application.unblock(
                        pw1,
                        by: try #require(pw1.unblocking.first { $0.by == by }),
                        of: puk,
                        secret("11111111"),
                        to: secret("975310"),
                        on: &channel
                    )
                }
                #expect(try application.status(of: puk, on: &channel).remainingTries == 2)
            }
            #expect(bench.tries == tries && bench.sent().count == 2)
        }
    }

    @Test func aResettingCodeThatTheLastTryBlockedIsSaidToBeBlocked() throws {
        let bench = try Bench(fault: .unblockAs6982)
        try bench.presenting("RC") { application, channel, policies in
            let (pw1, code) = (try policies.named("PW1"), try policies.named("RC"))
            for left in [2, 1, 0, 0] {
                #expect(throws: PINError.wrong(id: "RC", remainingTries: nil)) {
                    try application.unblock(
                        pw1,
                        by: pw1.unblocking[0],
                        of: code,
                        secret("11111111"),
                        to: secret("975310"),
                        on: &channel
                    )
                }
                #expect(try application.status(of: code, on: &channel) == PINStatus(remainingTries: left))
            }
        }
    }

    @Test func statusWordsMeanWhatTheSpecificationSays() throws {
        var application: (any CardApplication)?
        var policies: [PINPolicy] = []
        _ = try Bench().withApplication { found, channel in
            policies = try found.readPINs(roles: false, on: &channel)
            application = found
        }
        let found = try #require(application)
        let (pw1, code) = (try policies.named("PW1"), try policies.named("RC"))
        func error(_ status: UInt16, _ instruction: UInt8, p1: UInt8 = 0) -> PINError? {
            found.error(
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
        #expect(error(0x6982, 0x2C, p1: 2) == .notAllowed(id: "PW1", .securityStatusNotSatisfied))
        #expect(error(0x6B00, 0x20) == .notAllowed(id: "PW1", .wrongParameters))
    }
}
