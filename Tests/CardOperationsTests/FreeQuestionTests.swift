import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// An empty VERIFY is a lost try on some cards, so it is sent only to cards that are known to take it as a question.
@Suite struct FreeQuestionTests {
    private func everything(_ make: () throws -> OperationBench, check: (OperationBench) -> Void) throws {
        for operation in Operation.allCases {
            let bench = try make()
            bench.dialog.answers = [.useUntestedForm: true]
            _ = bench.outcome(operation)
            check(bench)
            let unnamed = try make()
            unnamed.dialog.choice = "02"
            unnamed.dialog.answers = [.useUntestedForm: true]
            _ = outcome { () throws(OperationError) in try unnamed.unblock() }
            check(unnamed)
        }
        let bench = try make()
        #expect(outcome { () throws(OperationError) in try bench.report() } == "ok")
        check(bench)
        #expect(bench.reader.commandsWithSecret == 0)
    }

    @Test(arguments: [CardProfile.sithsTwoStep, .fineid])
    func noEmptyVerifyReachesACardThatMayCountIt(profile: CardProfile) throws {
        try everything({ try OperationBench(profile) }) { #expect($0.wire.emptyVerifies == 0) }
        let bench = try OperationBench(profile)
        let before = bench.card.state
        let tries = try bench.report().pins.map(\.status.remainingTries)
        #expect(tries == (profile == .fineid ? [5, 5, 10] : [nil, nil, nil]))
        #expect(bench.card.state == before)
    }

    @Test func noEmptyVerifyReachesAnUnknownCard() throws {
        try everything({ try OperationBench.unknown() }) { #expect($0.wire.emptyVerifies == 0) }
        #expect(try OperationBench.unknown().report().pins.map(\.status) == [.unknown, .unknown, .unknown])
    }

    @Test func noEmptyVerifyReachesAThalesCardThatDoesNotTellItsCounters() throws {
        try everything({
            try OperationBench(.siths) { image in
                image.behaviour.countersByGetData = false
                image.behaviour.emptyVerify = .costsTry
            }
        }) { #expect($0.wire.emptyVerifies == 0) }
    }

    @Test(arguments: [CardProfile.siths, .sithsT1, .reservkort])
    func aThalesCardIsAskedByGetDataFirst(profile: CardProfile) throws {
        try everything({ try OperationBench(profile) }) { bench in
            guard let question = bench.wire.commands.firstIndex(where: { $0[1] == 0x20 && $0.count <= 5 })
            else {
                return
            }
            let answer = bench.wire.commands.firstIndex { $0[1] == Instruction.getDataWithTags }
            #expect(answer.map { $0 < question } == true)
        }
        let bench = try OperationBench(profile, tries: [.authentication: 1, .puk: 7])
        let before = bench.card.state
        let tries = try bench.report().pins.map(\.status.remainingTries)
        #expect(tries == (profile == .reservkort ? [1, 7] : [1, 3, 7]))
        #expect(bench.card.state == before)
    }

    /// T12: a verified PIN's empty VERIFY says `9000`, which tells nothing about the counter.
    @Test(arguments: [CardProfile.siths, .sithsT1])
    func aVerifiedPINStillHasItsCounter(profile: CardProfile) throws {
        let bench = try OperationBench(profile)
        bench.selectApplication()
        for code in [(0x81, OperationBench.auth), (0x82, OperationBench.sign)] as [(UInt8, String)] {
            #expect(
                bench.card.process([0x00, 0x20, 0x00, code.0, 0x06] + Array(code.1.utf8)) == [0x90, 0x00]
            )
        }
        // Selecting the application that is current anyway keeps what is verified.
        #expect(try bench.report().pins.map(\.status.remainingTries) == [3, 3, 10])
    }

    @Test(arguments: CardProfile.pkcs15)
    func onlyReferencesThatTheCardNamedAreAskedAbout(profile: CardProfile) throws {
        let bench = try OperationBench(profile)
        let named = Set(bench.card.image.pins.flatMap(\.reference.bytes))
        _ = try bench.report()
        for command in bench.wire.commands {
            if command[1] == Instruction.verify { #expect(named.contains(command[3])) }
            if command[1] == Instruction.getDataWithTags { #expect(named.contains(command[9])) }
        }
    }
}
