import CardApplications
import CardCore
import Testing
import VirtualCards

/// IDPrime cards whose files lie (wishes.md, T8): an error or less, never a trap, and bounded work.
@Suite struct HostileIDPrimeTests {
    /// Everything is read; how many commands it took.
    @discardableResult
    private func readAll(_ bench: FamilyBench) throws -> Int {
        let isFound: Void? = try bench.withSession { session in
            let pins = (try? session.readPINs(roles: true)) ?? []
            for pin in pins { _ = try? session.status(of: pin) }
            _ = try? session.readIdentity()
            _ = try? session.readCertificates([.pins, .retired])
        }
        guard isFound != nil else { return bench.commands.count }
        #expect(bench.commands.count <= 450)
        #expect(bench.card.state == CardState(fresh: bench.card.image))
        return bench.commands.count
    }

    @Test func theIndexIsTruncatedAtEveryByte() throws {
        let whole = try IDPrimeFamilyBench.make().card.image.idPrimeFile([0x01, 0x01])
        for length in 0...(1 + 9 * 21) {
            let bench = try IDPrimeFamilyBench.make {
                try $0.setIDPrimeFile([0x01, 0x01], Array(whole.prefix(length)))
            }
            try readAll(bench)
            let certificates = try IDPrimeFamilyBench.make { image in
                try image.setIDPrimeFile([0x01, 0x01], Array(whole.prefix(length)))
            }.certificates()
            // Entries that are whole are used; the certificates are the last three of eight.
            let entries = length == 0 ? nil : min((length - 1) / 21, 8)
            #expect(certificates?.count == entries.map { max($0 - 5, 0) })
        }
    }

    @Test(arguments: [[0x02, 0x04], [0x00, 0x05], [0x02, 0x01], [0x03, 0x01]] as [[UInt8]])
    func otherFilesAreTruncatedAtEveryByte(identifier: [UInt8]) throws {
        let whole = try IDPrimeFamilyBench.make().card.image.idPrimeFile(identifier)
        for length in 0..<whole.count {
            let bench = try IDPrimeFamilyBench.make { image in
                // The container map is read where the ATR says that there are no key references.
                if identifier == [0x02, 0x04] {
                    image.atr = HexBytes(
                        try IDPrimeFamilyBench.bytes("3B7F96000080318065B0850300EF120FFE829000")
                    )
                }
                try image.setIDPrimeFile(identifier, Array(whole.prefix(length)))
            }
            try readAll(bench)
        }
    }

    @Test func aCompressedCertificateIsTruncatedAtEveryByte() throws {
        let whole = try IDPrimeFamilyBench.make().card.image.idPrimeFile([0x02, 0x11])
        #expect(MinidriverCertificate.der(in: whole) != nil)
        for length in 0..<whole.count {
            #expect(MinidriverCertificate.der(in: Array(whole.prefix(length))) == nil)
        }
        for position in stride(from: 0, to: whole.count, by: 7) {
            var damaged = whole
            damaged[position] ^= 0x55
            _ = MinidriverCertificate.der(in: damaged)
        }
        // The length in the header is not gone by.
        #expect(MinidriverCertificate.der(in: [0x01, 0x00, 0xFF, 0xFF] + whole.dropFirst(4)) != nil)
        #expect(MinidriverCertificate.der(in: [0x01, 0x00, 0x00, 0x00] + whole.dropFirst(4)) != nil)
    }

    @Test func aBombIsNoCertificate() throws {
        // 20,001 octets of a certificate that is mostly zeros, by zlib: fewer than 16,384 are allowed, and 32 for each one sent.
        let stream =
            "78DAEDC12101000000022027F97F9D370C4003000000000000000000000000000000000000C08501F5230031"
        let bomb = try IDPrimeFamilyBench.bytes("01002000" + stream)
        #expect(Inflate.inflate(Array(bomb.dropFirst(4)), format: .zlib, limit: 16_384) == nil)
        let bench = try IDPrimeFamilyBench.make { try $0.setIDPrimeFile([0x02, 0x11], bomb) }
        let certificates = try bench.certificates()
        #expect(certificates?.map(\.id) == ["kxc00", "ksc01", "ksc02"])
        #expect(certificates?.map(\.der.isEmpty) == [true, false, false])
    }

    @Test(arguments: [0, 7, 8, 9, 19, 20, 21, 255])
    func theNumberOfEntriesIsNotBelieved(count: Int) throws {
        let whole = try IDPrimeFamilyBench.make().card.image.idPrimeFile([0x01, 0x01])
        let bench = try IDPrimeFamilyBench.make {
            try $0.setIDPrimeFile([0x01, 0x01], [UInt8(count)] + whole.dropFirst())
        }
        let certificates = try #require(try bench.certificates())
        #expect(certificates.count == (count >= 8 ? 3 : max(count - 5, 0)))
        try readAll(bench)
    }

    @Test func aThousandNamesAreOneFileAndSixteenAreTheMost() throws {
        let same = try IDPrimeFamilyBench.make { image in
            let entry = FileSystemImage.idPrimeEntry([0x02, 0x11], length: 1406, name: "kxc00")
            try image.setIDPrimeIndex(Array(repeating: entry, count: 255))
        }
        #expect(try #require(try same.certificatesAndMore()) == (1, false))
        let many = try IDPrimeFamilyBench.make { image in
            try image.setIDPrimeIndex(
                (0..<100).map { number in
                    let name = "ksc" + (number < 10 ? "0\(number)" : "\(number)")
                    return FileSystemImage.idPrimeEntry([0x02, 0x11], length: 65_535, name: name)
                }
            )
        }
        #expect(try #require(try many.certificatesAndMore()) == (16, true))
        #expect(try readAll(many) <= 450)
    }

    @Test func namesThatAreNoneAreLeftOut() throws {
        let entries: [([UInt8], String, String)] = [
            ([0x01, 0x01], "kxc01", "mscp"), ([0x02, 0x11], "kxcAA", "mscp"), ([0x02, 0x11], "kxc0", "mscp"),
            ([0x02, 0x11], "kxc000", "mscp"), ([0x02, 0x11], "kxc00", "MSCP"),
            ([0x02, 0x11], "kxc00", "mscpmscp"),
            ([0x02, 0x11], "kxc-1", "mscp"), ([0x02, 0x11], "kxc\u{1B}1", "mscp"),
            ([0x02, 0x11], "kxc٣", "mscp"),
            ([0xFF, 0xFF], "kxc02", "mscp"), ([0x3F, 0x00], "kxc03", "mscp"),
            ([0x02, 0x04], "kxc04", "mscp"),
            ([0x00, 0x00], "kxc05", "mscp"), ([0x02, 0x11], "ABCDEFGH", "IJKLMNOP"),
        ]
        let bench = try IDPrimeFamilyBench.make { image in
            try image.setIDPrimeIndex(
                entries.map { FileSystemImage.idPrimeEntry($0.0, length: 1406, name: $0.1, directory: $0.2) }
            )
        }
        // Names of certificates whose files are none are listed, and cannot be read.
        let certificates = try bench.certificates()
        #expect(certificates?.map(\.id) == ["kxc01", "kxc02", "kxc03", "kxc04", "kxc05"])
        #expect(certificates?.allSatisfy { $0.der.isEmpty } == true)
        try readAll(bench)
    }

    @Test(arguments: [0, 1, 2, 4, 1405, 1407, 16_384, 16_385, 32_768, 65_535])
    func theLengthOfAFileIsNotBelieved(length: Int) throws {
        let bench = try IDPrimeFamilyBench.make { image in
            try image.setIDPrimeIndex([
                FileSystemImage.idPrimeEntry([0x02, 0x11], length: length, name: "kxc00")
            ])
        }
        let certificates = try bench.certificates()
        #expect(certificates?.count == (length > 0 ? 1 : 0))
        #expect(certificates?.allSatisfy { $0.der.isEmpty == (length < 1406) } == true)
        try readAll(bench)
    }

    @Test(arguments: [0, 1, 2, 99, 100, 255] as [UInt8])
    func containersAndPINsOfAnyNumberAreTaken(number: UInt8) throws {
        let bench = try IDPrimeFamilyBench.make { image in
            try image.setIDPrimeFile(
                [0x00, 0x05],
                [number, number, number, 0, 0, 0, 0, 0, 3, 1, 0, 0, 0, 0, 0, 0]
            )
        }
        #expect(try bench.certificates()?.first?.pin == "83")
        try readAll(bench)
        #expect(IDPrimeKeyReferences.pins(in: [UInt8](repeating: number, count: 4_096)).count <= 1)
        #expect(ContainerMap(parsing: [UInt8](repeating: number, count: 65_536)).containers.count == 126)
    }

    @Test func aFileThatIsShorterTheSecondTimeIsReadAsFarAsItGoes() throws {
        let bench = try IDPrimeFamilyBench.make()
        var reads = 0
        bench.habit = { command in
            guard command[1] == Instruction.readBinary else { return nil }
            reads += 1
            return reads.isMultiple(of: 3) ? [0x6B, 0x00] : nil
        }
        try readAll(bench)
        bench.habit = { $0[1] == Instruction.readBinary ? [0x62, 0x82] : nil }
        try readAll(bench)
    }

    @Test func aCardThatBringsOneOctetAtATimeIsLeft() throws {
        let bench = try IDPrimeFamilyBench.token()
        bench.habit = { $0[1] == Instruction.readBinary ? [0x30, 0x90, 0x00] : nil }
        let error = CardError.transport(.responseTooLong(limit: DataObjectFile.maximumLength))
        #expect(throws: error) { try bench.withSession { _ in true } }
        #expect(bench.commands.count <= 450)
    }

    @Test func aCertificateThatNeverEndsIsReadUpToItsLimit() throws {
        let bench = try IDPrimeFamilyBench.make { image in
            try image.setIDPrimeIndex([
                FileSystemImage.idPrimeEntry([0x02, 0x11], length: 65_535, name: "kxc00")
            ])
        }
        bench.habit = { command in
            guard command[1] == Instruction.readBinary, bench.commands.count > 8 else { return nil }
            return [UInt8](repeating: 0x31, count: command[4] == 0 ? 256 : Int(command[4])) + [0x90, 0x00]
        }
        #expect(try bench.certificates()?.map(\.der.isEmpty) == [true])
        // The index of 22 octets takes one command more, which names the right length.
        #expect(bench.commands.count == 5 + 3 + 1 + 16_384 / 256)
    }

    @Test func everyCommandIsAnsweredWithEveryKindOfNonsense() throws {
        let answers = ["9000", "6100", "6C00", "6282", "6F00", "0000", "FF9000", "61FF", "63C0", "6983"]
        let usual = try readAll(try IDPrimeFamilyBench.make())
        for text in answers {
            let answer = try IDPrimeFamilyBench.bytes(text)
            for number in 1...usual {
                let bench = try IDPrimeFamilyBench.make()
                bench.habit = { _ in bench.commands.count == number ? answer : nil }
                _ = try? readAll(bench)
                #expect(bench.commands.count <= 450)
            }
        }
    }
}
