import CardApplications
import CardCore
import Testing
import VirtualCards
import X509

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
            #expect(try session.readCertificates([.pins, .retired]).count == 2)
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

    private func certificates(_ bench: OpenPGPFamilyBench) throws -> [CardCertificate]? {
        try bench.withSession { try $0.readCertificates(.pins) }
    }

    @Test func eachKeysCertificateIsRead() throws {
        let bench = try OpenPGPFamilyBench(selected: true)
        let der = bench.card.image.certificates
        let expected = [
            CardCertificate(
                id: "7F21",
                label: "Cardholder certificate",
                pin: "PW1",
                keyUse: .login,
                der: der[0].bytes
            ),
            CardCertificate(
                id: "7F21-2",
                label: "Cardholder certificate (signature)",
                pin: "PW1",
                keyUse: .signature,
                der: der[2].bytes
            ),
        ]
        #expect(try certificates(bench) == expected)
        #expect(
            bench.sent() == [
                "00CA006E", "00A50104", "00CA7F21", "00A50204", "00CA7F21", "00A50004", "00CA7F21",
            ]
        )
        for certificate in expected {
            let one = try bench.withSession { try $0.readCertificate(.id(certificate.id), .pins) }
            #expect(one == certificate)
        }
        #expect(
            bench.sent() == [
                "00CA006E", "00A50004", "00CA7F21", "00CA006E", "00A50204", "00CA7F21", "00A50004",
            ]
        )
        #expect(bench.card.certificateOccurrence == 0)
        #expect(try bench.withSession { try $0.readCertificate(.id("7F21-1"), []) } == .some(nil))
        #expect(try bench.withSession { try $0.readCertificate(.id("7F21-3"), []) } == .some(nil))
    }

    /// After SELECT the first certificate is the current one; where another program has selected, it may be another.
    @Test func loginTakesTheFirstCertificateAlone() throws {
        let bench = try OpenPGPFamilyBench()
        func login() throws -> [String]? {
            try bench.withSession { session in
                let one = try session.readCertificate(.login, .pins)
                return try [one].compactMap { $0?.id } + session.readLoginCertificates().map(\.id)
            }
        }
        #expect(try login() == ["7F21", "7F21"])
        #expect(bench.sent() == ["00CA006E", "00A40400", "00CA006E", "00CA7F21", "00CA7F21"])
        // As OpenSC leaves it.
        _ = bench.card.process([0x00, 0xA5, 0x02, 0x04, 0x06, 0x60, 0x04, 0x5C, 0x02, 0x7F, 0x21])
        #expect(bench.card.certificateOccurrence == 2)
        #expect(try login() == ["7F21", "7F21"])
        #expect(bench.sent() == ["00CA006E", "00A50004", "00CA7F21", "00CA7F21"])
        _ = bench.card.process([0x00, 0xA5, 0x02, 0x04, 0x06, 0x60, 0x04, 0x5C, 0x02, 0x7F, 0x21])
        let read = try bench.withSession { try $0.readCertificate(.id("7F21"), []) }
        #expect(read??.der == bench.card.image.certificates[0].bytes)
    }

    /// Version 2 has one; what refuses SELECT DATA has the one that is current.
    @Test func cardWithoutOccurrencesHasOneCertificate() throws {
        let old = try OpenPGPFamilyBench(selected: true) { image in
            image.aid = HexBytes(image.aid.bytes.prefix(6) + [0x02, 0x01] + image.aid.bytes.dropFirst(8))
        }
        #expect(try certificates(old)?.map(\.id) == ["7F21"])
        #expect(old.sent() == ["00CA006E", "00CA7F21"])
        for status in [[0x6D, 0x00], [0x6A, 0x80], [0x69, 0x85]] as [[UInt8]] {
            let bench = try OpenPGPFamilyBench(selected: true)
            bench.habit = { $0[1] == Instruction.selectData ? status : nil }
            #expect(try certificates(bench)?.map(\.id) == ["7F21"])
            #expect(bench.sent() == ["00CA006E", "00A50104", "00CA7F21"])
        }
    }

    /// Before firmware 5.4.4 (ykman): the length of the data stands in front of it once more.
    @Test func yubiKeyIsAskedInItsOwnForm() throws {
        let bench = try OpenPGPFamilyBench(selected: true) { image in
            image.aid = HexBytes(image.aid.bytes.prefix(8) + [0x00, 0x06] + image.aid.bytes.dropFirst(10))
        }
        let card = bench.card
        bench.habit = { command in
            guard command[1] == Instruction.selectData else { return nil }
            guard command[4] == 7, command[5] == 6 else { return [0x6A, 0x80] }
            return card.process(Array(command[..<4]) + [6] + Array(command[6..<12]))
        }
        #expect(try certificates(bench)?.map(\.id) == ["7F21", "7F21-2"])
        #expect(bench.card.certificateOccurrence == 0)
    }

    /// Another certificate must not pass for the authentication key's.
    @Test func firstCertificateThatIsNotSelectedAgainIsAnError() throws {
        let bench = try OpenPGPFamilyBench(selected: true)
        bench.habit = { $0.starts(with: [0x00, 0xA5, 0x00]) ? [0x6A, 0x88] : nil }
        #expect(throws: CardError.unexpected(.referencedDataNotFound, instruction: 0xA5)) {
            try certificates(bench)
        }
    }

    @Test func answersOfOtherShapesAreTakenOrLeftOut() throws {
        let bench = try OpenPGPFamilyBench(selected: true)
        let der = bench.card.image.certificates[0].bytes
        // As the YubiKey NEO sends it, with the tag of the template around it.
        let length = [UInt8(der.count >> 8), UInt8(der.count & 0xFF)]
        bench.habit = { $0[2] == 0x7F ? [0x7F, 0x21, 0x82] + length + der + [0x90, 0x00] : nil }
        #expect(try certificates(bench)?.first?.der == der)
        for answer in [
            [0x90, 0x00], [0x6A, 0x88], [0x69, 0x82], [0x30, 0x90, 0x00],
            [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0x90, 0x00],
            [0x7F, 0x21, 0x00, 0x90, 0x00], [0x7F, 0x21, 0x80, 0x90, 0x00], [0x04, 0x01, 0x00, 0x90, 0x00],
        ] as [[UInt8]] {
            bench.habit = { $0[2] == 0x7F ? answer : nil }
            #expect(try certificates(bench) == [], "\(answer)")
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
