import CardApplications
import CardCore
import Testing
import VirtualCards

@Suite struct RoleTests {
    private static let auth: [UInt8] = [0x45]
    private static let sign = Array("sign-2".utf8)

    private func bench(
        codes: [[UInt8]],
        keys: [[UInt8]] = [],
        certificates: Bool = true
    ) throws -> FamilyBench {
        try FamilyBench { image in
            try image.write(FileSystemImage.Place.codes, codes.flatMap(\.self))
            try image.write(FileSystemImage.Place.keys, keys.flatMap(\.self))
            guard !certificates else { return }
            try image.write(FileSystemImage.Place.certificates, [])
            try image.write(FileSystemImage.Place.moreCertificates, [])
        }
    }

    private func pair(_ first: String = "", _ second: String = "") -> [[UInt8]] {
        [
            Objects.code(1, label: first, unblockedBy: 3, reference: 0x81),
            Objects.code(2, label: second, unblockedBy: 3, reference: 0x82),
            Objects.code(3, reference: 0x83),
        ]
    }

    @Test func theUsageOfTheKeysDecidesAgainstLabelAndOrder() throws {
        let bench = try bench(
            codes: pair("Legitimering", "Underskrift"),
            keys: [Objects.key(Self.sign, pin: 1, usage: [9]), Objects.key(Self.auth, pin: 2, usage: [2])],
            certificates: false
        )
        #expect(try bench.roles() == "01 sign, 02 auth, 03 puk")
    }

    @Test(arguments: [[1], [2], [3], [5], [1, 5], [0, 1, 2, 5]])
    func whateverAnAuthenticationKeyDoes(usage: [Int]) throws {
        let bench = try bench(
            codes: pair(),
            keys: [Objects.key(Self.sign, pin: 1, usage: [9]), Objects.key(Self.auth, pin: 2, usage: usage)],
            certificates: false
        )
        #expect(try bench.roles() == "01 sign, 02 auth, 03 puk")
    }

    /// Cards whose keys may do everything: only the certificates tell.
    @Test func theCertificatesDecideWhereKeysMayDoEverything() throws {
        for (first, second, expected) in [
            (Self.auth, Self.sign, "01 auth, 02 sign, 03 puk"),
            (Self.sign, Self.auth, "01 sign, 02 auth, 03 puk"),
        ] {
            let bench = try bench(
                codes: pair(),
                keys: [
                    Objects.key(first, pin: 1, usage: [2, 9]), Objects.key(second, pin: 2, usage: [2, 9]),
                ]
            )
            #expect(try bench.roles() == expected)
        }
    }

    @Test func theLabelsDecideWhereKeysAndCertificatesDoNot() throws {
        let bench = try bench(codes: pair("Underskrift PIN", "Legitimering PIN"), certificates: false)
        #expect(try bench.roles() == "01 sign, 02 auth, 03 puk")
    }

    @Test(arguments: [
        ("Legitimering", "auth"), ("PIN legitimering", "auth"), ("Authentication PIN", "auth"),
        ("LOGIN", "auth"),
        ("perustunnusluku", "auth"), ("Underskrift", "sign"), ("Signature PIN", "sign"),
        ("SIGNERING", "sign"),
        ("allekirjoitustunnusluku", "sign"),
    ])
    func wordsOfLabels(label: String, role: String) throws {
        // As the second of two the order would give it the other role for one of the two words.
        let other = role == "auth" ? "sign" : "auth"
        let first = try bench(codes: pair(label, ""), certificates: false)
        #expect(try first.roles() == "01 \(role), 02 \(other), 03 puk")
        let second = try bench(codes: pair("", label), certificates: false)
        #expect(try second.roles() == "01 \(other), 02 \(role), 03 puk")
    }

    @Test(arguments: [("", ""), ("PIN1", "PIN2"), ("auth", "auth"), ("Legitimering och underskrift", "")])
    func theOrderDecidesLast(first: String, second: String) throws {
        let bench = try bench(codes: pair(first, second), certificates: false)
        #expect(try bench.roles() == "01 auth, 02 sign, 03 puk")
    }

    @Test func twoPINsForLoginAreNotToldApartByTheirKeys() throws {
        let bench = try bench(
            codes: pair("Underskrift", "Legitimering"),
            keys: [Objects.key(Self.auth, pin: 1, usage: [2]), Objects.key(Self.sign, pin: 2, usage: [2])],
            certificates: false
        )
        #expect(try bench.roles() == "01 sign, 02 auth, 03 puk")
    }

    @Test func aThirdPINHasNoRole() throws {
        let bench = try bench(
            codes: pair() + [Objects.code(4, reference: 0x84)],
            certificates: false
        )
        #expect(try bench.roles() == "01 auth, 02 sign, 03 puk, 04 -")
    }

    @Test func aPUKIsOneByItsFlagOrByBeingNamed() throws {
        let byFlag = try bench(
            codes: [Objects.code(1, reference: 0x81), Objects.code(3, flags: [4, 6], reference: 0x83)],
            certificates: false
        )
        #expect(try byFlag.roles() == "01 auth, 03 puk")
        let named = try bench(
            codes: [
                Objects.code(3, flags: [4], reference: 0x83),
                Objects.code(1, unblockedBy: 3, reference: 0x81),
            ],
            certificates: false
        )
        #expect(try named.roles() == "03 puk, 01 auth")
        #expect(try named.pins()?.map(\.kind) == [.puk, .pin])
    }

    @Test func anIdMeansOneCodeOnly() throws {
        let bench = try bench(
            codes: [
                Objects.code(1, label: "first", reference: 0x81),
                Objects.code(1, label: "second", reference: 0x82),
                Objects.code(2, reference: 0x84),
            ],
            certificates: false
        )
        let pins = try #require(try bench.pins())
        #expect(pins.map(\.id) == ["01", "02", "01/puk", "02/puk"])
        #expect(pins.map(\.reference.rawValue) == [0x81, 0x84, 0x81, 0x84] && pins[0].label == "first")
    }

    @Test func aCodeOfATypeThatNobodyKnowsIsNotPresented() throws {
        let bench = try bench(
            codes: [Objects.code(1, type: 9, reference: 0x81), Objects.code(2, reference: 0x82)],
            certificates: false
        )
        #expect(try bench.pins()?.map(\.id) == ["02", "02/puk"])
    }

    @Test(arguments: zip(0...4, [PINEncoding.bcd, .asciiNumeric, .utf8, .halfNibbleBCD, .iso9564]))
    func everyTypeOfTheStandardHasItsEncoding(type: Int, encoding: PINEncoding) throws {
        let bench = try bench(
            codes: [Objects.code(1, type: UInt8(type), reference: 0x81)],
            certificates: false
        )
        #expect(try bench.pins()?.first?.encoding == encoding)
    }

    @Test(arguments: [
        ([4], true, true, true), ([2, 4], true, false, true), ([3, 4], true, true, false),
        ([0], false, true, true),
    ])
    func flagsSayWhatMayBeDone(flags: [Int], initialized: Bool, change: Bool, unblock: Bool) throws {
        let bench = try bench(codes: [Objects.code(1, flags: flags, reference: 0x81)], certificates: false)
        let pin = try #require(try bench.pins()?.first)
        #expect(
            pin.isInitialized == initialized && pin.changeIsAllowed == change
                && pin.unblockIsAllowed == unblock
        )
    }

    /// Security officers have codes of their own, which are none of the holder's.
    @Test func aSecurityOfficersCodeIsNobodysPIN() throws {
        let officer = Objects.code(9, label: "Security Officer", flags: [4, 7], reference: 0x89)
        let alone = try bench(
            codes: [Objects.code(1, unblockedBy: 3, reference: 0x81), officer],
            certificates: true
        )
        #expect(try alone.roles() == "01 auth, 01/puk puk")
        let unblocks = try bench(codes: [Objects.code(1, unblockedBy: 9, reference: 0x81), officer])
        #expect(try unblocks.roles() == "01 auth, 09 puk")
    }

    @Test func aPINThatDoesNotSayWhatUnblocksItIsUnblockedByTheOnlyPUK() throws {
        let puk = Objects.code(3, flags: [4, 6], reference: 0x83)
        let one = try bench(codes: [Objects.code(1, reference: 0x81), puk])
        #expect(try one.pins()?.first?.unblockedBy == "03")
        let another = Objects.code(4, flags: [4, 6], reference: 0x84)
        let two = try bench(codes: [Objects.code(1, reference: 0x81), puk, another])
        #expect(try two.pins()?.first?.unblockedBy == nil)
    }

    @Test func aPUKNeedsNoFlagToBeThere() throws {
        let codes = [
            Objects.code(1, unblockedBy: 3, flags: [], reference: 0x81),
            Objects.code(3, flags: [6], reference: 0x83),
        ]
        #expect(try bench(codes: codes).pins()?.map(\.isInitialized) == [false, true])
    }

    /// A local code's path, as cards write it when the code lies in the application itself.
    @Test(
        arguments: [([], nil), ([0x3F, 0x00, 0x50, 0x15], [0x3F, 0x00, 0x50, 0x15])] as [([UInt8], [UInt8]?)]
    )
    func anEmptyPathIsTheApplicationsOwnDirectory(path: [UInt8], directory: [UInt8]?) throws {
        let bench = try bench(codes: [Objects.code(1, flags: [1, 4], reference: 0x81, path: path)])
        // The PUK that is not named is presented beside its PIN.
        #expect(try bench.directories().first == directory)
    }
}
