import CardCore
import Testing
import VirtualCards

@testable import CardApplications

/// Sessions: which application is found, and to which one a code goes.
@Suite struct SessionTests {
    private typealias Bench = PIVFamilyBench

    private static let otherAID: [UInt8] = [0xF0, 0, 0, 0, 1]
    private static let code: [UInt8] = Array("246810".utf8) + [0xFF, 0xFF]

    private static func select(_ name: [UInt8]) -> CommandAPDU {
        CommandAPDU(ins: Instruction.select, p1: 0x04, data: name, expectedLength: 256)
    }

    /// A PIV card with another application.
    private func bench(_ profile: CardProfile = .piv) throws -> Bench {
        try Bench(profile) { image in
            image.otherApplications = [
                PIVImage.OtherApplication(aid: HexBytes(Self.otherAID), selection: HexBytes([]))
            ]
        }
    }

    private func transmit(
        _ command: CommandAPDU,
        in session: inout ApplicationSession
    ) throws(TransportError) -> StatusWord {
        let encoded = try EncodedCommand(plain: command.encoded(for: session.limits))
        return try session.transmit(encoded).status
    }

    // MARK: Selection

    @Test func otherApplicationIsNotSelectedInASession() throws {
        let bench = try bench()
        try bench.withSession { session in
            let pin = try session.policy("80")
            bench.forgetCommands()
            #expect(throws: TransportError.commandNotAllowed) {
                try transmit(Self.select(Self.otherAID), in: &session)
            }
            #expect(bench.commands.isEmpty)
            try session.verify(pin, secret(Bench.auth))
            _ = try session.logOut()
        }
        #expect(bench.card.selection == .piv)
    }

    @Test func ownNameIsSelectedInASession() throws {
        let bench = try bench(.pivYubiKey)
        let name = PIVFamily.applicationIdentifiers[0]
        try bench.withSession { session in
            #expect(bench.headers == "CB3FFF A40400")
            let status = try transmit(Self.select(name), in: &session)
            #expect(status == .success)
            #expect(throws: TransportError.commandNotAllowed) {
                // The same application by a longer name might be another one.
                try transmit(Self.select(name + [0x01, 0x00]), in: &session)
            }
        }
        #expect(bench.headers == "CB3FFF A40400 A40400")
    }

    /// What was found by a question has no name that could be selected again.
    @Test func noNameIsSelectedInASessionThatSelectedNone() throws {
        let bench = try bench()
        _ = try bench.withSession { session in
            #expect(throws: TransportError.commandNotAllowed) {
                try transmit(Self.select(PIVFamily.applicationIdentifiers[0]), in: &session)
            }
        }
        #expect(bench.headers == "CB3FFF")
    }

    // MARK: Codes

    @Test func noCodeIsSentAfterEndPresenting() throws {
        let bench = try bench()
        try bench.withSession { session in
            let (pin, puk) = (try session.policy("80"), try session.policy("81"))
            session.endPresenting()
            bench.forgetCommands()
            let error = PINError.card(.transport(.commandNotAllowed))
            #expect(throws: error) { try session.verify(pin, secret(Bench.auth)) }
            #expect(throws: error) { try session.change(pin, from: secret(Bench.auth), to: secret("975310")) }
            #expect(throws: error) {
                let unblocking = pin.unblocking[0]
                try session.unblock(pin, by: unblocking, of: puk, secret(Bench.puk), to: secret("975310"))
            }
            let command = PresentedCommand(Instruction.verify, reference: pin.reference, judged: pin)
            #expect(throws: error) { try session.present(command, encoded: secret(Self.code)) }
            #expect(bench.commands.isEmpty)
            // Another application can be selected now, and gets no code either.
            #expect(try transmit(Self.select(Self.otherAID), in: &session) == .success)
            #expect(throws: error) { try session.verify(pin, secret(Bench.auth)) }
        }
        #expect(bench.commands.count == 1)
        #expect(bench.tries("80") == 3 && bench.tries("81") == 10)
    }

    @Test func releasedChannelSelectsAnotherApplication() throws {
        let bench = try bench()
        let search = ApplicationSearch(bench.hints, for: .codes)
        var lent = AnyCardChannel(DirectChannel(card: bench))
        var found = try search.run(on: &lent)
        guard let session = found.session.take() else { throw Bench.NotIdentified() }
        var channel = session.release()
        #expect(try channel.exchange(Self.select(Self.otherAID)).status == .success)
        #expect(bench.headers == "CB3FFF A40400")
    }

    @Test(arguments: [Instruction.verify, Instruction.changeReferenceData, Instruction.resetRetryCounter])
    func plainCommandWithACodeIsRefused(instruction: UInt8) throws {
        let bench = try bench()
        try bench.withSession { session in
            bench.forgetCommands()
            #expect(throws: TransportError.commandNotAllowed) {
                try transmit(CommandAPDU(ins: instruction, p2: 0x80, data: Self.code), in: &session)
            }
            #expect(bench.commands.isEmpty)
            let status = try transmit(CommandAPDU(ins: Instruction.verify, p2: 0x80), in: &session)
            let hasPresented = session.hasPresented
            #expect(status.remainingTries == 3 && !hasPresented)
        }
        #expect(bench.tries("80") == 3)
    }

    @Test func sessionKnowsThatACodeWasPresented() throws {
        let bench = try bench()
        try bench.withSession { session in
            let pin = try session.policy("80")
            _ = try session.status(of: pin)
            let hadPresented = session.hasPresented
            #expect(!hadPresented)
            // Nothing was presented: nothing is logged out.
            #expect(try session.logOut())
            #expect(bench.headers == "CB3FFF 200080")
            #expect(throws: PINError.self) { try session.verify(pin, secret("111111")) }
            let hasPresented = session.hasPresented
            #expect(hasPresented)
        }
    }

    /// A code that was not sent leaves nothing verified: another program is not logged out because of it.
    @Test func codeThatWasNotSentIsNotPresented() throws {
        let bench = try bench()
        bench.other("0020008008" + "323436383130FFFF")
        try bench.withSession { session in
            let pin = try session.policy("80")
            let command = PresentedCommand(Instruction.verify, reference: pin.reference, judged: pin)
            #expect(throws: PINError.card(.transport(.commandTooLong(length: 0)))) {
                try session.present(command, encoded: SecretBytes(capacity: 0) { _ in })
            }
            let hasPresented = session.hasPresented
            #expect(!hasPresented)
            #expect(try session.logOut())
        }
        #expect(bench.headers == "CB3FFF" && bench.card.verified == [0x80])
    }

    // MARK: Later transactions

    /// Another program selects something else, or resets the card, between the two transactions of an operation.
    @Test(arguments: [CardProfile.piv, .pivYubiKey], PIVFamilyBench.Operation.allCases)
    func codeReachesSelectedApplicationOnly(
        profile: CardProfile,
        operation: PIVFamilyBench.Operation
    ) throws {
        let disturbances: [(Bench) -> Void] = [
            { $0.other("00A4040005F000000001") }, { $0.reset() },
            { bench in
                bench.reset()
                bench.other("00A4040005F000000001")
            },
        ]
        for disturbance in disturbances {
            let bench = try bench(profile)
            var isElsewhere = 0
            bench.habit = { command in
                let carriesCode = [0x20, 0x24, 0x2C].contains(command[1]) && command.count > 5
                if carriesCode, bench.card.selection != .piv { isElsewhere += 1 }
                return nil
            }
            let outcome = try bench.run(operation) { disturbance(bench) }
            #expect(outcome.error == nil && outcome.isLoggedOut && isElsewhere == 0)
        }
    }

    /// The same for every family: a code is preceded by a SELECT, or by an answer of the application, in its own transaction.
    @Test func codeFollowsAProofInItsOwnTransaction() throws {
        let gids = try GIDSFamilyBench()
        let openPGP = try OpenPGPFamilyBench(selected: true)
        let idPrime = try IDPrimeFamilyBench.make()
        let pkcs15 = try FamilyBench(.siths)
        let benches: [(any VirtualCard, CardHints, String)] = [
            (gids, gids.hints, "80"), (openPGP, openPGP.hints, "PW1"), (idPrime, idPrime.hints, "11"),
            (pkcs15, pkcs15.hints, "01"),
        ]
        for (card, hints, id) in benches {
            let survey = try card.withSession(ApplicationSearch(hints, for: .codes)) { session in
                let pin = try #require(try session.readPINs(roles: false).first { $0.id == id })
                return (session.application, pin)
            }
            let (application, pin) = try #require(survey)
            for reset in [false, true] {
                if reset { (card as? OpenPGPFamilyBench)?.card.reset() ?? card.reset() }
                let recorder = CommandRecorder(card)
                try recorder.withReopened(application, toPresent: pin) { session in
                    try session.verify(pin, secret("246810"))
                }
                let code = try #require(
                    recorder.commands.firstIndex { $0[1] == 0x20 && $0.count > 5 },
                    "\(id)"
                )
                #expect(code > 0, "\(id)")
                #expect(recorder.commands.count { $0[1] == 0x20 && $0.count > 5 } == 1, "\(id)")
            }
            // Nothing answers any more: nothing is sent.
            let silent = CommandRecorder(card) { _ in [0x6A, 0x82] }
            #expect(throws: CardError.notRecognised, "\(id)") {
                try silent.withReopened(application, toPresent: pin) { session in
                    try session.verify(pin, secret("246810"))
                }
            }
            #expect(!silent.commands.contains { $0[1] == 0x20 }, "\(id)")
        }
    }

    @Test func challengeIsVoidAfterAResetAndNothingIsSent() throws {
        let bench = try GIDSFamilyBench(tries: 0)
        let reader = InMemoryReader(card: bench)
        bench.send("00A4040009A0000003974254465900")
        let search = ApplicationSearch(bench.hints, for: .codes)
        var channel = AnyCardChannel(reader.channel())
        var found = try search.run(on: &channel)
        guard var session = found.session.take() else { throw CardError.notRecognised }
        let key = try #require(try session.readPINs(roles: false).last)
        _ = try session.requestChallenge(of: key)
        let application = session.application
        _ = session.release()
        // Selected again by another program at once: the application answers, but its challenge is void.
        reader.reset()
        bench.send("00A4040009A0000003974254465900")
        bench.forgetCommands()
        var later = AnyCardChannel(reader.channel())
        let resumed = try ApplicationSession.resumeChallenge(of: application, on: &later)
        let isVoid = resumed == nil
        #expect(isVoid && bench.commands.isEmpty)
    }

    // MARK: Which application

    /// A card of one family: the application is read without logging out another program.
    @Test func readingPreservesTheLoginOfAnotherProgram() throws {
        let piv = try Bench()
        piv.other("0020008008" + "323436383130FFFF")
        try piv.withSession(for: .reading) { _ = try $0.readPINs(roles: true) }
        #expect(piv.card.verified == [0x80])
        let gids = try GIDSFamilyBench()
        gids.send("00200080063234363831" + "30")
        try gids.withSession(for: .reading) { _ = try $0.readPINs(roles: true) }
        #expect(gids.isUserVerified)
        let openPGP = try OpenPGPFamilyBench(selected: true)
        openPGP.verify(0x82, "246810")
        _ = try openPGP.withSession(for: .reading) { _ = try $0.readPINs(roles: true) }
        #expect(openPGP.card.verified == [0x82])
    }

    /// Card data lists the families in any order; the fixed order decides.
    @Test func orderOfFamiliesInCardDataDoesNotMatter() throws {
        for families in [["pkcs15", "piv"], ["piv", "pkcs15"], []] {
            let bench = try Bench()
            let hints = CardHints(atr: try ATR(parsing: bench.atr), families: families)
            let family = try bench.withSession(ApplicationSearch(hints, for: .codes)) {
                $0.application.family
            }
            #expect(family == "piv")
            // PKCS#15 is looked for first.
            let names = bench.commands.filter { $0[1] == Instruction.select }.map { Array($0[5...]) }
            #expect(names.first?.starts(with: PKCS15Family.applicationIdentifiers[0]) == true, "\(families)")
        }
    }

    @Test func onlyTheChosenFamilyIsLookedFor() throws {
        let bench = try Bench()
        for (family, isFound) in [("piv", true), ("openpgp", false), ("gids", false), ("idprime", false)] {
            var hints = CardHints(atr: try ATR(parsing: bench.atr))
            hints.chosenFamily = family
            for purpose in [ApplicationSearch.Purpose.codes, .reading] {
                bench.forgetCommands()
                let found = try bench.withSession(ApplicationSearch(hints, for: purpose)) {
                    $0.application.family
                }
                #expect(found == (isFound ? family : nil))
            }
        }
    }
}
