import CardApplications
import CardCore
import Testing
import VirtualCards

/// What happens before a code goes out and after it.
@Suite struct OpenPGPCareTests {
    private typealias Bench = OpenPGPFamilyBench

    /// Presents PW1, as an operation does.
    private func verify(_ bench: Bench) throws {
        try bench.presenting("PW1") { session, policies in
            try session.verify(policies.named("PW1"), secret("246810"))
        }
    }

    @Test(arguments: [
        "81010382010883010203040506078401", "810103", "8101", "F903810103", "82010881010300", "00",
        "81020000", "30",
        "F90281",
    ])
    func aCardThatWantsDerivedCodesGetsNone(kdf: String) throws {
        let bytes = try #require(Hex.bytes(of: kdf))
        let bench = try Bench { $0.dataObjects["00F9"] = HexBytes(bytes) }
        #expect(throws: PINError.card(.derivedCodes)) { try verify(bench) }
        _ = try bench.withSession { session in
            #expect(throws: CardError.derivedCodes) { try session.checkCodesArePlain() }
        }
        #expect(bench.tries == [3, 3, 3])
        #expect(!bench.sent().contains { $0.hasPrefix("0020") })
    }

    @Test(arguments: ["", "810100", "F903810100", "F900", "8101008201088301"])
    func aCardWithoutDerivationIsPresentedPlainCodes(kdf: String) throws {
        let bytes = try #require(Hex.bytes(of: kdf))
        try verify(Bench { $0.dataObjects["00F9"] = HexBytes(bytes) })
    }

    @Test func anAnswerAboutDerivationThatSaysNeitherStopsToo() throws {
        let bench = try Bench { $0.dataObjects["00F9"] = nil }
        try verify(bench)
        for (status, stops) in [
            (0x6A82, false), (0x6A88, false), (0x6982, true), (0x6F00, true), (0x6285, true),
        ] as [(UInt16, Bool)] {
            bench.habit = {
                $0[1] == 0xCA && $0[3] == 0xF9 ? [UInt8(status >> 8), UInt8(status & 0xFF)] : nil
            }
            let error = CardError.unexpected(StatusWord(rawValue: status), instruction: 0xCA)
            guard stops else {
                try verify(bench)
                continue
            }
            #expect(throws: PINError.card(error)) { try verify(bench) }
            #expect(!bench.sent().contains { $0.hasPrefix("0020") })
        }
    }

    @Test func aCardThatKnowsNoDerivationIsNotAsked() throws {
        let bench = try Bench {
            // First octet of C0 without its last bit.
            var objects = $0.discretionaryObjects.bytes
            objects[2] &= 0xFE
            $0.discretionaryObjects = HexBytes(objects)
            $0.dataObjects["00F9"] = nil
        }
        try verify(bench)
        #expect(!bench.commands.contains { $0.starts(with: [0x00, 0xCA, 0x00, 0xF9]) })
    }

    @Test func applicationIsSelectedAgainAfterAReset() throws {
        let bench = try Bench()
        let (application, policies) = try bench.survey()
        bench.card.reset()
        _ = bench.sent()
        try bench.withReopened(application, toPresent: policies.named("PW1")) { _ in }
        #expect(bench.sent() == ["00CA006E", "00A40400", "00CA006E"])
    }

    @Test func anotherCardInItsPlaceGetsNoCode() throws {
        for octet in [6, 8, 13] {
            let bench = try Bench()
            let (application, policies) = try bench.survey()
            bench.habit = { command in
                guard command[1] == 0xCA else { return nil }
                var answer = bench.card.process(command)
                // The AID stands behind the tags and lengths of 6E and 4F.
                answer[5 + octet] ^= 0x01
                return answer
            }
            let policy = try policies.named("PW1")
            #expect(throws: CardError.notRecognised) {
                try bench.withReopened(application, toPresent: policy) {
                    try $0.verify(policy, secret("246810"))
                }
            }
            #expect(!bench.sent().contains { $0.hasPrefix("0020") })
        }
    }

    @Test(
        arguments: [
            ([3, 4, 0xFF, 0x7E], nil, true), ([3, 1, 0xFF, 0x7E], nil, true),
            ([3, 0, 0xFF, 0x7E], nil, false),
            ([2, 0, 0x00, 0x06], "0503", false), ([3, 4, 0x00, 0x06], "050403", false),
            ([3, 4, 0x00, 0x06], "050600", true), ([3, 4, 0x00, 0x06], "", false),
            ([3, 4, 0x00, 0x06], "0506", false),
        ] as [([UInt8], String?, Bool)]
    )
    func onlyWhereTheCardIsKnownToLogOutIsItAskedTo(version: [UInt8], key: String?, certain: Bool) throws {
        let bench = try Bench {
            $0.aid = HexBytes(Array(Bench.aid.prefix(6)) + version + Bench.aid.dropFirst(10))
        }
        bench.habit = { command in
            command[1] == 0xF1
                ? (Hex.bytes(of: key ?? "") ?? []) + (key == "" ? [0x6D, 0x00] : [0x90, 0x00]) : nil
        }
        try bench.presenting("PW1") { session, policies in
            try session.verify(policies.named("PW1"), secret("246810"))
            #expect(try session.logOut() == certain)
        }
        #expect(bench.sent().contains("0020FF82") == certain)
        #expect(bench.card.verified.isEmpty == certain)
    }

    @Test func aCardThatRefusesToForgetIsSaidToRemember() throws {
        let bench = try Bench { $0.behaviour.logout = false }
        try bench.presenting("PW3") { session, policies in
            try session.verify(policies.named("PW3"), secret("86421357"))
            #expect(try !session.logOut())
        }
    }

    /// Commands that `kortvakt pin send` puts together.
    @Test func logOutCoversCodesPresentedInEncodedCommands() throws {
        let bench = try Bench()
        let isLoggedOut = try bench.presenting("PW1") { session, policies in
            for (mode, id, code) in [(0x81, "PW1", "246810"), (0x83, "PW3", "86421357")]
                as [(UInt8, String, String)]
            {
                let reference = PINReference(rawValue: mode)
                let command = try PresentedCommand(
                    Instruction.verify,
                    reference: reference,
                    judged: policies.named(id)
                )
                _ = try session.present(command, encoded: secret(code))
            }
            #expect(bench.card.verified == [0x81, 0x83])
            return try session.logOut()
        }
        #expect(isLoggedOut)
        #expect(bench.sent().suffix(2) == ["0020FF81", "0020FF83"])
        #expect(bench.card.verified.isEmpty)
    }
}
