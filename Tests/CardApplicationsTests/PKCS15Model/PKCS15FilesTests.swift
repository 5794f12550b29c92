import CardApplications
import CardCore
import Testing

@Suite struct PKCS15FilesTests {
    @Test(arguments: [UInt8(0x00), 0xFF]) func aFileEndsAtItsPadding(padding: UInt8) throws {
        let file = GoldenCard.pin() + GoldenCard.pin([.iD: [9]])
        let padded = file + Array(repeating: padding, count: 512) + GoldenCard.pin()
        #expect(try DataObjectFile.elements(of: padded) == DataObjectFile.elements(of: file))
        #expect(try AuthenticationObject.parse(padded).objects.count == 2)
        #expect(try AuthenticationObject.parse(Array(repeating: padding, count: 512)).objects.isEmpty)
        #expect(try AuthenticationObject.parse([]).objects.isEmpty)
    }

    @Test(arguments: ASN1Builder.LengthForm.allCases) func anyFormOfLengthIsRead(
        form: ASN1Builder.LengthForm
    ) throws {
        let entry = ASN1Builder.tlv(
            0xA8,
            ASN1Builder.tlv(0x30, ASN1Builder.tlv(0x04, [0x3F, 0x00, 0x44, 0x08], form), form),
            form
        )
        let directory = try ObjectDirectory.parse(entry + entry + [0xFF])
        #expect(directory.entries.count == 2)
        #expect(directory.locations(of: .authenticationObjects).count == 2)
    }

    @Test func oneDamagedElementDoesNotLoseTheOthers() throws {
        let damaged = ASN1Builder.sequence(ASN1Builder.sequence(), ASN1Builder.sequence())
        let directory = try AuthenticationObject.parse(
            GoldenCard.pin() + damaged + GoldenCard.pin([.iD: [9]])
        )
        #expect(directory.objects.count == 2)
        #expect(directory.skipped == 1)
        #expect(throws: CardDataError.nothingReadable(skipped: 2)) {
            try AuthenticationObject.parse(damaged + damaged)
        }
    }

    /// Reads a file as a card reader does that fetches no more than it is told.
    private func read(_ file: [UInt8]) throws -> (bytes: [UInt8], rounds: Int) {
        var bytes: [UInt8] = []
        var rounds = 0
        while case .needs(let total) = try DataObjectFile.completeness(of: bytes) {
            rounds += 1
            #expect(total > bytes.count)
            guard bytes.count < file.count, rounds < 1_000 else { break }
            bytes = Array(file.prefix(total))
        }
        return (bytes, rounds)
    }

    @Test(arguments: [1, 2, 5, 64], [0, 1, 512])
    func aReaderStopsAtTheFirstPaddingByteAndHasAllElements(count: Int, padding: Int) throws {
        let content = (0..<count).flatMap { GoldenCard.pin([.iD: [UInt8($0)]]) }
        let file = content + Array(repeating: 0xFF, count: padding)
        let (bytes, rounds) = try read(file)
        #expect(bytes.count == min(content.count + 1, file.count))
        #expect(try DataObjectFile.elements(of: bytes) == DataObjectFile.elements(of: file))
        #expect(rounds <= 4 * count + 2)
    }

    @Test func everyPrefixAsksForMoreUntilThePadding() throws {
        let file = GoldenCard.pin() + GoldenCard.key() + [0xFF, 0xFF]
        for count in 0..<file.count - 1 {
            guard case .needs(let total) = try DataObjectFile.completeness(of: Array(file.prefix(count)))
            else {
                Issue.record("complete after \(count) bytes")
                continue
            }
            #expect(count < total && total < file.count)
        }
        #expect(try DataObjectFile.completeness(of: Array(file.dropLast())) == .complete)
    }

    @Test(
        "T3: no file asks for more than READ BINARY reaches",
        arguments: [
            "30847FFFFFFF", "3084FFFFFFFF", "30830FFFFF", "30827FFC",
        ]
    )
    func hostileLengthsAreRefused(hex: String) {
        let bytes = Hex.bytes(of: hex) ?? []
        #expect(throws: CardDataError.fileTooLong(limit: 32_767)) {
            try DataObjectFile.completeness(of: bytes)
        }
        #expect(throws: CardDataError.fileTooLong(limit: 32_767)) {
            try DataObjectFile.lengthOfFirstElement(in: bytes)
        }
    }

    @Test func theLongestFileMayBe32767Bytes() throws {
        #expect(try DataObjectFile.completeness(of: [0x30, 0x82, 0x7F, 0xFB]) == .needs(total: 32_767))
        #expect(try DataObjectFile.lengthOfFirstElement(in: [0x30, 0x82, 0x7F, 0xFB]) == 32_767)
        #expect(throws: CardDataError.fileTooLong(limit: 32_767)) {
            try DataObjectFile.elements(of: Array(repeating: 0xFF, count: 32_768))
        }
    }

    @Test func moreThan64ElementsAreRefused() throws {
        let element: [UInt8] = [0x30, 0x00]
        let most = Array(repeating: element, count: 64).flatMap(\.self)
        #expect(try DataObjectFile.elements(of: most).elements.count == 64)
        #expect(throws: CardDataError.tooManyElements(limit: 64)) {
            try DataObjectFile.elements(of: most + element)
        }
        #expect(throws: CardDataError.tooManyElements(limit: 64)) {
            try DataObjectFile.completeness(of: most + element)
        }
    }

    @Test func lengthOfACertificateIsKnownFromItsFirstBytes() throws {
        #expect(try DataObjectFile.lengthOfFirstElement(in: []) == nil)
        #expect(try DataObjectFile.lengthOfFirstElement(in: [0x30, 0x82, 0x06]) == nil)
        #expect(try DataObjectFile.lengthOfFirstElement(in: [0x30, 0x82, 0x06, 0x40]) == 1_604)
        for padding in [0x00, 0xFF] as [UInt8] {
            #expect(throws: CardDataError.notBER) { try DataObjectFile.lengthOfFirstElement(in: [padding]) }
        }
        #expect(throws: CardDataError.notBER) {
            try DataObjectFile.lengthOfFirstElement(in: [0x30, 0x80, 0x00])
        }
    }

    @Test func aFileThatIsNoBERIsRefusedAndATailIsCounted() throws {
        #expect(throws: CardDataError.notBER) { try DataObjectFile.elements(of: [0x30, 0x05, 0x00]) }
        #expect(throws: CardDataError.notBER) { try DataObjectFile.elements(of: [0x30, 0x80, 0x00, 0x00]) }
        let elements = try DataObjectFile.elements(of: [0x30, 0x00, 0x30, 0x05, 0x00])
        #expect(elements.elements == [[0x30, 0x00]])
        #expect(elements.skipped == 1)
    }
}
