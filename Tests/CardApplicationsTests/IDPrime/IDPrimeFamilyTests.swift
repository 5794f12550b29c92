import CardApplications
import CardCore
import Testing
import VirtualCards

/// How an IDPrime card is found, and what it says of its codes.
@Suite struct IDPrimeFamilyTests {
    @Test func theApplicationIsSelectedOnceItIsNotCurrent() throws {
        let bench = try IDPrimeFamilyBench.make()
        let family = try bench.withSession { $0.application.family }
        #expect(family == "idprime")
        #expect(
            IDPrimeFamilyBench.headers(bench.commands) == ["00A4080C", "00A4040C", "00A4080C", "00B00000"]
        )
    }

    @Test func readingPreservesTheLoginOfAnotherProgram() throws {
        let bench = try IDPrimeFamilyBench.make()
        _ = bench.process(try IDPrimeFamilyBench.bytes(IDPrimeFamilyBench.select))
        _ = bench.process(try IDPrimeFamilyBench.bytes("0020001110" + "32343638313000000000000000000000"))
        let before = bench.commands.count
        let search = ApplicationSearch(bench.hints, for: .reading)
        let tries = try bench.withSession(search) { session in
            var tries: [Int?] = []
            for pin in try session.readPINs(roles: true) {
                tries.append(try session.status(of: pin).remainingTries)
            }
            return tries
        }
        #expect(bench.card.verified == [0x11])
        #expect(tries == [3, 3, nil])
        // Nothing was selected by name, and a verified code is asked for by GET DATA.
        let sent = bench.commands.dropFirst(before)
        #expect(!sent.contains { $0[1] == Instruction.select && $0[2] == 0x04 })
        #expect(sent.count == 2 + 3 + 3 + 1)
    }

    @Test(arguments: [
        "3B7F96000080318065B0850400111202F0829000", "3B7D96000080318065B0A31101F383009000", "3B00",
    ])
    func withoutTheATROfTheFamilyNoFileIsLookedAt(atr: String) throws {
        let bench = try IDPrimeFamilyBench.make { $0.atr = HexBytes(try IDPrimeFamilyBench.bytes(atr)) }
        bench.families = ["idprime"]
        #expect(try bench.withSession { $0.application.family } == "idprime")
        #expect(IDPrimeFamilyBench.headers(bench.commands).first == "00A4040C")
    }

    @Test func anApplicationOfAnotherKindWithTheSameFileIsNotTaken() throws {
        for content in ["", "00", "02", "0102110010", String(repeating: "01", count: 64)] {
            let bench = try IDPrimeFamilyBench.make { image in
                image.applications[0].aid = HexBytes([0xA0, 0, 0, 0, 1])
                image.applications[0].isRoot = nil
                image.applications[0].path = HexBytes([0x3F, 0x00])
                for index in image.files.indices {
                    image.files[index].path = HexBytes(
                        [0x3F, 0x00] + image.files[index].path.bytes.dropFirst(4)
                    )
                }
                try image.setIDPrimeFile([0x01, 0x01], try IDPrimeFamilyBench.bytes(content))
            }
            #expect(try bench.withSession { _ in true } == nil, "\(content)")
        }
    }

    @Test func aCardWithoutIndexIsNotOne() throws {
        let bench = try IDPrimeFamilyBench.make { try $0.setIDPrimeFile([0x01, 0x01], nil) }
        #expect(try bench.withSession { _ in true } == nil)
    }

    @Test func theListOfPINsCostsNineCommands() throws {
        let bench = try IDPrimeFamilyBench.make()
        let pins = try #require(
            try bench.withSession { session in
                let pins = try session.readPINs(roles: false)
                for pin in pins { _ = try session.status(of: pin) }
                _ = try session.readPINs(roles: true)
                return pins
            }
        )
        #expect(pins.map(\.id) == ["11", "83", "12"])
        #expect(pins.map(\.role) == [.auth, .sign, .admin])
        #expect(pins.map(\.kind) == [.pin, .pin, .key])
        #expect(pins.map(\.padByte) == [0x00, 0x00, nil])
        #expect(pins[0].allowedLength == 4...16 && pins[0].encoding == .utf8)
        #expect(bench.commands.count == 9)
        #expect(
            bench.commands.filter { $0[1] == Instruction.verify } == [
                [0, 0x20, 0, 0x11], [0, 0x20, 0, 0x83],
            ]
        )
    }

    @Test func aTokenIsAskedByGetDataAndReadAtOnce() throws {
        let bench = try IDPrimeFamilyBench.token()
        let status = try bench.withSession { session in
            let pins = try session.readPINs(roles: false)
            return try pins.map { pin in try session.status(of: pin) }
        }
        #expect(status == [PINStatus(remainingTries: 3), PINStatus(remainingTries: 3), .unknown])
        #expect(bench.commands.count == 8)
        #expect(!bench.commands.contains { $0[1] == Instruction.verify })
    }

    @Test func onlyTheUsersPINIsUnblockedByTheKeyAndThatIsNotCertain() throws {
        let pins = try #require(try IDPrimeFamilyBench.make().pins())
        let response = Unblocking.Means.response(challengeLength: 8, responseLength: 8)
        #expect(pins[0].unblocking == [Unblocking(by: "12", means: response, evidence: .unknown)])
        #expect(pins[1].unblocking.isEmpty)
    }

    /// Pre-issuing data and profile; `nil` for a generation that is not described.
    @Test(arguments: [
        ("84413DF6120FFE", false), ("845651" + "10120FFE", false), ("846160FB120FFE", false),
        ("846566FB120178", false), ("850300EF120FFE", true), ("855956FB120FFE", true),
        ("855956FB120178", true), ("85050039120FFE", true), ("85AAAAAA120FFE", nil), ("850300EF1202F0", true),
    ])
    func codesArePaddedAsTheGenerationWantsIt(profile: String, isPadded: Bool?) throws {
        let bench = try IDPrimeFamilyBench.make {
            $0.atr = HexBytes(try IDPrimeFamilyBench.bytes("3B7F96000080318065B0\(profile)829000"))
        }
        bench.families = ["idprime"]
        let pin = try #require(try bench.pins()?.first)
        #expect((pin.formEvidence == .unknown) == (isPadded == nil))
        if let isPadded { #expect((pin.padByte == 0x00) == isPadded) }
    }

    /// Whether another program is logged in is asked of the PINs that the card has alone.
    @Test(arguments: [(key: UInt8(1), isAsked: false), (key: 3, isAsked: true)])
    func theQuestionForALoginIsOnlyOfPINsThatAKeyNames(row: (key: UInt8, isAsked: Bool)) throws {
        let bench = try IDPrimeFamilyBench.make { image in
            try image.setIDPrimeFile([0x00, 0x05], [row.key, 0x56, 0, 0, 0, 0, 0, 0])
        }
        bench.families = []
        _ = bench.process(try IDPrimeFamilyBench.bytes(IDPrimeFamilyBench.select))
        _ = try bench.withSession(ApplicationSearch(bench.hints, for: .reading)) { $0.application.family }
        let asked = bench.commands.filter { $0[1] == Instruction.verify }.map { $0[3] }
        #expect(asked == (row.isAsked ? [0x11, 0x83] : [0x11]))
    }

    @Test func theSignaturePINIsThereOnlyWhereAKeyNamesIt() throws {
        for (references, ids) in [
            ([1, 0x56, 0] as [UInt8], ["11", "12"]), ([0, 0x56, 0], ["11", "12"]),
            ([3, 0x56, 0], ["11", "83", "12"]),
            ([0xFF, 0x56, 0xFF], ["11", "83", "12"]), ([], ["11", "12"]), ([3, 0x56], ["11", "12"]),
        ] {
            let bench = try IDPrimeFamilyBench.make { image in
                let entry = references.count == 3 ? references + [0, 0, 0, 0, 0] : references
                try image.setIDPrimeFile([0x00, 0x05], entry)
            }
            #expect(try bench.pins()?.map(\.id) == ids)
            #expect(!bench.commands.contains { $0.last == 0x83 })
        }
        let without = try IDPrimeFamilyBench.make { try $0.setIDPrimeFile([0x00, 0x05], nil) }
        #expect(try without.pins()?.map(\.id) == ["11", "12"])
    }
}
