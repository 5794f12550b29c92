import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// Which cards are taken for an IDPrime, and in which form they get their codes.
@Suite struct IDPrimeATRTests {
    enum Form { case plain, padded, unknown }

    /// Every IDPrime and eToken of pcsc-tools' smartcard_list with an IDPrime application, and OpenSC's idprime table.
    static let rows: [(atr: String, form: Form)] = [
        // IDPrime MD 3810 and its contactless side.
        ("3B7F96000080318065B0842327E5120FFE829000", .unknown),
        ("3B8F800180318065B0842327E5120FFE8290007E", .unknown),
        ("3B7F96000080318065B084413DF6120FFE829000", .plain),
        // IDPrime 830, SafeNet eToken 5300.
        ("3B7F96000080318065B084565110120FFE829000", .plain),
        ("3BFF9600008131FE4380318065B0845651101201788290006A", .plain),
        // IDPrime 930 and 3930 with the profiles 0FFE and 0FFD; T=0, T=1, contactless A and B.
        ("3B7F96000080318065B0846160FB120FFE829000", .plain),
        ("3B7F96000080318065B0846160FB120FFD829000", .plain),
        ("3BFF9400008131FE4380318065B0846160FB120FFD8290000E", .plain),
        ("3BFF9600008131FE4380318065B0846160FB120FFD8290000C", .plain),
        ("3BFF9700008131FE4380318065B0846160FB120FFD8290000D", .plain),
        ("3B8F800180318065B0846160FB120FFD82900066", .plain),
        ("3B88800132F35E11338795 00A6", .plain),
        // IDPrime MD 840 and 3840.
        ("3B7F96000080318065B0850300EF1202C1829000", .padded),
        ("3B7F96000080318065B0850300EF120FFE829000", .padded),
        ("3B8F800180318065B0850300EF120FFE82900072", .padded),
        // IDPrime 940; 3940 FIDO.
        ("3B7F96000080318065B0855956FB120FFE829000", .padded),
        ("3BFF9600008131FE4380318065B0855956FB120FFC82900002", .padded),
        // A generation that is not described, on either platform.
        ("3B7F96000080318065B08477777712ABCD829000", .unknown),
        ("3B7F96000080318065B08577777712ABCD829000", .unknown),
    ]

    private func bench(
        _ atr: String,
        padded: Bool,
        edit: (inout FileSystemImage) throws -> Void = { _ in }
    ) throws -> ImageBench {
        try ImageBench(.idprime940) { (image: inout FileSystemImage) in
            image.atr = HexBytes(try #require(Hex.bytes(of: atr.filter { $0 != " " })))
            guard padded else {
                for index in image.pins.indices { image.pins[index].padding = nil }
                return try edit(&image)
            }
            try edit(&image)
        }
    }

    @Test(arguments: rows)
    func everyATROfTheListIsTaken(row: (atr: String, form: Form)) throws {
        let bytes = try #require(Hex.bytes(of: row.atr.filter { $0 != " " }))
        #expect(CardFamilies.likely(try ATR(parsing: bytes)).contains("idprime"))
        let bench = try bench(row.atr, padded: row.form == .padded)
        #expect(try bench.report().family == "idprime")
        #expect(bench.verify() == (row.form == .unknown ? "refused untestedForm 11" : "ok"))
    }

    /// Nor does a profile of another family keep a card with the application from being used (cards.md: `02F0` may be either).
    @Test(arguments: ["02F0", "0FFF", "2460"])
    func profileOfAnotherFamilyDecidesNothing(profile: String) throws {
        let atr = "3B7F96000080318065B0850300EF12\(profile)829000"
        let bytes = try #require(Hex.bytes(of: atr))
        #expect(!CardFamilies.likely(try ATR(parsing: bytes)).contains("idprime"))
        let bench = try bench(atr, padded: true)
        #expect(try bench.report().family == "idprime")
        #expect(bench.verify() == "ok")
    }

    @Test(arguments: Operation.allCases)
    func unknownFormSendsNothingUnasked(operation: Operation) throws {
        let bench = try bench("3B7F96000080318065B08477777712ABCD829000", padded: false)
        #expect(bench.run(operation) == "refused untestedForm 11")
        #expect(bench.dialog.requests.isEmpty)
        #expect(bench.reader.commandsWithSecret == 0)
    }

    /// The form of the generations that are known of the same platform: `84` as they are, `85` padded.
    @Test(arguments: [("84", false), ("85", true)], [Operation.verify, .change])
    func unknownFormIsThatOfThePlatform(
        row: (platform: String, isPadded: Bool),
        operation: Operation
    ) throws {
        let atr = "3B7F96000080318065B0\(row.platform)77777712ABCD829000"
        let bench = try bench(atr, padded: row.isPadded)
        #expect(bench.run(operation, TryBudget(untested: true)) == "ok")
        let asked = try self.bench(atr, padded: row.isPadded)
        asked.dialog.isInteractive = true
        asked.dialog.answers[.useUntestedCodeForm] = true
        #expect(asked.run(operation) == "ok")
        let declined = try self.bench(atr, padded: row.isPadded)
        declined.dialog.isInteractive = true
        #expect(declined.run(operation) == "cancelled")
        #expect(declined.reader.commandsWithSecret == 0)
    }

    @Test func unknownFormIsUnblockedOnlyWithTheOption() throws {
        let bench = try bench("3B7F96000080318065B08577777712ABCD829000", padded: true)
        let card = bench.card
        bench.dialog.respond = { Hex.string(of: card.response(to: $0) ?? []) }
        #expect(bench.unblock(.unnamed, TryBudget(untested: true)) == "ok")
    }

    @Test func rawCommandInUnknownFormSendsNothingUnasked() throws {
        let bench = try bench("3B7F96000080318065B08477777712ABCD829000", padded: false)
        let commands = try RawCommand.parse(["00200011{pin}"])
        let result = outcome { () throws(OperationError) in
            try PINOperations.send(
                commands,
                on: bench.connection,
                budget: TryBudget(),
                dialog: &bench.dialog
            ) { _ in }
        }
        #expect(result == "refused untestedForm 11")
        #expect(bench.reader.commandsWithSecret == 0)
    }

    // MARK: Files and counters

    /// eToken 5110+ and 5300 do not let everybody read the key references.
    @Test func unreadableKeyReferencesAreLeftOut() throws {
        let bench = try bench("3B7F96000080318065B0855956FB120FFC829000", padded: true)
        let card = bench.card
        var isSelected = false
        bench.wire.answerInstead = { command in
            if command[1] == Instruction.select { isSelected = command.suffix(2) == [0x00, 0x05] }
            guard command[1] == Instruction.readBinary, isSelected else { return card.process(command) }
            return [0x69, 0x82]
        }
        let report = try bench.report()
        #expect(report.pins.map(\.policy.id) == ["11", "12"])
        #expect(report.certificates.contains { $0.pin == "11" && !$0.der.isEmpty })
        #expect(bench.verify() == "ok")
    }

    /// IDPrime 840, reference 83 (OpenSC issue 2202): no tries, and never set.
    @Test func signaturePINWithoutTriesIsBlockedOrNeverSet() throws {
        let bench = try bench("3B7F96000080318065B0855956FB120FFE829000", padded: true)
        bench.answer("0020008300", "63C0")
        bench.answer("00200083", "63C0")
        let pin = try #require(try bench.report([]).pins.first { $0.policy.role == .sign })
        #expect(pin.status == .blockedOrNeverSet)
        #expect(bench.verify(.role(.sign)) == "refused blockedOrNeverSet 83")
        #expect(bench.dialog.requests.isEmpty)
    }

    @Test(arguments: [CardProfile.idprime940, .gids])
    func terminatedApplicationIsSaid(profile: CardProfile) throws {
        let bench = try AnyCardBench(profile)
        bench.wire.answerInstead = { $0[1] == Instruction.select ? [0x62, 0x85] : [0x6D, 0x00] }
        #expect(bench.outcome(.verify) == "card terminated")
        #expect(bench.dialog.requests.isEmpty)
    }

    /// Cards fill their label up with spaces.
    @Test func labelIsTrimmed() throws {
        let padded = Array("  Kortet  ".utf8)
        let bench = try bench("3B7F96000080318065B0855956FB120FFE829000", padded: true) { image in
            try image.edit([0x3F, 0x00, 0xA0, 0x01, 0x03, 0x01]) { bytes in
                bytes.replaceSubrange(1..<(2 + padded.count), with: [UInt8(padded.count)] + padded)
                for index in (2 + padded.count)..<bytes.count { bytes[index] = 0 }
            }
        }
        #expect(try bench.report([.identity]).identity.label == "Kortet")
    }
}
