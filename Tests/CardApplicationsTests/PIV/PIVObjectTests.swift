import CardApplications
import CardCore
import Testing
import VirtualCards
import X509

/// What is read of a PIV card, and by how many commands.
@Suite struct PIVObjectTests {
    private func certificates(
        _ bench: PIVFamilyBench,
        _ scope: CertificateScope = .pins
    ) throws -> [CardCertificate] {
        try bench.withSession(for: .reading) { try $0.readCertificates(scope) }
    }

    private func identity(_ bench: PIVFamilyBench) throws -> CardIdentity {
        try bench.withSession(for: .reading) { session in
            bench.forgetCommands()
            return try session.readIdentity()
        }
    }

    private func pins(_ bench: PIVFamilyBench) throws -> String {
        let pins = try bench.withSession(for: .reading) { try $0.readPINs(roles: true) }
        return pins.map { "\($0.id) \($0.role?.rawValue ?? "-") \($0.unblockedBy ?? "-")" }
            .joined(separator: ", ")
    }

    // MARK: Identification

    @Test func identificationOfAPIVCardTakesOneCommand() throws {
        let bench = try PIVFamilyBench()
        _ = try bench.identify()
        #expect(bench.headers == "CB3FFF")
        let key = try PIVFamilyBench(.pivYubiKey)
        _ = try key.identify()
        #expect(key.headers == "CB3FFF A40400")
        let likely = try [bench, key].map { PIVFamily.isLikely(atr: try ATR(parsing: $0.atr)) }
        #expect(likely == [true, true])
    }

    @Test(arguments: [
        ("3BF81300008131FE15597562696B657934D4", true),
        ("3BFC1300008131FE15597562696B65794E454F7233E1", true),
        ("3BFD1300008131FE158073C021C057597562694B657940", true),
        ("3B7F96000080318065B0850400111202F0829000", false),
        ("3B00", false), ("3B065049564B4559", true), ("3B8B800180F9A0000003080000100000", true),
    ])
    func theHistoricalBytesMakePIVLikely(atr: String, expected: Bool) throws {
        let atr = try ATR(parsing: try #require(Hex.bytes(of: atr)))
        #expect(PIVFamily.isLikely(atr: atr) == expected)
    }

    @Test func aCardWithoutPIVIsNotTakenForOne() throws {
        let bench = try PIVFamilyBench(fault: .unknownCard)
        #expect(try !bench.has(PIVFamily.self, .asking))
        #expect(try !bench.has(PIVFamily.self, .selecting))
        // A card that says 9000 to everything has no property template; a template with a warning is of no use.
        let template = bench.card.image.application.propertyTemplate.bytes
        for answer in [[0x90, 0x00], template + [0x62, 0x83]] {
            bench.habit = { $0[1] == 0xA4 ? answer : [0x90, 0x00] }
            #expect(try !bench.has(PIVFamily.self, .asking, hints: CardHints(atr: nil)))
            #expect(try !bench.has(PIVFamily.self, .selecting, hints: CardHints(atr: nil)))
        }
    }

    @Test func aCardWithoutDiscoveryObjectIsSelectedAndHasItsOwnPIN() throws {
        let bench = try PIVFamilyBench { $0.set("7E", nil) }
        #expect(try pins(bench) == "80 auth 81, 81 puk -")
        #expect(bench.headers == "CB3FFF A40400 CB3FFF")
        bench.forgetCommands()
        let outcome = try bench.run(.changePUK)
        #expect(outcome.error == nil && outcome.isLoggedOut)
        #expect(bench.headers == "CB3FFF A40400 CB3FFF A40400 240081 20FF80")
    }

    // MARK: Codes

    @Test func theDiscoveryObjectSaysWhichPINIsTheOne() throws {
        #expect(try pins(PIVFamilyBench()) == "80 auth 81, 81 puk -")
        #expect(
            try pins(PIVFamilyBench(edit: { try $0.allowGlobalPIN(isPreferred: false) }))
                == "80 auth 81, 00 - -, 81 puk -"
        )
        let global = try PIVFamilyBench { try $0.allowGlobalPIN(isPreferred: true) }
        #expect(try pins(global) == "00 auth -, 80 - 81, 81 puk -")
        #expect(try certificates(global).map(\.pin) == ["00", "00", "00", nil])
    }

    @Test func codesHaveTheShapeOfTheStandardAndOfTheYubiKey() throws {
        for (profile, lengths, encodings) in [
            (CardProfile.piv, [6...8, 8...8], [PINEncoding.asciiNumeric, .utf8]),
            (.pivYubiKey, [6...8, 6...8], [.utf8, .utf8]),
        ] {
            let bench = try PIVFamilyBench(profile)
            let pins = try bench.withSession { try $0.readPINs(roles: false) }
            // A PIN that is there may be shorter than the standard has a new one.
            #expect(pins.map(\.forNewCode.length) == lengths)
            #expect(pins.map(\.forNewCode.encoding) == encodings)
            #expect(pins.first?.length.lowerBound == (profile == .piv ? 4 : 6))
            #expect(pins.allSatisfy { $0.storedLength == 8 && $0.padByte == 0xFF && $0.changeIsAllowed })
            #expect(pins.map(\.verifyIsAllowed) == [true, false])
            #expect(pins.first?.unblocking.first?.evidence == .documented)
        }
    }

    @Test func theCounterOfThePUKIsUnknownElsewhere() throws {
        let bench = try PIVFamilyBench()
        let status = try bench.withSession { session in
            let puk = try session.policy("81")
            bench.forgetCommands()
            return try session.status(of: puk)
        }
        #expect(status == .unknown)
        #expect(bench.commands.isEmpty)
    }

    /// Firmware before 5.3 has no GET METADATA; those before 4 count in the low half of `63 0X` (go-piv/piv-go issue 60).
    @Test func olderYubiKeysReportCountersByVerify() throws {
        let older = try PIVFamilyBench(.pivYubiKey, tries: [.authentication: 2]) {
            $0.yubiKey?.version = HexBytes([5, 2, 7])
        }
        let statuses = try older.withSession { session in
            let (pin, puk) = (try session.policy("80"), try session.policy("81"))
            older.forgetCommands()
            return [try session.status(of: pin), try session.status(of: puk)]
        }
        #expect(statuses.map(\.remainingTries) == [2, nil] && statuses.last == .unknown)
        #expect(older.headers == "F70080 200080 F70081")

        let first = try PIVFamilyBench(.pivYubiKey, tries: [.authentication: 2]) { image in
            image.atr = HexBytes(
                try #require(Hex.bytes(of: "3BFC1300008131FE15597562696B65794E454F7233E1"))
            )
        }
        first.habit = { command in
            guard command[1] == 0x20 else { return nil }
            let answer = first.card.process(command)
            return answer.first == 0x63 ? [0x63, answer[1] & 0x0F] : answer
        }
        let outcome = try first.run(.verify, with: "111111")
        #expect(outcome.status.remainingTries == 2)
        #expect(outcome.error == .wrong(id: "80", remainingTries: 1))
        #expect(try first.run(.verify, with: "111111").error == .blocked(id: "80"))

        // Anywhere else 6301 is no counter.
        let other = try PIVFamilyBench()
        other.habit = { $0[1] == 0x20 && $0.count == 4 ? [0x63, 0x01] : nil }
        #expect(try other.status(of: "80") == .unknown)
    }

    @Test func blockedPINIsReportedAsBlocked() throws {
        for profile in [CardProfile.piv, .pivYubiKey] {
            let bench = try PIVFamilyBench(profile, tries: [.authentication: 0])
            #expect(try bench.status(of: "80") == PINStatus(remainingTries: 0))
        }
    }

    // MARK: Objects

    @Test func statusWithFourCertificatesTakesSevenCommands() throws {
        let bench = try PIVFamilyBench()
        try bench.withSession(for: .reading) { session in
            let pins = try session.readPINs(roles: true)
            _ = try session.readIdentity()
            #expect(try session.readCertificates(.pins).count == 4)
            for pin in pins { _ = try session.status(of: pin) }
        }
        #expect(bench.headers == "CB3FFF CB3FFF CB3FFF CB3FFF CB3FFF CB3FFF 200080")
    }

    @Test func certificatesComeFromTheirSlots() throws {
        let bench = try PIVFamilyBench()
        let found = try certificates(bench)
        #expect(found.map(\.id) == ["9A", "9C", "9D", "9E"])
        #expect(found.map(\.pin) == ["80", "80", "80", nil])
        let serials = found.map { $0.certificate.map { Hex.string(of: $0.serialNumber) } }
        #expect(
            serials == ["5EC0DE0000000001", "5EC0DE0000000002", "5EC0DE0000000003", "5EC0DE0000000001"]
        )
        let all = try certificates(PIVFamilyBench(), [.pins, .retired])
        #expect(all.map(\.id) == ["9A", "9C", "9D", "9E", "82", "83"])
        #expect(all.allSatisfy { $0.certificate != nil })
    }

    @Test func anEmptySlotHasNoCertificate() throws {
        let bench = try PIVFamilyBench {
            $0.set("5FC105", nil)
            $0.set("5FC10A", [0x53, 0x00])
            $0.set("5FC10B", [0x53, 0x05, 0x70, 0x00, 0x71, 0x01, 0x00])
        }
        #expect(try certificates(bench).map(\.id) == ["9E"])
    }

    @Test func retiredSlotsAreAskedForAsTheHistorySays() throws {
        for (history, ids) in [
            ([0x53, 0x06, 0xC1, 0x01, 0x01, 0xC2, 0x01, 0x00], ["82"]),
            ([0x53, 0x06, 0xC1, 0x01, 0x00, 0xC2, 0x01, 0x14], []),
        ] as [([UInt8], [String])] {
            let bench = try PIVFamilyBench { $0.set("5FC10C", history) }
            #expect(try certificates(bench, [.pins, .retired]).dropFirst(4).map(\.id) == ids)
        }
        let none = try PIVFamilyBench { $0.set("5FC10C", nil) }
        #expect(try certificates(none, [.pins, .retired]).count == 4)
        // Yubico's tools write no history.
        let key = try PIVFamilyBench(.pivYubiKey) { $0.set("5FC10C", nil) }
        #expect(try certificates(key, [.pins, .retired]).dropFirst(4).map(\.id) == ["82", "83"])
    }

    @Test func theCardIsCalledByItsGUIDOrByTheYubiKeysNumber() throws {
        let bench = try PIVFamilyBench()
        #expect(try identity(bench) == CardIdentity(serialNumber: "4B6F727476616B742050495600000001"))
        #expect(bench.commands.count == 1)
        let key = try PIVFamilyBench(.pivYubiKey)
        #expect(try identity(key) == CardIdentity(serialNumber: "12345678", product: "YubiKey 5.4.3"))
        #expect(key.headers == "FD0000 F80000")
        // A GUID of zeros is none; the FASC-N then has to do.
        let old = try PIVFamilyBench { image in
            let chuid = try image.content("5FC102")
            image.set("5FC102", Array(chuid[..<31]) + [UInt8](repeating: 0, count: 16) + Array(chuid[47...]))
        }
        #expect(try identity(old).serialNumber?.hasPrefix("D4E739DA") == true)
        let none = try PIVFamilyBench { $0.set("5FC102", nil) }
        #expect(try identity(none) == CardIdentity())
    }
}
