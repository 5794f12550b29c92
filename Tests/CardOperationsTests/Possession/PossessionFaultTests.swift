import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// What goes wrong while a card is to show that it holds a key, and how many commands it takes when nothing does.
@Suite struct PossessionFaultTests {
    /// Injects `fault` at command 1, 2, 3 … until the proof gets through without meeting it.
    private func atEachCommand(
        _ profile: CardProfile,
        _ fault: InMemoryReader.Interference,
        check: (ProofBench, CardState, _ number: Int, String) -> Void
    ) throws {
        for number in 1...120 {
            let bench = try ProofBench(profile, tries: [.authentication: 2])
            let before = bench.card.state
            bench.reader.interfere = { sent, _ in sent == number ? fault : .proceed }
            let outcome = bench.outcome()
            bench.expectOrder()
            guard bench.reader.commands >= number else {
                #expect(outcome == "ok" && number > 5)
                return
            }
            check(bench, before, number, outcome)
        }
        Issue.record("the proof never ends")
    }

    @Test(arguments: CardProfile.allCases, [TransportError.cardRemoved, .cardReset])
    func aCardThatLeavesBeforeACommandHasSpentNothing(profile: CardProfile, fault: TransportError) throws {
        try atEachCommand(profile, .refuse(fault)) { bench, before, number, outcome in
            let isAsked = bench.reader.log[..<(number - 1)].contains { $0.carriesSecret }
            let isSigned = bench.signatures > 0 && bench.reader.log[..<(number - 1)].contains(where: signs)
            if !isAsked {
                #expect(outcome == "card transport \(fault)", "before command \(number)")
                #expect(bench.card.state == before)
                // A code that was on its way is logged out all the same.
                let isCode = bench.reader.log[number - 1].carriesSecret
                #expect(bench.reader.commands == number || isCode)
            } else {
                // After the signature only its last pieces and the logout are left.
                let expected = outcome == "not signed: transport \(fault)" || isSigned && outcome == "ok"
                #expect(expected, "before command \(number): \(outcome)")
            }
            for (name, code) in before.codes {
                #expect((bench.card.state.codes[name]?.remainingTries ?? 0) >= code.remainingTries)
            }
        }
    }

    private func signs(_ command: InMemoryReader.Command) -> Bool {
        [0x87, 0x88].contains(command.ins) || command.ins == 0x2A && command.p1 == 0x9E
    }

    @Test(arguments: CardProfile.allCases)
    func anAnswerThatIsLostIsNotGuessedAndNothingIsSentAgain(profile: CardProfile) throws {
        try atEachCommand(profile, .loseAnswer(.noAnswer(cardRemoved: true))) { bench, _, number, outcome in
            let command = bench.reader.log[number - 1]
            if command.carriesSecret {
                #expect(outcome.hasPrefix("outcome unknown"), "command \(number): \(outcome)")
                #expect(bench.signatures == 0 && bench.reader.commands == number)
            } else if !bench.reader.log[..<(number - 1)].contains(where: \.carriesSecret) {
                #expect(outcome.hasPrefix("card transport noAnswer"), "command \(number): \(outcome)")
            } else {
                #expect(outcome == "ok" || outcome.hasPrefix("not signed: transport noAnswer"), "\(outcome)")
            }
            #expect(bench.signatures <= 1 || profile == .piv || profile == .gids, "asked twice")
        }
    }

    /// A card that takes the PIN and then refuses, in each of the commands that follow.
    @Test(arguments: CardProfile.allCases)
    func aCardThatRefusesIsAskedInNoOtherFormAndForgetsThePIN(profile: CardProfile) throws {
        for status in [StatusWord.securityStatusNotSatisfied, .conditionsNotSatisfied, .incorrectData] {
            try atEachCommand(profile, .answer(ResponseAPDU(status: status))) {
                bench,
                before,
                number,
                outcome in
                guard bench.reader.log[..<(number - 1)].contains(where: \.carriesSecret) else { return }
                #expect(
                    outcome.hasPrefix("not signed: unexpected \(status)") || outcome == "ok",
                    "\(outcome)"
                )
                #expect(bench.reader.log.count { $0.carriesSecret } == 1)
                #expect(bench.card.state.codes.values.allSatisfy { $0.remainingTries > 0 })
            }
        }
    }

    /// What a hostile card may answer in the place of a signature.
    @Test(arguments: CardProfile.allCases)
    func anAnswerThatIsNoSignatureIsNone(profile: CardProfile) throws {
        let nonsense: [[UInt8]] = [
            [], [0x00], [UInt8](repeating: 0xFF, count: 255), [0x7C, 0x00], [0x7C, 0x82, 0xFF, 0xFF],
            [0x7C, 0x02, 0x82, 0x00], [0x30, 0x80, 0x02, 0x01, 0x01, 0x00, 0x00],
        ]
        for bytes in nonsense {
            let bench = try ProofBench(profile)
            bench.reader.interfere = { _, command in
                signs(command) && command.cla & 0x10 == 0
                    ? .answer(ResponseAPDU(data: bytes, status: .success)) : .proceed
            }
            #expect(bench.outcome() == "not signed: malformed signature")
            bench.expectOrder()
        }
        // As long as a signature, and none.
        let random = try ProofBench(profile)
        let signature = try ProofBench(profile).prove().signature.map { $0 ^ 0x55 }
        let isPIV = [.piv, .pivYubiKey].contains(profile)
        let head: [UInt8] = isPIV ? [0x7C, 0x82, 0x01, 0x04, 0x82, 0x82, 0x01, 0x00] : []
        random.reader.interfere = { _, command in
            signs(command) && command.cla & 0x10 == 0
                ? .answer(ResponseAPDU(data: head + signature, status: .success)) : .proceed
        }
        #expect(random.outcome() == "no")
        random.expectOrder()
    }

    @Test(arguments: CardProfile.allCases)
    func aSignatureWithoutEndIsGivenUp(profile: CardProfile) throws {
        let bench = try ProofBench(profile)
        bench.reader.interfere = { _, command in
            guard signs(command) && command.cla & 0x10 == 0 || command.ins == 0xC0 else { return .proceed }
            guard bench.reader.log.contains(where: \.carriesSecret) else { return .proceed }
            return .answer(ResponseAPDU(data: [0xAA], status: StatusWord(rawValue: 0x6101)))
        }
        #expect(bench.outcome().hasPrefix("not signed: transport responseTooLong"))
        #expect(bench.reader.commands < 60)
        bench.expectOrder()
    }

    /// IDPrime gives the hash back; another one would mean that something else is being signed.
    @Test func aHashThatComesBackChangedIsNotSigned() throws {
        let bench = try ProofBench(.idprime940)
        bench.reader.interfere = { _, command in
            command.ins == 0x2A && command.p1 == 0x90
                ? .answer(ResponseAPDU(data: [UInt8](repeating: 1, count: 32), status: .success)) : .proceed
        }
        #expect(bench.outcome() == "not signed: malformed hash")
        #expect(bench.signatures == 0)
        bench.expectOrder()
    }

    @Test(arguments: [
        (CardProfile.siths, 27), (.sithsT1, 18), (.sithsTwoStep, 27), (.reservkort, 27), (.fineid, 27),
        (.fineidHealth, 24), (.idprime940, 22), (.gids, 18), (.openpgp, 11), (.piv, 8), (.pivYubiKey, 9),
    ])
    func aProofKeepsToItsBudgetOfCommands(profile: CardProfile, limit: Int) throws {
        let bench = try ProofBench(profile)
        #expect(bench.outcome() == "ok")
        #expect(bench.reader.commands <= limit)
        #expect(bench.ledger.begun == 2)
    }
}
