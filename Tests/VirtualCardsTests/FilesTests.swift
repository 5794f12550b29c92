import CardCore
import Testing
import VirtualCards

@Suite struct FilesTests {
    @Test(arguments: CardProfile.pkcs15)
    func everyImageIsSoundAndNoKinderThanARealCard(profile: CardProfile) throws {
        let image = try Bench.image(profile)
        #expect(image.profile == profile.rawValue)
        let atr = try ATR(parsing: image.atr.bytes)
        #expect(atr.offeredProtocols.first == (image.transmissionProtocol == "T=1" ? 1 : 0))
        #expect(atr.checksumIsValid != false)
        for file in image.files where file.kind == .transparent {
            #expect((file.content?.bytes.count ?? 0) >= 512)
            #expect(file.content?.bytes.last == 0xFF)
        }
        let certificates = image.files.filter { $0.content?.bytes.starts(with: [0x30, 0x82]) ?? false }
            .filter { $0.path.bytes.dropLast().last == 0x43 }
        #expect(certificates.count == (profile == .reservkort ? 1 : 2))
        for certificate in certificates {
            let bytes = certificate.content?.bytes ?? []
            #expect(Int(bytes[2]) << 8 | Int(bytes[3]) >= 1_596)
        }
        #expect(image.files.contains { $0.kind == .record })
        #expect(image.keys.count == certificates.count)
    }

    @Test(arguments: [
        "A40000023F00", "A4000C023F00", "A40004023F00", "A408000450155031", "A408040450155031",
        "A40400" + "0CA000000063504B43532D3135", "A40400" + "05A000000063",
    ])
    func aFileIsFoundInEveryWayOfSelecting(command: String) throws {
        let bench = try Bench(.siths, applicationSelected: false)
        let answer = bench.fetched(command)
        #expect(answer.hasSuffix("9000"), "\(answer)")
        #expect(command.hasPrefix("A4000C") == (answer == "9000"))
    }

    @Test func filesAreFoundFromWhereOneIs() throws {
        let bench = try Bench(.siths)
        #expect(bench.send("A4020C025031") == "9000")
        #expect(bench.send("A4000C025032") == "9000")
        #expect(bench.send("A4090C024401") == "9000")
        #expect(bench.send("A4030C") == "9000")
        #expect(bench.send("A4020C025031") == "6A82")
        #expect(bench.send("A4010C025015") == "9000")
        #expect(bench.send("A4010C024401") == "6A82")
        #expect(bench.send("A4080C024331") == "9000")
        #expect(bench.send("A4080C06501544010000") == "6A82")
        #expect(bench.send("A4040C0CA000000063504B43532D3136") == "6A82")
        #expect(bench.send("A4060C025031") == "6A86")
        #expect(bench.send("A4000D023F00") == "6A86")
        #expect(bench.send("A4000C033F0000") == "6700")
    }

    @Test func t0AnnouncesDataAndWantsTheExactLength() throws {
        let bench = try Bench(.siths)
        let announced = bench.send("A4000002" + "5031")
        #expect(announced.hasPrefix("61") && announced != "6100")
        #expect(bench.send("C0000000") == "6C" + announced.suffix(2))
        #expect(bench.send("C0000002").hasSuffix("9000") == false)
        #expect(bench.send("B0000000").count == 2 * 256 + 4)
        #expect(bench.send("B001F000") == "6C10")
        #expect(bench.send("B001F010") == String(repeating: "F", count: 32) + "9000")
        #expect(bench.send("C0000010") == "6985")
    }

    @Test func t0RefusesExtendedLengthAndDataWithALength() throws {
        let bench = try Bench(.siths)
        #expect(bench.send("B00000000000") == "6700")
        #expect(bench.send("A404000CA000000063504B43532D313500") == "6700")
        #expect(bench.send("2000810000063234363831300000") == "6700")
        #expect(bench.tries("81") == 3)
    }

    @Test func t1ReadsAWholeCertificateAtOnce() throws {
        let bench = try Bench(.sithsT1)
        #expect(bench.send("A4080C024331") == "9000")
        #expect(bench.send("B00000000800").count == 2 * 2_048 + 4)
        #expect(bench.send("B00000000900").hasSuffix("6282"))
        #expect(bench.send("B00000000000").hasSuffix("9000"))
        #expect(bench.send("A408000450155031") == "9000")
        #expect(bench.send("A40800045015503100").count > 4)
        #expect(bench.send("A40800045015503104").suffix(4).hasPrefix("61"))
        #expect(bench.send("C0000000").hasSuffix("9000"))
    }

    @Test func shortIdentifiersWorkWhereTheCardHasThem() throws {
        let bench = try Bench(.siths)
        #expect(bench.send("B0910002") == "A70A9000")
        #expect(bench.send("B0920102").hasSuffix("9000"))
        #expect(bench.send("B0930002") == "6A82")
        #expect(try Bench(.siths, applicationSelected: false).send("B0910002") == "6A82")
        #expect(try Bench(.sithsTwoStep).send("B0910002") == "6A86")
    }

    @Test func readingStopsWhereTheFileDoes() throws {
        let bench = try Bench(.siths)
        #expect(bench.send("B0000010") == "6986")
        bench.send("A4020C025031")
        #expect(bench.send("B0020001") == "6B00")
        #expect(bench.send("B07FFF00") == "6B00")
        bench.send("A4020C024405")
        #expect(bench.send("B0000010") == "6981")
        #expect(bench.send("B2010400") == "6C17")
        #expect(bench.send("B2010417").hasSuffix("9000"))
        #expect(bench.send("B2030410") == "6A83")
        #expect(bench.send("B2000410") == "6A83")
    }

    @Test(arguments: 0...64)
    func aTruncatedFileEndsWhereItSays(length: Int) throws {
        let bench = try Bench(.siths, fault: .truncateFiles(length))
        bench.send("A4020C025031")
        let answer = bench.send("B0000000")
        #expect(answer == (length == 0 ? "6B00" : "6C" + Hex.string(of: [UInt8(length)])))
    }

    @Test func anUnknownCardKnowsNothing() throws {
        let bench = try Bench(.siths, fault: .unknownCard)
        #expect(bench.send(Bench.aid) == "6A82")
        #expect(bench.send("A4080C022F00") == "6A82")
        #expect(bench.send("200081") == "6A88")
    }

    @Test func aDamagedImageIsRefused() throws {
        #expect(throws: CardFileError.missing(path: "/nowhere.json")) {
            try FileSystemImage.load(from: "/nowhere.json")
        }
        let scratch = try ScratchFolder()
        let path = try scratch.write("{\"version\": 1}", to: "image.json")
        let error = #expect(throws: CardFileError.self) { try FileSystemImage.load(from: path) }
        guard case .damaged = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
