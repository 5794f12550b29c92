import CardApplications
import CardCore
import Testing
import VirtualCards

@Suite struct OpenPGPReadingTests {
    private func list(_ bench: OpenPGPFamilyBench) throws -> [PINStatus] {
        try bench.withSession { session in
            var statuses: [PINStatus] = []
            for policy in try session.readPINs(roles: true) {
                statuses.append(try session.status(of: policy))
            }
            return statuses
        } ?? []
    }

    @Test func theListOfCodesCostsOneCommandOnASelectedCardAndThreeElsewhere() throws {
        let bench = try OpenPGPFamilyBench(selected: true)
        bench.verify(0x83, "11111111")
        #expect(try list(bench).map(\.remainingTries) == [3, 3, 2])
        #expect(bench.sent() == ["00CA006E"])
        let other = try OpenPGPFamilyBench()
        #expect(try list(other).map(\.remainingTries) == [3, 3, 3])
        #expect(other.sent() == ["00CA006E", "00A40400", "00CA006E"])
    }

    @Test func readingPreservesWhatAnotherProgramVerified() throws {
        let bench = try OpenPGPFamilyBench(selected: true)
        for (mode, code) in [(0x81, "246810"), (0x82, "246810"), (0x83, "86421357")] as [(UInt8, String)] {
            bench.verify(mode, code)
        }
        _ = try bench.withSession { session in
            for policy in try session.readPINs(roles: true) { _ = try session.status(of: policy) }
            #expect(try session.readCertificates([.pins, .retired]).count == 1)
            #expect(try session.readIdentity().serialNumber != nil)
        }
        let (application, policies) = try bench.survey()
        for policy in policies { try bench.withReopened(application, toPresent: policy) { _ in } }
        #expect(bench.card.verified == [0x81, 0x82, 0x83])
    }

    @Test func theThreeCodesAreAsTheSpecificationSays() throws {
        let policies = try #require(
            try OpenPGPFamilyBench().withSession { try $0.readPINs(roles: true) }
        )
        #expect(policies.map(\.id) == ["PW1", "RC", "PW3"])
        #expect(policies.map(\.role) == [.auth, .resettingCode, .admin])
        #expect(policies.map(\.kind) == [.pin, .puk, .puk])
        #expect(policies.map(\.length) == [6...127, 8...127, 8...127])
        #expect(policies.map(\.encoding) == [.utf8, .utf8, .utf8])
        #expect(policies.allSatisfy { $0.padByte == nil && $0.isInitialized })
        #expect(policies.map(\.verifyIsAllowed) == [true, false, true])
        #expect(policies.map(\.changeIsAllowed) == [true, false, true])
        #expect(policies.map(\.unblockIsAllowed) == [true, false, false])
        #expect(
            policies[0].unblocking == [
                Unblocking(by: "RC", means: .codeAndNewPIN, evidence: .documented),
                Unblocking(by: "PW3", means: .verifyThenNewPIN, evidence: .documented),
            ]
        )
    }

    @Test func aResettingCodeWithoutTriesIsNotSetOrBlocked() throws {
        let bench = try OpenPGPFamilyBench { $0.passwords.resettingCode.isSetUp = false }
        let code = try bench.withSession { session in
            let policy = try session.readPINs(roles: false).named("RC")
            return (policy.isInitialized, try session.status(of: policy))
        }
        #expect(code?.0 == true && code?.1 == .blockedOrNeverSet)
    }

    @Test func serialNumberAndVersionComeFromTheIdentifierWithoutACommand() throws {
        let bench = try OpenPGPFamilyBench(selected: true)
        let identity = try bench.withSession { try $0.readIdentity() }
        #expect(identity == CardIdentity(serialNumber: "FF7E0BADC0DE", product: "OpenPGP card 3.4"))
        #expect(bench.commands.count == 1)
    }

    @Test func theCardholderCertificateIsThatOfTheAuthenticationKey() throws {
        let bench = try OpenPGPFamilyBench(selected: true)
        let der = bench.card.image.certificates[0].bytes
        let expected = CardCertificate(
            id: "7F21",
            label: "Cardholder certificate",
            pin: "PW1",
            der: der
        )
        func certificates() throws -> [CardCertificate]? {
            try bench.withSession { try $0.readCertificates(.pins) }
        }
        #expect(try certificates() == [expected])
        #expect(bench.sent() == ["00CA006E", "00CA7F21"])
        // As the YubiKey NEO sends it, with the tag of the template around it.
        let length = [UInt8(der.count >> 8), UInt8(der.count & 0xFF)]
        bench.habit = { $0[2] == 0x7F ? [0x7F, 0x21, 0x82] + length + der + [0x90, 0x00] : nil }
        #expect(try certificates() == [expected])
        for answer in [
            [0x90, 0x00], [0x6A, 0x88], [0x69, 0x82], [0x30, 0x90, 0x00],
            [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0x90, 0x00],
            [0x7F, 0x21, 0x00, 0x90, 0x00], [0x7F, 0x21, 0x80, 0x90, 0x00], [0x04, 0x01, 0x00, 0x90, 0x00],
        ] as [[UInt8]] {
            bench.habit = { $0[2] == 0x7F ? answer : nil }
            #expect(try certificates() == [], "\(answer)")
        }
    }

    @Test func onlyHistoricalBytesOfTheSpecificationsKindMakeTheFamilyLikely() throws {
        for (text, likely) in [
            ("3BDA18FF81B1FE751F030031F573C001600090001C", true),  // OpenPGP card V3
            ("3BDA11FF81B1FE551F0300318473800180009000E4", true),  // Gnuk
            ("3BFA1300FF813180450031C173C00100009000B1", true),  // OpenPGP card 1.1
            ("3B7F96000080318065B0850400111202F0829000", false),
            ("3B00", false),
        ] {
            let atr = try ATR(parsing: try #require(Hex.bytes(of: text)))
            #expect(OpenPGPFamily.isLikely(atr: atr) == likely, "\(text)")
        }
    }
}
