import CardApplications
import CardCore
import Testing
import VirtualCards

/// What is taken for known of a card goes by what it is, and by no more than that.
@Suite struct RowTests {
    /// ATRs of the pcsc-tools list, with the profile in tag 1.
    @Test(arguments: [
        ("3B7F96000080318065B0850400111202F0829000", Evidence.documented, true),
        ("3B7F96000080318065B085030012120FFE829000", .unknown, true),
        ("3B7F96000080318065B085030012120FFF829000", .unknown, false),
        ("3B7D96000080318065B0A31100C883009000", .unknown, false),
    ])
    func theProfileInTheATRDecides(atr: String, evidence: Evidence, tellsTries: Bool) throws {
        let bytes = try #require(Hex.bytes(of: atr))
        let bench = try FamilyBench { $0.atr.bytes = bytes }
        let status = try bench.withSession { session in
            let pins = try session.readPINs(roles: false)
            let status = try session.status(of: try #require(pins.first))
            return (pins.first?.unblocking.first?.evidence, status)
        }
        let found = try #require(status)
        #expect(found.0 == evidence)
        #expect((found.1.remainingTries == 3) == tellsTries)
        let questions = bench.commands.filter { $0[1] == Instruction.verify }
        #expect(questions.isEmpty)
    }

    @Test(arguments: [
        (CardProfile.fineid, Unblocking.Means.codeAndNewPIN), (.fineidHealth, .verifyThenNewPIN),
    ])
    func fineidCardsHaveFiveTriesAndAFormEach(profile: CardProfile, means: Unblocking.Means) throws {
        let pins = try #require(try FamilyBench(profile).pins())
        #expect(pins.map(\.maximumTries) == [5, 5, nil])
        let expected = Unblocking(by: "03", means: means, evidence: .documented)
        #expect(pins.map(\.unblocking) == [[expected], [expected], []])
    }
}
