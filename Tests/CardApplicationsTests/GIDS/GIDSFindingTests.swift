import CardApplications
import CardCore
import CardTesting
import Testing
import VirtualCards

@Suite struct GIDSFindingTests {
    @Test func whatIsSelectedIsFoundByOneQuestion() throws {
        let bench = try GIDSFamilyBench()
        let family = try bench.withSession { $0.application.family }
        #expect(family == "gids")
        #expect(bench.headers == ["00CBA000"])
    }

    @Test func afterAResetItIsSelectedByItsName() throws {
        let bench = try GIDSFamilyBench(selected: false)
        let pins = try bench.withSession { session in
            try session.readPINs(roles: true)
        }
        #expect(pins.count == 2)
        #expect(bench.headers == ["00CBA000", "00A40400", "00CB3FFF", "00CB3FFF"])
    }

    @Test func anATRWithTheNameMakesTheFamilyLikely() throws {
        // Ours, and that of Microsoft's virtual smart card.
        for text in ["3B8D0180FBA000000397425446590201C9", "3B8D0180FBA000000397425446590301C8"] {
            #expect(GIDSFamily.isLikely(atr: try ATR(parsing: try #require(Hex.bytes(of: text)))))
        }
        #expect(!GIDSFamily.isLikely(atr: try ATR(parsing: [0x3B, 0x80, 0x80, 0x01, 0x01])))
        let piv = try ATR(parsing: try #require(Hex.bytes(of: "3B8A0180F9A00000030800001000" + "00")))
        #expect(!GIDSFamily.isLikely(atr: piv))
    }

    /// Everything that can be read without a code, in several transactions.
    @Test func readingPreservesThePINThatAnotherProgramVerified() throws {
        let bench = try GIDSFamilyBench()
        #expect(bench.send("00200080063234363831" + "30") == "9000")
        let (application, policies) = try bench.withSession { session in
            let policies = try session.readPINs(roles: true)
            for policy in policies { _ = try session.status(of: policy) }
            _ = try session.readIdentity()
            _ = try session.readCertificates([.pins, .retired])
            return (session.application, policies)
        }
        for policy in policies {
            try bench.withReopened(application, toPresent: policy) { _ = try $0.status(of: policy) }
        }
        #expect(try bench.withChallenge(of: application) { _ in true } == true)
        #expect(bench.isUserVerified)
        #expect(!bench.headers.contains { $0.hasPrefix("0020") || $0.hasPrefix("00A4") })
    }

    @Test(arguments: CardProfile.allCases.filter { $0 != .gids })
    func noOtherCardIsTakenForOneOrChangedByTheQuestion(profile: CardProfile) throws {
        let image = try profile.imageType.load(
            from: GIDSFamilyBench.fixtures + "/cards/\(profile.rawValue).json"
        )
        let card = image.makeCard(state: CardState(fresh: image), fault: nil)
        let before = card.state
        card.reset()
        #expect(try !card.has(GIDSFamily.self, .asking))
        #expect(try !card.has(GIDSFamily.self, .selecting))
        #expect(card.state == before)
    }

    @Test func theQuestionLeavesAVerifiedPINOfAnotherFamilyAlone() throws {
        let image = try FileSystemImage.load(from: GIDSFamilyBench.fixtures + "/cards/siths-t1.json")
        let card = FileSystemCard(image: image)
        for command in ["00A4040C0CA000000063504B43532D3135", "00200081063234363831" + "30"] {
            #expect(Hex.string(of: card.process(Hex.bytes(of: command) ?? [])) == "9000")
        }
        let recorder = CommandRecorder(card)
        #expect(try !recorder.has(GIDSFamily.self, .asking))
        #expect(card.verified == [0x81])
        #expect(recorder.commands.count == 1)
    }

    @Test(arguments: [
        "9000", "6F009000", "61044F02A0009000", "DF1F9000", "DF1F00" + "9000", "DF1F0102" + "9000",
        "DF2001019000", "DF1F8201FF019000",
    ])
    func aCardThatAnswersEverythingAlikeIsNotOne(answer: String) throws {
        let bench = try GIDSFamilyBench(selected: false)
        let bytes = try #require(Hex.bytes(of: answer))
        bench.habit = { _ in bytes }
        #expect(try !bench.has(GIDSFamily.self, .asking))
        #expect(try !bench.has(GIDSFamily.self, .selecting))
        #expect(bench.commands.count == 3)
    }

    @Test func aCardThatSaysNoNameIsBelievedByItsFileSystem() throws {
        let bench = try GIDSFamilyBench(selected: false)
        bench.habit = { [card = bench.card] command in
            guard command[1] == 0xA4 else { return nil }
            _ = card.process(command)
            return [0x90, 0x00]
        }
        let family = try bench.withSession { $0.application.family }
        #expect(family == "gids")
    }

    @Test func endlessAnswerIsNotAnApplication() throws {
        let bench = try GIDSFamilyBench(selected: false)
        bench.habit = { _ in [UInt8](repeating: 0xDF, count: 256) + [0x61, 0x00] }
        #expect(try !bench.has(GIDSFamily.self, .asking))
        #expect(bench.commands.count < 70)
    }
}
