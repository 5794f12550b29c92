import COpenSSL
import CardApplications
import CardCore
import CardOperations
import CardTesting
import Configuration
import Testing
import VirtualCards

/// By what a card is known again, and by which words.
@Suite struct IdentificationTests {
    private static let profiles: [CardProfile] = [
        .siths, .sithsT1, .fineidHealth, .openpgp, .piv, .pivYubiKey, .gids, .idprime940,
    ]

    @Test func everyCardHasItsOwnIdentityAndNobodyKnowsItWithoutTheSalt() throws {
        // Two of them have the same number.
        let profiles = Self.profiles.filter { $0 != .sithsT1 }
        let identities = try profiles.map { try CardIdentifier().identify(AnyCardBench($0)).identity }
        #expect(Set(identities).count == profiles.count && !identities.contains(nil))
        let salt = [UInt8](repeating: 0x5B, count: 32)
        let others = try profiles.map { try CardIdentifier(salt).identify(AnyCardBench($0)).identity }
        #expect(Set(identities).isDisjoint(with: others))
    }

    /// What `openssl dgst -sha256 -mac HMAC -macopt hexkey:5a…5a` says of `number`, `pkcs15` and the serial number.
    @Test func theIdentityIsAnHMACOverFamilyAndNumber() throws {
        let bench = try AnyCardBench(.siths)
        #expect(try bench.report([.identity]).identity.serialNumber == "0975227999990000")
        let identity = try CardIdentifier().identify(AnyCardBench(.siths)).identity
        #expect(identity == "a759c624117a30daa75a841c44e520126a22a7be54f01b159b1a78ea27205e91")
    }

    // MARK: Cards of several applications

    private static func key() throws -> TwoApplicationCard {
        let folder = OperationBench.fixtures + "/cards"
        let piv = try PIVImage.load(from: "\(folder)/piv-yubikey.json")
        #expect(piv.yubiKey?.serial.bytes == [0x00, 0xBC, 0x61, 0x4E])
        var openPGP = try OpenPGPImage.load(from: "\(folder)/openpgp.json")
        // Yubico, and the same serial number in decimal digits.
        openPGP.aid = HexBytes(openPGP.aid.bytes[..<8] + [0x00, 0x06, 0x12, 0x34, 0x56, 0x78, 0x00, 0x00])
        return TwoApplicationCard(
            openPGP.makeCard(state: CardState(fresh: openPGP), fault: nil),
            piv.makeCard(state: CardState(fresh: piv), fault: nil),
            atr: piv.atr.bytes
        )
    }

    @Test func aYubiKeyIsTheSameWhicheverOfItsApplicationsIsSelected() throws {
        var cards: [IdentifiedCard] = []
        for name in [[0xD2, 0x76, 0x00, 0x01, 0x24, 0x01], [0xA0, 0x00, 0x00, 0x03, 0x08]] as [[UInt8]] {
            let key = try Self.key()
            let reader = InMemoryReader(card: key)
            _ = key.process([0x00, 0xA4, 0x04, 0x00, UInt8(name.count)] + name)
            let changes = key.changes
            var connection = MemoryConnection(reader: reader, ledger: Ledger())
            let identifier = CardIdentifier()
            cards.append(identifier.identified(try identifier.read(from: &connection, atr: key.atr)))
            #expect(key.changes == changes, "another application was selected")
        }
        #expect(cards.map(\.family) == ["openpgp", "piv"])
        #expect(cards[0].identity == cards[1].identity && cards[0].identity != nil)
        #expect(cards[0].kinds == ["piv", "openpgp"] && cards[1].kinds == ["piv", "openpgp"])
    }

    @Test(arguments: profiles)
    func whoeverIsLoggedInStaysSo(profile: CardProfile) throws {
        let bench = try AnyCardBench(profile)
        try bench.logIn()
        #expect(bench.card.holdsSecurityStatus)
        let before = bench.wire.commands.count
        #expect(try CardIdentifier().identify(bench).identity != nil)
        #expect(bench.card.holdsSecurityStatus)
        #expect(!bench.wire.commands[before...].contains { $0.starts(with: [0x00, 0xA4, 0x04]) })
    }

    /// The certificates of a PKCS#15 card can lie outside of the application, which has to be left for them.
    @Test(arguments: profiles.filter { !CardProfile.pkcs15.contains($0) })
    func askingWhoseACardIsLogsNobodyOut(profile: CardProfile) throws {
        let bench = try AnyCardBench(profile)
        try bench.logIn()
        let before = bench.wire.commands.count
        let card = try CardIdentifier(owners: try TestTrust.check(OwnerMap())).identify(bench)
        #expect(card.identity != nil && bench.card.holdsSecurityStatus)
        #expect(!bench.wire.commands[before...].contains { $0.starts(with: [0x00, 0xA4, 0x04]) })
    }

    // MARK: Words

    @Test func aCardIsCalledByItsFamilyAndByWhatCardDataCallsIt() throws {
        let products = try SmallFile.withFolder { folder in
            try SmallFile.write(
                """
                [Card one]
                ATR=3B 7F 96 *
                Name=Produkt ett
                Kind=siths
                Families=pkcs15
                Source=test
                [Card two]
                ATR=3B 02 *
                Name=Produkt två
                Source=test

                """,
                to: "\(folder)/cards.d/one.conf"
            )
            return try CardProducts(etc: folder, share: nil)
        }
        let identifier = CardIdentifier(salt: CardIdentifier.salt, products: products, kinds: [], owners: nil)
        #expect(try identifier.identify(AnyCardBench(.siths)).kinds == ["pkcs15", "Produkt ett", "siths"])
        #expect(try identifier.identify(AnyCardBench(.gids)).kinds == ["gids"])
        let unknown = try identifier.identify(RefusingCard([0x3B, 0x02, 0x14, 0x50]))
        #expect(unknown.kinds == ["unrecognised", "Produkt två"])
        #expect(unknown.identity == nil && unknown.family == nil && unknown.owner == .unknown)
    }

    @Test func issuersAreReadOnlyWhereCardsNamesSomethingElse() throws {
        let issuer = "TEST SITHS e-id Person HSA-id 3 CA v1"
        for profile in Self.profiles {
            let bench = try AnyCardBench(profile)
            let card = try CardIdentifier(kinds: [issuer]).identify(bench)
            #expect(card.kinds.contains(issuer))
            let plain = try AnyCardBench(profile)
            let same = try CardIdentifier().identify(plain)
            #expect(!same.kinds.contains(issuer) && same.identity == card.identity)
            #expect(plain.reader.commands < bench.reader.commands)
        }
        let other = try CardIdentifier(kinds: ["Somebody else"]).identify(AnyCardBench(.siths))
        #expect(!other.kinds.contains("Somebody else"))
    }

    /// As Cards= in kortvakt.conf names it, whatever type of string the certificate has.
    @Test(arguments: ["TeletexString", "UniversalString", "BMPString", "UTF8String"])
    func issuersAreKnownInEveryTypeOfString(type: String) throws {
        let issuer = "Utfärdare för Österåker CA"
        let (tag, value): (UInt8, [UInt8]) =
            switch type {
            case "TeletexString": (0x14, issuer.unicodeScalars.map { UInt8($0.value) })
            case "UniversalString": (0x1C, issuer.unicodeScalars.flatMap { [0, 0, 0, UInt8($0.value)] })
            case "BMPString": (0x1E, issuer.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
            default: (0x0C, Array(issuer.utf8))
            }
        let bench = try OperationBench(.siths) { image in
            try image.edit([0x3F, 0x00, 0x43, 0x31]) { bytes in
                bytes = CertificateFields.replace(
                    issuer: [.init(CertificateFields.commonName, tag, value)],
                    in: bytes
                )
            }
        }
        let card = try CardIdentifier(kinds: [issuer]).identify(bench.wire, families: ["pkcs15"])
        #expect(card.kinds.contains(issuer))
        // Not because its certificates could not be read.
        let other = try CardIdentifier(kinds: ["An issuer"]).identify(bench.wire, families: ["pkcs15"])
        #expect(!other.kinds.contains("An issuer") && other.kinds.contains(issuer))
    }

    @Test func theProductThatTheApplicationTellsIsReadWhereCardsNamesIt() throws {
        let card = try CardIdentifier(kinds: ["YubiKey 5.4.3"]).identify(AnyCardBench(.pivYubiKey))
        #expect(card.kinds.contains("YubiKey 5.4.3"))
        // A certificate is not read for it.
        let bench = try AnyCardBench(.pivYubiKey)
        _ = try CardIdentifier(kinds: ["YubiKey 5.4.3"]).identify(bench)
        #expect(bench.wire.count(of: "\u{5C}\u{03}") == 0 && bench.reader.commands <= 12)
    }

    // MARK: Cards without a number

    @Test(arguments: [0x00, 0xFF, 0x30] as [UInt8])
    func aCardWhoseNumberIsNoneIsKnownByItsLoginCertificate(blank: UInt8) throws {
        func bench(_ profile: CardProfile = .siths) throws -> OperationBench {
            try OperationBench(profile) { image in
                try image.edit([0x3F, 0x00, 0x50, 0x15, 0x50, 0x32]) { bytes in
                    // SEQUENCE, version, OCTET STRING.
                    let start = try #require(bytes.firstIndex(of: 0x04))
                    for index in 0..<Int(bytes[start + 1]) { bytes[start + 2 + index] = blank }
                }
            }
        }
        let plain = try CardIdentifier().identify(bench().wire, families: ["pkcs15"])
        let again = try CardIdentifier().identify(bench().wire, families: ["pkcs15"])
        let numbered = try CardIdentifier().identify(AnyCardBench(.siths))
        #expect(plain == again && plain.identity != nil && plain.identity != numbered.identity)
        let asked = try CardIdentifier(owners: try TestTrust.check(OwnerMap()))
            .identify(bench().wire, families: ["pkcs15"])
        #expect(asked.identity == plain.identity)
        // Another holder's certificate.
        let other = try CardIdentifier().identify(bench(.reservkort).wire, families: ["pkcs15"])
        #expect(other.identity != nil && other.identity != plain.identity)
    }
}

/// A card that knows no command.
final class RefusingCard: VirtualCard {
    let atr: [UInt8]
    let transmissionProtocol = TransmissionProtocol.t0
    private(set) var commands = 0

    init(_ atr: [UInt8]) { self.atr = atr }

    func reset() {}

    func process(_ command: [UInt8]) -> [UInt8] {
        commands += 1
        return [0x6D, 0x00]
    }
}

extension AnyCardBench {
    /// Verifies the login PIN as another program does that has not finished.
    func logIn() throws {
        let search = ApplicationSearch(connection.hints, for: .codes)
        var channel = AnyCardChannel(reader.channel())
        var found = try search.run(on: &channel)
        guard var session = found.session.take() else { throw CardError.notRecognised }
        let pins = try session.readPINs(roles: true)
        let pin = try #require(pins.first { $0.role == .auth })
        let digits = Array(code(.authentication).utf8)
        let secret = SecretBytes(capacity: digits.count) { output in
            for digit in digits { output.append(digit) }
        }
        try session.verify(pin, secret)
    }
}
