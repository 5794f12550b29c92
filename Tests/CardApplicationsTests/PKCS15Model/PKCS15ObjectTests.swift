import CardApplications
import Testing

@Suite struct PKCS15ObjectTests {
    private func pin(
        _ changes: GoldenCard.Changes = [:],
        without omitted: Set<GoldenCard.Field> = []
    ) throws -> AuthenticationObject {
        let directory = try AuthenticationObject.parse(GoldenCard.pin(changes, without: omitted))
        #expect(directory.skipped == 0)
        return try #require(directory.objects.first)
    }

    @Test func aPINIsReadWithAllItsAttributes() throws {
        let pin = try pin()
        #expect(pin.label == "Underskrift")
        #expect(pin.flags == [.isPrivate, .modifiable])
        #expect(pin.authId == PKCS15Identifier([3]))
        #expect(pin.iD == PKCS15Identifier([2]))
        #expect(pin.attributes.flags == [.local, .initialized])
        #expect(pin.attributes.type == .asciiNumeric)
        #expect(pin.attributes.minimumLength == 6)
        #expect(pin.attributes.storedLength == 8)
        #expect(pin.attributes.maximumLength == 8)
        #expect(pin.attributes.reference == 0x82)
        #expect(pin.attributes.padCharacter == 0xFF)
        #expect(pin.attributes.path?.description == "3F005015")
    }

    @Test(arguments: Array(0..<12)) func eachPINFlagHasItsBit(bit: Int) throws {
        let names: [PINFlags] = [
            .caseSensitive, .local, .changeDisabled, .unblockDisabled, .initialized, .needsPadding,
            .unblockingPIN,
            .soPIN, .disableAllowed, .integrityProtected, .confidentialityProtected, .exchangeReferenceData,
        ]
        let content = Array(ASN1Builder.bits([bit]).dropFirst(2))
        #expect(try pin([.pinFlags: content]).attributes.flags == names[bit])
    }

    @Test(
        arguments: [
            (0, .bcd), (1, .asciiNumeric), (2, .utf8), (3, .halfNibbleBCD), (4, .iso9564_1), (5, .other(5)),
            (127, .other(127)),
        ] as [(UInt8, PINType)]
    )
    func everyPINTypeIsRead(number: UInt8, type: PINType) throws {
        #expect(try pin([.pinType: [number]]).attributes.type == type)
    }

    @Test(
        arguments: [
            ([0x82], 0x82), ([0x00, 0x82], 0x82), ([0xFF, 0x82], 0x82), ([0x80], 0x80), ([0xFF], 0xFF),
            ([0x00], 0x00), ([0x7F], 0x7F), ([0x00, 0xFF], 0xFF), ([0x00, 0x00, 0x00, 0x11], 0x11),
        ] as [([UInt8], UInt8)]
    )
    func negativeReferencesAreRead(octets: [UInt8], reference: UInt8) throws {
        #expect(try pin([.reference: octets]).attributes.reference == reference)
    }

    @Test(
        arguments: [
            [], [0x01, 0x00], [0xFF, 0x7F], Array(repeating: 0x7F, count: 8), Array(repeating: 0, count: 9),
        ]
            as [[UInt8]]
    )
    func referencesThatAreNoOctetAreRefused(octets: [UInt8]) {
        #expect(throws: CardDataError.nothingReadable(skipped: 1)) {
            try AuthenticationObject.parse(GoldenCard.pin([.reference: octets]))
        }
    }

    @Test func aMissingReferenceIsZeroAndTwoAreRefused() throws {
        #expect(try pin(without: [.reference]).attributes.reference == 0)
        // A second reference in the place of the date.
        var file = GoldenCard.pin([.lastChange: [0x01]])
        let date = try #require(file.lastIndex(of: 0x18))
        file[date] = 0x80
        #expect(throws: CardDataError.nothingReadable(skipped: 1)) { try AuthenticationObject.parse(file) }
    }

    @Test(arguments: [(0, 16), (1, 8), (2, 8), (3, 8), (4, 12)] as [(UInt8, Int)])
    func withoutMaxLengthTheStoredLengthCounts(type: UInt8, longest: Int) throws {
        let attributes = try pin([.pinType: [type]], without: [.maximumLength]).attributes
        #expect(attributes.maximumLength == nil)
        #expect(attributes.longestPIN == longest)
        #expect(try pin([.pinType: [type], .maximumLength: [7]]).attributes.longestPIN == 7)
    }

    @Test(arguments: [GoldenCard.Field.minimumLength, .storedLength])
    func lengthsOutside0To255AreRefused(field: GoldenCard.Field) throws {
        for octets in [[], [0xFF], [0x80], [0x01, 0x00], [0x7F, 0xFF, 0xFF, 0xFF]] as [[UInt8]] {
            #expect(throws: CardDataError.nothingReadable(skipped: 1)) {
                try AuthenticationObject.parse(GoldenCard.pin([field: octets]))
            }
        }
        #expect(try pin([field: [0x00, 0xFF]]).attributes.storedLength >= 8)
        #expect(try pin([field: [0x00]]).attributes.storedLength <= 8)
    }

    @Test func paddingWithMoreThanOneCharacterIsRefused() throws {
        #expect(throws: CardDataError.self) {
            try AuthenticationObject.parse(GoldenCard.pin([.padCharacter: [0x20, 0x20]]))
        }
        #expect(try pin(without: [.padCharacter]).attributes.padCharacter == nil)
    }

    @Test func authenticationObjectsThatAreNoPINsArePassedOver() throws {
        let others = ([0xA0, 0xA1, 0xA2, 0xA9, 0x31] as [UInt8]).flatMap {
            ASN1Builder.tlv($0, [0x04, 0x00])
        }
        let directory = try AuthenticationObject.parse(others + GoldenCard.pin() + others)
        #expect(directory.objects.count == 1)
        #expect(directory.skipped == 0)
    }

    @Test func aKeyIsReadWithAllItsAttributes() throws {
        let key = try #require(try PrivateKeyObject.parse(GoldenCard.key()).objects.first)
        #expect(key.algorithm == .rsa)
        #expect(key.label == "Legitimering")
        #expect(key.authId == PKCS15Identifier([1]))
        #expect(key.iD.description == "auth-key-1")
        #expect(key.usage == [.sign])
        #expect(key.isNative)
        #expect(key.keyReference == 0x81)
        #expect(key.path?.fileIdentifiers == [0x4401])
        #expect(key.path?.isAbsolute == false)
        #expect(key.modulusLength == 2_048)
        let elliptic = try PrivateKeyObject.parse(GoldenCard.key(tag: 0xA0)).objects.first
        #expect(elliptic?.algorithm == .ec)
        #expect(elliptic?.modulusLength == nil)
        #expect(try PrivateKeyObject.parse(GoldenCard.key(tag: 0xA1)).objects.isEmpty)
    }

    @Test(arguments: Array(0..<10)) func eachKeyUsageHasItsBit(bit: Int) throws {
        let names: [PrivateKeyObject.Usage] = [
            .encrypt, .decrypt, .sign, .signRecover, .wrap, .unwrap, .verify, .verifyRecover, .derive,
            .nonRepudiation,
        ]
        let content = Array(ASN1Builder.bits([bit]).dropFirst(2))
        #expect(
            try PrivateKeyObject.parse(GoldenCard.key([.usage: content])).objects.first?.usage == names[bit]
        )
    }

    @Test func aCertificateBehindAPathIsRead() throws {
        let certificate = try #require(try CertificateObject.parse(GoldenCard.certificate()).objects.first)
        #expect(certificate.label == "Certifikat")
        #expect(certificate.iD == PKCS15Identifier(Array("auth-key-1".utf8)))
        #expect(certificate.isAuthority)
        let path = PKCS15Path(identifiers: [0x3F, 0x00, 0x43, 0x31], index: 0, length: 1_600)
        #expect(certificate.value == path.map { .path($0) })
        #expect(path?.isAbsolute == true)
    }

    @Test func aCertificateInPlaceIsReadAsItWasWritten() throws {
        let der = ASN1Builder.sequence(Array(repeating: [0x05, 0x00] as [UInt8], count: 800).flatMap(\.self))
        let direct = GoldenCard.certificate(value: ASN1Builder.tlv(0xA0, der, .fourOctets))
        #expect(try CertificateObject.parse(direct).objects.first?.value == .direct(der))
    }

    @Test func aCertificateAtAURLIsNotSupported() throws {
        let file = GoldenCard.certificate(value: ASN1Builder.tlv(0x13, Array("http://example.invalid/".utf8)))
        #expect(try CertificateObject.parse(file).objects.first?.value == .unsupported)
    }

    @Test func everyKindOfTheObjectDirectoryIsRead() throws {
        let unknown = ASN1Builder.tlv(0xAF, ASN1Builder.path([1])) + ASN1Builder.tlv(0x30, [])
        let directory = try ObjectDirectory.parse(unknown + GoldenCard.objectDirectory)
        let kinds: [ObjectDirectory.Kind] = [
            .privateKeys, .publicKeys, .certificates, .trustedCertificates, .dataObjects,
            .authenticationObjects,
        ]
        #expect(directory.entries.map(\.kind) == kinds)
        #expect(directory.skipped == 0)
        let path = PKCS15Path(identifiers: [0x3F, 0x00, 0x50, 0x15, 0x44, 0x08])
        #expect(directory.locations(of: .authenticationObjects) == [path].compactMap { $0.map { .path($0) } })
    }

    @Test func objectsThatStandInTheObjectDirectoryItselfAreReadFromThere() throws {
        let objects = GoldenCard.pin() + GoldenCard.pin([.iD: [9]])
        let file = ASN1Builder.tlv(0xA8, ASN1Builder.tlv(0xA0, objects), .fourOctets)
        guard case .direct(let bytes) = try ObjectDirectory.parse(file).entries.first?.location else {
            Issue.record("not direct")
            return
        }
        #expect(
            try AuthenticationObject.parse(bytes).objects.map(\.iD) == [
                PKCS15Identifier([2]), PKCS15Identifier([9]),
            ]
        )
    }

    @Test func tokenInfoIsReadAndTheRestIgnored() throws {
        let info = try TokenInfo.parse(GoldenCard.tokenInfo() + [0xFF, 0xFF])
        #expect(info.version == 0)
        #expect(info.serialNumber == [1, 2, 3])
        #expect(info.manufacturerID == "Maker")
        #expect(info.label == "SITHS")
        #expect(info.flags == [.authenticationRequired, .pseudoRandomNumberGeneration])
    }

    @Test func applicationTemplatesAreRead() throws {
        let other = ASN1Builder.tlv(0x61, ASN1Builder.tlv(0x4F, [0xA0, 0, 0, 0, 0x18]))
        let (templates, skipped) = try ApplicationTemplate.parse(GoldenCard.directory + other + [0xFF])
        #expect(skipped == 0)
        #expect(templates.map(\.aid.count) == [12, 5])
        #expect(templates.first?.label == "SITHS")
        #expect(templates.first?.path == [0x3F, 0x00, 0x50, 0x15])
        #expect(templates.last?.path == nil)
    }

    @Test("The EF(DIR) example of the PKCS #15 v1.1 test vectors is read")
    func publishedApplicationTemplateIsRead() throws {
        let published: [UInt8] =
            [0x61, 0x35, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x00, 0x63] + Array("PKCS-15".utf8)
            + [0x50, 0x07] + Array("RSA DSI".utf8) + [0x51, 0x04, 0x3F, 0x00, 0x50, 0x15]
            + [0x73, 0x16, 0x06, 0x0A, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x0F, 0x04, 0x01]
            + [0xA1, 0x08, 0x04, 0x06, 0x3F, 0x00, 0x50, 0x15, 0x43, 0x20]
        let template = try ApplicationTemplate.parse(published).templates.first
        #expect(template?.label == "RSA DSI")
        #expect(template?.path == [0x3F, 0x00, 0x50, 0x15])
    }

    @Test(
        arguments: [
            ([0x45], "45"), ([0x01], "01"), ([], ""), ([0x41, 0x42], "4142"), ([0x41, 0x42, 0x43], "ABC"),
            (Array("auth-key_1.x".utf8), "auth-key_1.x"), ([0x41, 0x20, 0x43], "412043"),
            ([0x41, 0x42, 0x00], "414200"),
            ([0xC3, 0xA5, 0x41], "C3A541"), ([0x1B, 0x5B, 0x33], "1B5B33"),
        ] as [([UInt8], String)]
    )
    func identifiersPrintAsTextOnlyWherePlainlyText(bytes: [UInt8], text: String) {
        #expect(PKCS15Identifier(bytes)?.description == text)
    }
}
