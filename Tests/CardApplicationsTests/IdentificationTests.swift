import CardApplications
import CardCore
import Testing
import VirtualCards
import X509

@Suite struct IdentificationTests {
    private static let iso: [UInt8] = [0xE8, 0x28, 0xBD, 0x08, 0x0F]
    private static let all = "01 auth, 02 sign, 03 puk"

    @Test(arguments: [CardProfile.siths, .sithsT1, .sithsTwoStep, .fineid])
    func theApplicationIsFoundByItsAID(profile: CardProfile) throws {
        let bench = try FamilyBench(profile)
        #expect(try bench.roles() == Self.all)
        #expect(bench.commands.first?.dropFirst(5).starts(with: [0xA0, 0, 0, 0, 0x63]) == true)
    }

    @Test func theAIDOfISO7816Part15IsTriedNext() throws {
        let bench = try FamilyBench { image in
            image.applications = image.applications.map { application in
                var application = application
                application.aid = HexBytes(Self.iso + [0x01])
                return application
            }
        }
        #expect(try bench.roles() == Self.all)
        #expect(bench.commands[1].dropFirst(5).starts(with: Self.iso))
    }

    @Test(arguments: [true, false])
    func anAppletIsFoundByTheNameThatCardDataGives(isListed: Bool) throws {
        let isoApplet: [UInt8] = [
            0xF2, 0x76, 0xA2, 0x88, 0xBC, 0xFB, 0xA6, 0x9D, 0x34, 0xF3, 0x10, 0x01,
        ]
        // What EF.DIR lists may be longer than what is known of it.
        let name = isoApplet + (isListed ? [0x07] : [])
        let bench = try FamilyBench { image in
            image.applications = image.applications.map { application in
                var application = application
                application.aid = HexBytes(name)
                return application
            }
            let template = ASN1Builder.tlv(0x61, ASN1Builder.tlv(0x4F, name))
            try image.write(FileSystemImage.Place.directory, isListed ? template : [0xFF])
        }
        bench.families = []
        // Its files are found by their place alone, and the name is not selected.
        _ = try bench.pins()
        #expect(
            !bench.commands.contains {
                $0.starts(with: [0x00, 0xA4, 0x04]) && $0.dropFirst(5).starts(with: isoApplet)
            }
        )
        bench.applications = [CardHints.Application(family: "pkcs15", aid: isoApplet)]
        bench.habit = { command in
            // This applet wants its whole name.
            guard command[1] == 0xA4, command[2] == 0x04 else { return nil }
            return Array(command[5...].prefix(Int(command[4]))) == name ? nil : [0x6A, 0x82]
        }
        #expect(try bench.roles() == Self.all)
    }

    @Test func theDirectoryFileNamesALongerAID() throws {
        let long = [0xA0, 0, 0, 0, 0x63] + Array("PKCS-15".utf8) + [0x01]
        let bench = try FamilyBench { image in
            try image.write(
                FileSystemImage.Place.directory,
                ASN1Builder.tlv(0x61, ASN1Builder.tlv(0x4F, long))
            )
        }
        // The card knows nothing shorter.
        bench.habit = { command in
            guard command[1] == 0xA4, command[2] == 0x04 else { return nil }
            guard Array(command[5...].prefix(long.count)) == long else { return [0x6A, 0x82] }
            return bench.card.process([0, 0xA4, 0x08, 0x0C, 0x02, 0x50, 0x15])
        }
        #expect(try bench.roles() == Self.all)
    }

    @Test(arguments: [CardProfile.siths, .sithsT1, .sithsTwoStep])
    func theDirectoryFileLeadsToAnApplicationWithoutASelectableName(profile: CardProfile) throws {
        let bench = try FamilyBench(profile) { $0.applications = [] }
        #expect(try bench.roles() == Self.all)
        #expect(try bench.certificates()?.map(\.id) == ["45", "sign-2"])
    }

    @Test func aCardThatHasNoneOfItIsUnknownAndNothingIsGuessed() throws {
        let empty = try FamilyBench { image in (image.applications, image.files) = ([], []) }
        #expect(try empty.pins() == nil)
        // One question or name for each family, and EF.DIR.
        #expect(empty.commands.count <= 16)
        let questions = [Instruction.select, Instruction.getData, Instruction.getDataWithTags]
        #expect(empty.commands.allSatisfy { questions.contains($0[1]) })
        let mute = try FamilyBench()
        mute.habit = { _ in [0x6D, 0x00] }
        #expect(try mute.pins() == nil)
    }

    // MARK: T4, loops and files that are something else

    @Test func aDirectoryFileThatPointsToItselfEndsTheSearch() throws {
        let aid = [0xA0, 0, 0, 0, 0x63] + Array("PKCS-15".utf8)
        let itself = ASN1Builder.tlv(
            0x61,
            ASN1Builder.tlv(0x4F, aid) + ASN1Builder.tlv(0x51, FileSystemImage.Place.directory)
        )
        for count in [1, 15] {
            let bench = try FamilyBench { image in
                image.applications = []
                try image.write(FileSystemImage.Place.directory, (0..<count).flatMap { _ in itself })
            }
            #expect(throws: CardError.malformed(file: "EF.OD")) { try bench.pins() }
            #expect(bench.commands.count < 40)
        }
    }

    @Test(arguments: [0, 4, 8] as [UInt8])
    func anObjectDirectoryThatPointsToItselfIsReadOnceAndNotFollowed(kind: UInt8) throws {
        for count in [1, 5, 60] {
            let bench = try FamilyBench { image in
                let loop = (0..<count).flatMap { _ in Objects.entry(kind, path: FileSystemImage.Place.objects)
                }
                let rest =
                    Objects.entry(8, path: [0x44, 0x01]) + Objects.entry(0, path: FileSystemImage.Place.keys)
                    + Objects.entry(4, path: [0x44, 0x03])
                try image.write(FileSystemImage.Place.objects, loop + rest)
            }
            let roles = try? bench.roles()
            // What stands behind sixty others is out of bounds.
            if count < 60 { #expect(roles == Self.all) }
            #expect(bench.commands.count < 40)
        }
    }

    @Test func aFileThatIsNamedTwiceIsReadOnce() throws {
        let bench = try FamilyBench { image in
            let objects = try image.content(FileSystemImage.Place.objects)
            let end = (objects.lastIndex { $0 != 0xFF } ?? 0) + 1
            let double =
                Objects.entry(8, path: [0x44, 0x01]) + Objects.entry(0, path: FileSystemImage.Place.keys)
            try image.write(FileSystemImage.Place.objects, Array(objects[..<end]) + double)
        }
        #expect(try bench.roles() == Self.all)
        let selections = bench.commands.filter { $0[1] == 0xA4 && $0.suffix(2) == [0x44, 0x02] }
        #expect(selections.count == 1)
    }

    @Test func aRecordFileOnTheWayIsSkipped() throws {
        let bench = try FamilyBench { image in
            let objects = try image.content(FileSystemImage.Place.objects)
            let end = (objects.lastIndex { $0 != 0xFF } ?? 0) + 1
            let records = [0, 4, 8].flatMap { Objects.entry($0, path: [0x3F, 0x00, 0x50, 0x15, 0x44, 0x05]) }
            try image.write(FileSystemImage.Place.objects, records + Array(objects[..<end]))
        }
        #expect(try bench.roles() == Self.all)
        #expect(try bench.certificates()?.count == 2)
        #expect(bench.commands.contains { $0[1] == 0xA4 && $0.suffix(2) == [0x44, 0x05] })
    }

    // MARK: Direct and indirect values

    @Test func objectsMayStandInTheObjectDirectoryItself() throws {
        let bench = try FamilyBench { image in
            let codes = [
                Objects.code(1, unblockedBy: 3, reference: 0x81),
                Objects.code(2, unblockedBy: 3, reference: 0x82),
                Objects.code(3, reference: 0x83),
            ].flatMap(\.self)
            let keys = Objects.key([0x45], pin: 1, usage: [2]) + Objects.key([0x46], pin: 2, usage: [9])
            try image.write(
                FileSystemImage.Place.objects,
                Objects.entry(8, direct: codes) + Objects.entry(0, direct: keys)
            )
        }
        #expect(try bench.roles() == Self.all)
    }

    @Test func aCertificateMayStandInItsDirectoryFileOrBehindAnOffset() throws {
        let bench = try FamilyBench { image in
            let login = try image.content(FileSystemImage.Place.login)
            let der = Array(login.prefix(4 + Int(login[2]) * 256 + Int(login[3])))
            try image.write(
                FileSystemImage.Place.certificates,
                Objects.certificate([0x45], ASN1Builder.tlv(0xA0, der))
            )
            // The other one begins at octet 300 of its file.
            let signature = try image.content(FileSystemImage.Place.signature)
            try image.write(
                FileSystemImage.Place.signature,
                [UInt8](repeating: 0x00, count: 300)
                    + signature.prefix(4 + Int(signature[2]) * 256 + Int(signature[3]))
            )
            let path = ASN1Builder.sequence(
                ASN1Builder.octets([0x43, 0x32]),
                ASN1Builder.integer(0x01, 0x2C),
                ASN1Builder.tlv(0x80, [0x07, 0x00])
            )
            try image.write(
                FileSystemImage.Place.moreCertificates,
                Objects.certificate(Array("sign-2".utf8), path)
            )
        }
        let found = try #require(try bench.certificates())
        #expect(found.map(\.id) == ["45", "sign-2"])
        #expect(found.map(\.pin) == ["01", "02"])
        for certificate in found { #expect(certificate.certificate != nil) }
    }

    @Test func certificatesAreThoseOfTheTestAuthority() throws {
        let found = try #require(try FamilyBench().certificates())
        let summaries = found.compactMap(\.certificate)
        #expect(summaries.map(\.extensions.keyUsage?.first) == [.digitalSignature, .nonRepudiation])
        for (certificate, summary) in zip(found, summaries) {
            #expect(summary.subject.serialNumber?.raw.hasPrefix("SE") == true && summary.cardNumber != nil)
            #expect(certificate.der.last != 0xFF && certificate.der.count >= 1_600)
        }
    }

    // MARK: Habits of cards

    @Test(arguments: [CardProfile.siths, .sithsT1])
    func aCardThatInsistsOnSendingFCIIsAskedForIt(profile: CardProfile) throws {
        let bench = try FamilyBench(profile)
        bench.habit = { $0[1] == 0xA4 && $0[3] == 0x0C ? [0x6A, 0x86] : nil }
        #expect(try bench.roles() == Self.all)
        // It is learnt once.
        #expect(bench.commands.filter { $0[1] == 0xA4 && $0[3] == 0x0C }.count <= 2)
        #expect(try bench.certificates()?.count == 2)
    }

    @Test(arguments: [CardProfile.siths, .sithsT1, .sithsTwoStep])
    func aCardThatSelectsOnlyStepByStepIsWalkedThrough(profile: CardProfile) throws {
        for refusal in [[0x6A, 0x86], [0x6A, 0x81], [0x6A, 0x82], [0x6B, 0x00]] as [[UInt8]] {
            let bench = try FamilyBench(profile)
            bench.habit = { $0[1] == 0xA4 && [0x08, 0x09].contains($0[2]) ? refusal : nil }
            #expect(try bench.roles() == Self.all)
            #expect(try bench.certificates()?.count == 2)
        }
    }

    @Test func aCardThatSelectsNoChildrenTakesIdentifiers() throws {
        let bench = try FamilyBench()
        bench.habit = { $0[1] == 0xA4 && $0[2] == 0x02 ? [0x6A, 0x86] : nil }
        #expect(try bench.roles() == Self.all)
    }

    @Test(
        arguments: [[0x6A, 0x86], [0x6A, 0x82], [0x6B, 0x00], [0x69, 0x86], [0x90, 0x00]] as [[UInt8]]
    )
    func aCardWithoutShortIdentifiersIsReadByPath(refusal: [UInt8]) throws {
        for profile in [CardProfile.siths, .sithsT1] {
            let bench = try FamilyBench(profile)
            bench.habit = { $0[1] == 0xB0 && $0[2] & 0x80 != 0 ? refusal : nil }
            #expect(try bench.roles() == Self.all)
            let identity = try bench.withSession { try $0.readIdentity() }
            #expect(identity?.label == "SITHS e-tjänstekort")
            // It is learnt once for each application that is opened.
            #expect(bench.commands.filter { $0[1] == 0xB0 && $0[2] & 0x80 != 0 }.count <= 2)
        }
    }

    /// READ BINARY by short identifier that reads the current file in its stead.
    @Test func anAnswerThatIsNoObjectDirectoryIsNotTakenAsOne() throws {
        let bench = try FamilyBench()
        bench.habit = { command in
            guard command[1] == 0xB0, command[2] & 0x80 != 0 else { return nil }
            return [UInt8](repeating: 0x3B, count: 256) + [0x90, 0x00]
        }
        #expect(try bench.roles() == Self.all)
    }

    @Test func whatIsReadIsTheSameOnEveryCard() throws {
        let pins = try CardProfile.pkcs15.map { try #require(try FamilyBench($0).pins()) }
        #expect(
            pins.map { $0.map(\.reference.rawValue) } == [
                [0x81, 0x82, 0x83], [0x81, 0x82, 0x83], [0x81, 0x82, 0x83], [0x81, 0x83], [0x11, 0x82, 0x83],
                [0x03, 0x04, 0x12],
            ]
        )
        #expect(pins.map { $0[0].padByte } == [nil, nil, 0x00, nil, 0x00, nil])
        #expect(pins.map { $0[0].storedLength } == [8, 8, 8, 8, 12, 12])
        #expect(pins.map { $0[0].length } == [6...8, 6...8, 6...8, 6...8, 4...12, 4...12])
        #expect(pins.map { $0[0].unblockedBy } == Array(repeating: "03", count: 6))
        // Login is global on FINEID cards.
        #expect(try FamilyBench(.fineid).directories().map { $0 == nil } == [true, false, false])
        for list in pins { #expect(Set(list.map(\.id)).count == list.count) }
    }
}
