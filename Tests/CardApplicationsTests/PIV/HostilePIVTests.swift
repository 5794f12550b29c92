import CardApplications
import CardCore
import Testing
import VirtualCards

/// Cards that lie (T6 of the list of hostile input): an error or nothing, never a trap, no try spent, memory bounded.
@Suite struct HostilePIVTests {
    private static let tags = [
        "7E", "5FC102", "5FC105", "5FC10A", "5FC10B", "5FC101", "5FC10C", "5FC10D", "5FC10E",
    ]

    /// Everything that is read of a card; `false` where it is not taken for one of PIV.
    @discardableResult
    private func readAll(_ bench: PIVFamilyBench) throws -> [CardCertificate]? {
        do {
            return try bench.withSession { session in
                let pins = try session.readPINs(roles: true)
                #expect(pins.count >= 2)
                _ = try session.readIdentity()
                let found = try session.readCertificates([.pins, .retired])
                #expect(found.count <= 24)
                // One that cannot be read is empty.
                #expect(found.allSatisfy { (0...16_384).contains($0.der.count) })
                for pin in pins { _ = try session.status(of: pin) }
                #expect(bench.tries("80") == 3)
                return found
            }
        } catch is PIVFamilyBench.NotIdentified {
            return nil
        }
    }

    @Test(arguments: tags)
    func anObjectCutAtAnyByteIsNoObject(tag: String) throws {
        let image = try Self.image(with: tag)
        let whole = try image.content(tag)
        for length in 0..<whole.count {
            let bench = try PIVFamilyBench { target in
                target = image
                target.set(tag, Array(whole[..<length]))
            }
            let found = try #require(try readAll(bench))
            #expect(found.allSatisfy { $0.der.isEmpty }, "\(length)")
        }
        #expect(try readAll(PIVFamilyBench { $0 = image })?.count == (whole.count > 500 ? 1 : 0))
    }

    @Test(arguments: tags)
    func anObjectWithAnyByteTurnedIsSurvived(tag: String) throws {
        let image = try Self.image(with: tag)
        let whole = try image.content(tag)
        for position in whole.indices.prefix(64) {
            for value in [0x00, 0x7F, 0x80, 0x81, 0x84, 0x85, 0xFF, whole[position] ^ 0x01] as [UInt8] {
                var content = whole
                content[position] = value
                try readAll(
                    PIVFamilyBench { target in
                        target = image
                        target.set(tag, content)
                    }
                )
            }
        }
    }

    /// T6: 20,000 zeros in 54 octets, and a certificate that says it is packed and is not.
    @Test func aPackedCertificateIsUnpackedWithinLimits() throws {
        let bomb = try #require(
            Hex.bytes(
                of:
                    "1F8B0800000000000203EDC13101000000C2A0F54F6D0D0FA000000000000000000000000000000000000000000000000000"
                    + "000000000000000000000000000000000000000000000000783002532F97204E0000"
            )
        )
        for content in [
            bomb, [0x1F, 0x8B], [0x30, 0x03, 0x02, 0x01, 0x00], [UInt8](repeating: 0, count: 120),
        ] {
            let object = [0x70, UInt8(content.count)] + content + [0x71, 0x01, 0x01, 0xFE, 0x00]
            let bench = try PIVFamilyBench { $0.set("5FC105", [0x53, 0x81, UInt8(object.count)] + object) }
            let found = try #require(try readAll(bench))
            #expect(found.filter { !$0.der.isEmpty }.map(\.id) == ["9C", "9D", "9E", "82", "83"])
            #expect(found.filter { $0.der.isEmpty }.map(\.id) == ["9A"])
        }
    }

    /// CVE-2026-40510: an address of certificates kept elsewhere with more than 118 octets.
    @Test(arguments: [0, 118, 119, 127, 255, 400])
    func theAddressInTheHistoryIsBounded(length: Int) throws {
        let address = Array("http://".utf8) + [UInt8](repeating: 0x61, count: 400)
        func object(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] {
            [tag, 0x82, UInt8(value.count >> 8), UInt8(value.count & 0xFF)] + value
        }
        let content = object(0xC1, [2]) + object(0xC2, [1]) + object(0xF3, Array(address[..<length]))
        let bench = try PIVFamilyBench { $0.set("5FC10C", object(0x53, content)) }
        #expect(try readAll(bench)?.count == (length <= 118 ? 6 : 4))
    }

    @Test func aHistoryThatCountsTooManyIsNotFollowed() throws {
        for (onCard, elsewhere) in [(21, 0), (255, 0), (20, 1), (1, 20), (255, 255)] as [(UInt8, UInt8)] {
            let bench = try PIVFamilyBench {
                $0.set("5FC10C", [0x53, 0x06, 0xC1, 0x01, onCard, 0xC2, 0x01, elsewhere])
            }
            #expect(try readAll(bench)?.count == 4)
            #expect(bench.commands.count <= 9)
        }
        let most = try PIVFamilyBench { $0.set("5FC10C", [0x53, 0x06, 0xC1, 0x01, 20, 0xC2, 0x01, 0]) }
        #expect(try readAll(most)?.count == 6)
    }

    @Test(arguments: [
        "7E00", "7E024F00", "7E124F0BA0000003970000100001005F2F024000", "7E8400000012", "7E80",
        "53124F0BA000000308",
        "7E0E4F0BA000000308000010000100" + "5F", "",
    ])
    func aDiscoveryObjectThatMakesNoSenseIsNone(content: String) throws {
        let bytes = try #require(Hex.bytes(of: content))
        let bench = try PIVFamilyBench { $0.set("7E", bytes) }
        #expect(try readAll(bench)?.count == 6)
        #expect(bench.headers.hasPrefix("CB3FFF A40400 CB3FFF"))
        #expect(try bench.run(.verify).error == nil)
    }

    @Test(arguments: ["5F2F00", "5F2F0140", "5F2F03604000", "5F2F02FFFF", "5F2F020020", ""])
    func aStrangeUsagePolicyNeverHidesTheCardsOwnPIN(policy: String) throws {
        let aid = "4F0BA000000308000010000100"
        let value = try #require(Hex.bytes(of: aid + policy))
        let bench = try PIVFamilyBench { $0.set("7E", [0x7E, UInt8(value.count)] + value) }
        let pins = try bench.withSession { try $0.readPINs(roles: true) }
        #expect(pins.filter { $0.role == .auth }.map(\.id) == ["80"])
        #expect(Set(pins.map(\.id)).count == pins.count)
    }

    @Test func metadataThatMakesNoSenseIsNoCounter() throws {
        for answer in [
            "9000", "0101FF9000", "0101FF06010390000", "0101FF0602030490009000", "010107060203039000",
            "0602030390009",
            "0101FF0684FFFFFFFF9000", "6D00", "0101FF06020304" + "9000",
        ] {
            let bench = try PIVFamilyBench(.pivYubiKey, tries: [.authentication: 2])
            bench.habit = { $0[1] == 0xF7 ? Hex.bytes(of: answer) ?? [0x6F, 0x00] : nil }
            #expect(try bench.status(of: "80").remainingTries == 2)
        }
    }

    /// Every answer of any length and status, to every question.
    @Test func anyAnswerIsSurvived() throws {
        let statuses: [[UInt8]] = [
            [0x90, 0x00], [0x61, 0x00], [0x61, 0xFF], [0x6C, 0x00], [0x63, 0xC3], [0x6A, 0x82], [0x12, 0x34],
        ]
        for profile in [CardProfile.piv, .pivYubiKey] {
            for instruction in [0xA4, 0xCB, 0x20, 0xF7, 0xF8, 0xFD] as [UInt8] {
                for length in [0, 1, 2, 3, 255, 65_536] {
                    for status in statuses {
                        let bench = try PIVFamilyBench(profile)
                        let answer = [UInt8](repeating: 0x53, count: length) + status
                        bench.habit = { command in
                            guard command[1] == instruction || command[1] == 0xC0 else { return nil }
                            // Once PIV is there the other instructions may still go wrong.
                            return answer
                        }
                        do {
                            try bench.withSession { session in
                                let pins = try session.readPINs(roles: true)
                                _ = try? session.readIdentity()
                                let found = try? session.readCertificates([.pins, .retired])
                                #expect(found?.allSatisfy { $0.der.isEmpty } != false || instruction != 0xCB)
                                for pin in pins { _ = try? session.status(of: pin) }
                            }
                        } catch is PIVFamilyBench.NotIdentified {}
                        #expect(bench.commands.count < 3_000)
                        #expect(bench.tries("80") == 3)
                    }
                }
            }
        }
    }

    /// T6: historical bytes of every length, CVE-2025-66038.
    @Test func historicalBytesOfEveryLengthAreRead() throws {
        let texts = [Array("YubiKey".utf8), Array("Yubikey4".utf8), [0x80, 0x57] + Array("YubiKey".utf8)]
        for text in texts + [
            [0x80, 0xF9, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00], [0x80, 0xFF],
        ] {
            for length in 0...15 {
                let historical = Array((text + [UInt8](repeating: 0x5F, count: 15)).prefix(length))
                let atr = try ATR(parsing: [0x3B, UInt8(length)] + historical)
                let isWhole = length >= text.count && text.count > 2 && text[0] != UInt8(ascii: "Y")
                #expect(PIVFamily.isLikely(atr: atr) || !isWhole)
            }
        }
    }

    /// A card with this object, and what leads to it.
    private static func image(with tag: String) throws -> PIVImage {
        var image = try PIVFamilyBench.image(.piv)
        image.objects.removeAll { ![tag, "7E", "5FC10C"].contains($0.tag.text) }
        return image
    }
}
