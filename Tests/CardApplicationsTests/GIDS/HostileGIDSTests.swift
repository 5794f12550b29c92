import CardApplications
import CardCore
import Testing
import VirtualCards

/// T8 of the project's list of attacks: tables filled by the card.
@Suite struct HostileGIDSTests {
    private static let master = (try? GIDSFamilyBench.content("DF1F", in: "A000")) ?? []
    private static let map = (try? GIDSFamilyBench.content("DF23")) ?? []
    private static let packed = (try? GIDSFamilyBench.content("DF24")) ?? []

    /// Reads everything; how many certificates came, `nil` for an error, and in how many commands.
    private func read(
        edit: (inout GIDSImage) -> Void = { _ in },
        habit: (([UInt8]) -> [UInt8]?)? = nil
    ) throws -> (certificates: [CardCertificate]?, hasMore: Bool, commands: Int) {
        let bench = try GIDSFamilyBench(edit: edit)
        bench.habit = habit
        let before = bench.card.state
        var hasMore = false
        let certificates = try bench.withSession { session -> [CardCertificate]? in
            defer { hasMore = session.application.hasMoreCertificates }
            _ = try session.readPINs(roles: true)
            _ = try? session.readIdentity()
            return try? session.readCertificates([.pins, .retired])
        }
        #expect(bench.card.state == before, "a try was spent")
        #expect(
            !bench.headers.contains { $0.hasPrefix("0020") || $0.hasPrefix("0024") || $0.hasPrefix("002C") }
        )
        return (certificates, hasMore, bench.commands.count)
    }

    private func content(
        _ name: String,
        _ tag: UInt32,
        file: UInt32 = 0xA010,
        directory: String = "mscp"
    ) -> [UInt8] {
        func field(_ text: String) -> [UInt8] {
            Array((Array(text.utf8) + [UInt8](repeating: 0, count: 9)).prefix(9))
        }
        func number(_ value: UInt32) -> [UInt8] {
            (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        return field(directory) + field(name) + [0, 0] + number(tag) + number(file)
    }

    @Test func aMasterFileCutAtAnyByteLosesOnlyWhatIsCut() throws {
        for length in 1...Self.master.count {
            let records = (length - 1) / 28
            let result = try read { $0.masterFile = Array(Self.master.prefix(length)) }
            let expected = records < 6 ? 0 : records < 7 ? 1 : 2
            #expect(result.certificates?.count == expected, "cut at \(length)")
        }
        // Nothing at all, or another version, is no master file: the card is not one.
        for content in [[], [0x00], [0x02] + Self.master.dropFirst()] as [[UInt8]] {
            let bench = try GIDSFamilyBench { $0.masterFile = content }
            #expect(try !bench.has(GIDSFamily.self, .asking))
        }
    }

    @Test func aContainerMapCutAtAnyByteLosesOnlyWhatIsCut() throws {
        for length in 0...Self.map.count {
            let result = try read { $0.containerMap = Array(Self.map.prefix(length)) }
            #expect(result.certificates?.count == length / 86, "cut at \(length)")
        }
    }

    @Test func everyByteOfBothTablesMayBeAnything() throws {
        for value in [0x00, 0x01, 0x7F, 0x80, 0xFF] as [UInt8] {
            for index in Self.master.indices.dropFirst() {
                _ = try read { $0.masterFile[index] = value }
            }
            for index in Self.map.indices {
                _ = try read { $0.containerMap[index] = value }
            }
        }
    }

    @Test(arguments: [0, 1, 125, 126, 127, 255, 700])
    func containersOfAnyNumberAreReadWithinTheirLimits(count: Int) throws {
        let record = Array(Self.map.prefix(86))
        let names = (0..<min(count, 200)).flatMap { index in
            content("kxc" + (index < 16 ? "0" : "") + String(index, radix: 16, uppercase: true), 0xDF24)
        }
        let result = try read { image in
            image.masterFile = Self.master.prefix(1 + 28 * 5) + names
            image.containerMap = (0..<count).flatMap { _ in record }
        }
        // A map or a table that is longer than any card's is not read.
        #expect(result.certificates == nil || result.certificates?.count == min(count, 16) || count > 126)
        #expect((result.certificates?.count ?? 0) <= 16)
        #expect(result.hasMore == (17...126).contains(count) || count > 126)
        #expect(result.commands < 200)
    }

    @Test func entriesThatNameEachOtherLeadNowhere() throws {
        let tables = [
            // The map is the master file, the master file is the map, a certificate is a table.
            content("cmapfile", 0xDF1F, file: 0xA000) + content("kxc00", 0xDF23),
            content("cmapfile", 0xDF24) + content("kxc00", 0xDF24),
            content("cmapfile", 0xDF23) + content("kxc00", 0xDF1F, file: 0xA000) + content("ksc01", 0xDF23),
        ]
        for table in tables {
            let result = try read { $0.masterFile = [0x01] + table }
            // Whatever is a certificate is one, under whatever name.
            #expect((result.certificates?.count ?? 0) <= 2)
            #expect(result.commands < 30)
        }
        // The same name twice: the first stands.
        let twice = try read { image in
            image.masterFile += content("kxc00", 0xDF25)
        }
        #expect(twice.certificates?.map(\.id) == ["kxc00", "ksc01"])
    }

    @Test func placesOutsideOfTheFileSystemAreNotAsked() throws {
        for (file, tag) in [
            (0x3FFF, 0x7F71), (0xB081, 0xDF24), (0xA010, 0x5FC1), (0xFFFF_A010, 0xDF24),
            (0xA010, 0xFFFF_DF24),
            (0x2F01, 0xDF24), (0, 0), (0xFFFF_FFFF, 0xFFFF_FFFF),
        ] as [(UInt32, UInt32)] {
            let bench = try GIDSFamilyBench { image in
                image.masterFile = Self.master.prefix(1 + 28 * 5) + self.content("kxc00", tag, file: file)
            }
            let found = try bench.withSession { session in
                try session.readCertificates(.pins)
            }
            #expect(found.isEmpty)
            #expect(bench.headers == ["00CBA000", "00CBA010"])
        }
    }

    @Test func namesWithoutAnEndAreNobodys() throws {
        var table = Self.master
        // The ninth byte of a name is its NUL: the certificate's name and its directory without one.
        for index in [1 + 28 * 5 + 17, 1 + 28 * 6 + 8] {
            table = Self.master
            for position in (index - 8)...index where table[position] == 0 { table[position] = 0x41 }
            let result = try read { $0.masterFile = table }
            #expect(result.certificates?.count == 1)
        }
        let label = try read { image in
            for index in 0..<80 { image.containerMap[index] = 0xD8 }
        }
        // Forty lone surrogates are text all the same, and not longer than forty characters.
        #expect(label.certificates?.first?.label.count == 40)
    }

    @Test func aBombIsNotUnpacked() throws {
        // A million zeros, and just as many as the limit allows, packed by Python's zlib module.
        let bombs = [
            "78DAEDC101010000008220FFAF6E484001" + String(repeating: "0", count: 1_936) + "AF0643210001",
            "78DAEDC13101000000C2A0F54F6D0C1FA" + String(repeating: "0", count: 31) + "80B70140000001",
        ]
        for bomb in bombs {
            let bytes = try #require(Hex.bytes(of: bomb))
            for length in [0, 1, 1_000, 16_384, 16_385, 16_960, 65_535] {
                let header: [UInt8] = [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
                let result = try read { $0.put("DF24", header + bytes) }
                expectOneUnreadable(result.certificates)
            }
        }
    }

    /// Ids of certificates, and of those among them that cannot be read.
    private func expectOneUnreadable(
        _ certificates: [CardCertificate]?,
        _ comment: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(certificates?.map(\.id) == ["kxc00", "ksc01"], "\(comment)", sourceLocation: sourceLocation)
        #expect(
            certificates?.map(\.der.isEmpty) == [true, false],
            "\(comment)",
            sourceLocation: sourceLocation
        )
    }

    @Test func packedCertificateCutOrChangedAnywhereIsUnreadable() throws {
        // An empty file holds no certificate.
        #expect(try read { $0.put("DF24", []) }.certificates?.map(\.id) == ["ksc01"])
        for length in stride(from: 7, to: Self.packed.count, by: 7) {
            let result = try read { $0.put("DF24", Array(Self.packed.prefix(length))) }
            expectOneUnreadable(result.certificates, "cut at \(length)")
        }
        // The master file names it, and the card does not give it.
        let refused = try read(habit: { command in
            command.starts(with: [0x00, 0xCB, 0xA0, 0x10]) && command.contains([0xDF, 0x24])
                ? [0x69, 0x82] : nil
        })
        expectOneUnreadable(refused.certificates)
        let length = try #require(
            Self.packed.count > 4 ? Int(Self.packed[2]) | Int(Self.packed[3]) << 8 : nil
        )
        for length in [0, 1, length - 1, length + 1, 0xFFFF] {
            var lying = Self.packed
            (lying[2], lying[3]) = (UInt8(length & 0xFF), UInt8(length >> 8))
            // The stream knows its own end.
            let result = try read { $0.put("DF24", lying) }
            #expect(result.certificates?.map(\.id) == ["kxc00", "ksc01"])
        }
        for method in [[0, 0], [2, 0], [1, 1], [0xFF, 0xFF]] as [[UInt8]] {
            let result = try read { $0.put("DF24", method + Self.packed.dropFirst(2)) }
            expectOneUnreadable(result.certificates)
        }
    }

    @Test func aCardThatChangesItsAnswersIsReadAsItSaysNow() throws {
        var reads = 0
        let result = try read(habit: { command in
            guard command.starts(with: [0x00, 0xCB, 0xA0, 0x00]) else { return nil }
            reads += 1
            return reads == 1 ? nil : [0x6A, 0x88]
        })
        #expect(result.certificates?.count == 2)
        #expect(reads == 1)
        let bench = try GIDSFamilyBench()
        let (application, pin) = try bench.withSession { session in
            let pin = try #require(try session.readPINs(roles: true).first)
            return (session.application, pin)
        }
        bench.habit = { $0.starts(with: [0x00, 0xCB, 0xA0]) ? [0x6A, 0x82] : nil }
        // The file system is gone: the application is selected by its name before any code.
        bench.forgetCommands()
        try bench.withReopened(application, toPresent: pin) { _ in }
        #expect(bench.headers == ["00CBA000", "00A40400"])
    }

    @Test(arguments: ["6100", "610061", "6C00", "6CFF", "00", "", "DF1F", "DF1F84FFFFFFFF9000", "DF1F829000"])
    func answersOfAnyShapeComeToAnEnd(answer: String) throws {
        let bytes = Hex.bytes(of: answer) ?? []
        for instruction in [0xCB, 0xC0] as [UInt8] {
            let bench = try GIDSFamilyBench()
            bench.habit = { $0[1] == instruction ? bytes : nil }
            let search = ApplicationSearch(bench.hints, for: .codes)
            _ = try? bench.withSession(search) { session in
                _ = try session.readPINs(roles: true)
                _ = try session.readCertificates(.pins)
            }
            #expect(bench.commands.count < 200)
        }
    }

    @Test func eachFileIsCutByTheFaultAtEveryLength() throws {
        for length in 0...40 {
            let bench = try GIDSFamilyBench(fault: .truncateFiles(length))
            let (pins, certificates) = try bench.withSession { session in
                let pins = try session.readPINs(roles: true)
                return (pins, (try? session.readCertificates(.pins)) ?? [])
            }
            #expect(pins.count == 2 && certificates.isEmpty)
        }
    }
}
