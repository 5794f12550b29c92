import CardApplications
import SwiftASN1
import Testing

@Suite struct HostilePKCS15Tests {
    /// What T5 puts into each field; 255 octets is the longest that any of them may be.
    static let contents: [(name: String, octets: [UInt8])] = [
        ("empty", []),
        ("one octet", [0x41]),
        ("the most", Array(repeating: 0x41, count: 255)),
        ("one too many", Array(repeating: 0x41, count: 256)),
        ("30 KiB", Array(repeating: 0x41, count: 30_720)),
        ("64 KiB", Array(repeating: 0x41, count: 65_536)),
        ("invalid UTF-8", [0xC3, 0x28, 0xFF, 0xFE, 0xF8, 0x80, 0xED, 0xA0, 0x80]),
        ("NUL", [0x61, 0x00, 0x62]),
        ("bidi", Array("\u{202E}\u{2066}abc\u{2069}".utf8)),
        ("escape sequence", Array("\u{1B}[31m\u{1B}]0;x\u{07}\u{9B}".utf8)),
        ("all ones", Array(repeating: 0xFF, count: 9)),
        ("most negative", [0x80, 0, 0, 0, 0, 0, 0, 0]),
    ]

    static let fields = GoldenCard.Field.allCases

    private static func check(_ label: String?, _ identifiers: [PKCS15Identifier?], _ path: PKCS15Path?) {
        // Each octet of a label that is no UTF-8 becomes the three of U+FFFD.
        #expect((label?.utf8.count ?? 0) <= 3 * 255)
        for identifier in identifiers.compactMap(\.self) {
            #expect(identifier.bytes.count <= 255)
            #expect(identifier.description.utf8.allSatisfy { (0x21...0x7E).contains($0) })
        }
        #expect((path?.identifiers.count ?? 0) <= 32)
        #expect((0...65_535).contains(path?.index ?? 0))
        #expect((0...65_535).contains(path?.length ?? 0))
    }

    private static func check(_ pin: AuthenticationObject) {
        check(pin.label, [pin.iD, pin.authId], pin.attributes.path)
        #expect((0...255).contains(pin.attributes.minimumLength))
        #expect((0...255).contains(pin.attributes.storedLength))
        #expect((0...255).contains(pin.attributes.maximumLength ?? 0))
        #expect((0...510).contains(pin.attributes.longestPIN))
    }

    private static func check(_ key: PrivateKeyObject) {
        check(key.label, [key.iD, key.authId], key.path)
        #expect((0...65_535).contains(key.modulusLength ?? 0))
    }

    private static func check(_ certificate: CertificateObject) {
        if case .path(let path) = certificate.value {
            check(certificate.label, [certificate.iD, certificate.authId], path)
        } else {
            check(certificate.label, [certificate.iD, certificate.authId], nil)
        }
    }

    /// Every parser on the same bytes; what they return keeps the limits.
    static func parseEverything(_ bytes: [UInt8]) {
        for pin in (try? AuthenticationObject.parse(bytes))?.objects ?? [] { check(pin) }
        for key in (try? PrivateKeyObject.parse(bytes))?.objects ?? [] { check(key) }
        for certificate in (try? CertificateObject.parse(bytes))?.objects ?? [] { check(certificate) }
        for entry in (try? ObjectDirectory.parse(bytes))?.entries ?? [] {
            if case .path(let path) = entry.location { check(nil, [], path) }
        }
        if let info = try? TokenInfo.parse(bytes) {
            #expect((info.serialNumber?.count ?? 0) <= 255)
            check(info.label, [], nil)
            check(info.manufacturerID, [], nil)
        }
        for template in (try? ApplicationTemplate.parse(bytes))?.templates ?? [] {
            #expect((1...16).contains(template.aid.count))
            #expect((template.path?.count ?? 0) <= 32)
            check(template.label, [], nil)
        }
        _ = try? DataObjectFile.completeness(of: bytes)
        _ = try? DataObjectFile.lengthOfFirstElement(in: bytes)
    }

    @Test(
        "T5: whatever a field of a PIN holds, the PIN before it is kept (CVE-2021-42778, CVE-2023-40661)",
        arguments: fields
    )
    func aHostilePINFieldStaysItsOwnProblem(field: GoldenCard.Field) throws {
        let golden = try #require(try AuthenticationObject.parse(GoldenCard.pin()).objects.first)
        for content in Self.contents {
            let file = GoldenCard.pin() + GoldenCard.pin([field: content.octets])
            if file.count > DataObjectFile.maximumLength {
                #expect(throws: CardDataError.fileTooLong(limit: 32_767)) {
                    try AuthenticationObject.parse(file)
                }
                continue
            }
            let directory = try AuthenticationObject.parse(file)
            #expect(directory.objects.first == golden, "\(content.name)")
            #expect(directory.objects.count + directory.skipped == 2, "\(content.name)")
            Self.parseEverything(file)
        }
    }

    @Test(
        "T5: whatever a field of a key holds, the key before it is kept (CVE-2019-19480)",
        arguments: fields
    )
    func aHostileKeyFieldStaysItsOwnProblem(field: GoldenCard.Field) throws {
        let golden = try #require(try PrivateKeyObject.parse(GoldenCard.key()).objects.first)
        for content in Self.contents where content.octets.count <= 255 || content.octets.count == 256 {
            let file = GoldenCard.key() + GoldenCard.key([field: content.octets], tag: 0xA0)
            let directory = try PrivateKeyObject.parse(file)
            #expect(directory.objects.first == golden, "\(content.name)")
            #expect(directory.objects.count + directory.skipped == 2, "\(content.name)")
            Self.parseEverything(file)
        }
    }

    @Test("T5: whatever a field of a certificate holds, the one before it is kept", arguments: fields)
    func aHostileCertificateFieldStaysItsOwnProblem(field: GoldenCard.Field) throws {
        let golden = try #require(try CertificateObject.parse(GoldenCard.certificate()).objects.first)
        for content in Self.contents where content.octets.count <= 255 || content.octets.count == 256 {
            let file = GoldenCard.certificate() + GoldenCard.certificate([field: content.octets])
            let directory = try CertificateObject.parse(file)
            #expect(directory.objects.first == golden, "\(content.name)")
            #expect(directory.objects.count + directory.skipped == 2, "\(content.name)")
            Self.parseEverything(file)
        }
    }

    @Test("T5: labels are cut at 255 octets and identifiers over 255 refused")
    func limitsAreExact() throws {
        let octets = { (count: Int) in [UInt8](repeating: 0x41, count: count) }
        let pin = { (changes: GoldenCard.Changes) in try AuthenticationObject.parse(GoldenCard.pin(changes)) }
        #expect(try pin([.label: octets(255)]).objects.first?.label?.utf8.count == 255)
        #expect(try pin([.label: octets(256)]).objects.first?.label?.utf8.count == 255)
        #expect(try pin([.label: []]).objects.first?.label?.isEmpty == true)
        for field in [GoldenCard.Field.iD, .authId] {
            #expect(try pin([field: octets(255)]).objects.count == 1)
            #expect(throws: CardDataError.nothingReadable(skipped: 1)) { try pin([field: octets(256)]) }
        }
        #expect(try pin([.path: octets(32)]).objects.count == 1)
        #expect(throws: CardDataError.nothingReadable(skipped: 1)) { try pin([.path: octets(33)]) }
    }

    @Test(
        "T5: a serial number is at most 255 octets (CVE-2010-4523)",
        arguments: [0, 1, 255, 256, 30_000, 65_536]
    )
    func longSerialNumbersAreRefused(count: Int) {
        let info = try? TokenInfo.parse(GoldenCard.tokenInfo(serial: Array(repeating: 7, count: count)))
        #expect(info?.serialNumber?.count == (count <= 255 ? count : nil))
    }

    @Test("T5: whatever the card's label holds is bounded text")
    func hostileTokenLabels() {
        for content in Self.contents {
            let info = try? TokenInfo.parse(GoldenCard.tokenInfo(label: content.octets))
            #expect((info?.label?.utf8.count ?? 0) <= 3 * 255)
            #expect((info == nil) == (content.octets.count > 60_000))
        }
    }

    @Test("T5: a field of the wrong type is an error, not a wrong value")
    func wrongTypesAreErrors() throws {
        let golden = GoldenCard.pin()
        for index in golden.indices {
            for tag in [0x02, 0x04, 0x05, 0x24, 0x30, 0x80, 0xA0, 0xA1] as [UInt8] {
                var file = golden
                file[index] = tag
                Self.parseEverything(file)
            }
        }
        // pinReference as a constructed [0].
        var file = GoldenCard.pin([.reference: [0x04, 0x00]])
        let reference = try #require(file.lastIndex(of: 0x80))
        file[reference] = 0xA0
        #expect(throws: CardDataError.nothingReadable(skipped: 1)) { try AuthenticationObject.parse(file) }
    }

    @Test("T5: double entries are both listed")
    func doubleEntriesAreKept() throws {
        let directory = try ObjectDirectory.parse(GoldenCard.objectDirectory + GoldenCard.objectDirectory)
        #expect(directory.entries.count == 12)
        #expect(try AuthenticationObject.parse(GoldenCard.pin() + GoldenCard.pin()).objects.count == 2)
    }

    @Test("T4: nests of any depth are refused without exhausting the stack (CVE-2018-16426, CVE-2016-4008)")
    func deepNestsAreRefused() {
        let indefinite = Array(repeating: [0x30, 0x80] as [UInt8], count: 1_000_000).flatMap(\.self)
        Self.parseEverything(indefinite)
        #expect(throws: ASN1Error.self) { try BER.parse(indefinite) }
        var definite: [UInt8] = []
        let depth = 1_000_000
        for level in 1...depth {
            let length = (depth - level) * 6
            definite += [0x30, 0x84] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
        }
        #expect(throws: ASN1Error.self) { try BER.parse(definite) }
        // The deepest nests that fit a file.
        for tag in [0x30, 0xA0, 0xA1, 0xA8, 0x61] as [UInt8] {
            var nest: [UInt8] = []
            while nest.count < 32_000 {
                nest = ASN1Builder.tlv(tag, nest, nest.count < 600 ? .minimal : .fourOctets)
            }
            Self.parseEverything(nest)
        }
    }

    @Test(arguments: [
        GoldenCard.pin() + GoldenCard.pin([.iD: [9]]), GoldenCard.key() + GoldenCard.key(tag: 0xA0),
        GoldenCard.certificate() + GoldenCard.certificate(), GoldenCard.objectDirectory, GoldenCard.directory,
        GoldenCard.tokenInfo(),
    ])
    func aFileTruncatedAtEveryByteGivesNothingButWhatWasWhole(file: [UInt8]) {
        for count in 0..<file.count {
            let prefix = Array(file.prefix(count))
            Self.parseEverything(prefix)
            let pins = (try? AuthenticationObject.parse(file))?.objects ?? []
            #expect(pins.starts(with: (try? AuthenticationObject.parse(prefix))?.objects ?? []))
            let keys = (try? PrivateKeyObject.parse(file))?.objects ?? []
            #expect(keys.starts(with: (try? PrivateKeyObject.parse(prefix))?.objects ?? []))
            let certificates = (try? CertificateObject.parse(file))?.objects ?? []
            #expect(certificates.starts(with: (try? CertificateObject.parse(prefix))?.objects ?? []))
            let entries = (try? ObjectDirectory.parse(file))?.entries ?? []
            #expect(entries.starts(with: (try? ObjectDirectory.parse(prefix))?.entries ?? []))
            if !prefix.isEmpty, file == GoldenCard.tokenInfo() {
                #expect(throws: CardDataError.self) { try TokenInfo.parse(prefix) }
            }
        }
    }

    @Test("T5: 20,000 damaged files never trap and never break a limit")
    func damagedFilesKeepTheLimits() {
        let seeds = [
            GoldenCard.pin() + GoldenCard.pin([.iD: [9]]), GoldenCard.key() + GoldenCard.key(tag: 0xA0),
            GoldenCard.certificate(), GoldenCard.objectDirectory, GoldenCard.directory,
            GoldenCard.tokenInfo(),
        ]
        let interesting: [UInt8] = [
            0x00, 0x01, 0x02, 0x03, 0x04, 0x0A, 0x0C, 0x1F, 0x30, 0x61, 0x7F, 0x80, 0x81, 0x82, 0x84, 0x88,
            0xA0, 0xA1,
            0xFF,
        ]
        var random = SeededGenerator(seed: 15)
        for round in 0..<20_000 {
            var file = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: file.indices, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: file[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: file[index] = interesting.randomElement(using: &random) ?? 0
                case 2: file.remove(at: index)
                case 3: file.insert(interesting.randomElement(using: &random) ?? 0, at: index)
                default: file.replaceSubrange(index..., with: file[index...] + file[..<index])
                }
                if file.isEmpty { file = [0x30] }
            }
            Self.parseEverything(file)
        }
    }
}
