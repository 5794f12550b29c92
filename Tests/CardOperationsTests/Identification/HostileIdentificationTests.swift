import CardApplications
import CardCore
import CardOperations
import Configuration
import PCSC
import Testing
import VirtualCards

/// Cards that lie, stop or never end.
@Suite struct HostileIdentificationTests {
    private static let profiles: [CardProfile] = [
        .siths, .sithsT1, .openpgp, .piv, .pivYubiKey, .gids, .idprime940,
    ]

    private static func outcome(
        _ identifier: CardIdentifier,
        _ bench: AnyCardBench
    ) -> Result<
        IdentifiedCard, OperationError
    > {
        Result { () throws(OperationError) in try identifier.identify(bench) }
    }

    /// A card without an end, whichever command it is that it does not end: an answer or an error, after few commands.
    @Test(arguments: profiles, ["6100", "61FF"])
    func anAnswerWithoutAnEndEndsTheLook(profile: CardProfile, status: String) throws {
        for number in 1...24 {
            let bench = try AnyCardBench(profile)
            var sent = 0
            bench.wire.answerInstead = { _ in
                sent += 1
                return sent < number
                    ? nil : [UInt8](repeating: 0xA5, count: 200) + (Hex.bytes(of: status) ?? [])
            }
            _ = Self.outcome(CardIdentifier(owners: try TestTrust.check(OwnerMap())), bench)
            #expect(bench.reader.commands < 400)
            let plain = try AnyCardBench(profile)
            plain.wire.answerInstead = bench.wire.answerInstead
            sent = 0
            _ = Self.outcome(CardIdentifier(), plain)
            #expect(plain.reader.commands < 150)
            #expect(plain.ledger.begun == plain.ledger.ended)
        }
    }

    /// Whatever goes wrong with a command, what is known is said or an error is thrown; nothing is sent for ever.
    @Test(arguments: profiles)
    func aCardThatLeavesOrGoesMuteIsAnError(profile: CardProfile) throws {
        let whole = try AnyCardBench(profile)
        _ = try CardIdentifier().identify(whole)
        for number in 1...whole.reader.commands {
            for error in [
                TransportError.cardRemoved, .noAnswer(cardRemoved: false), .cardReset, .serviceLost,
                .truncatedResponse(length: 1),
            ] {
                let bench = try AnyCardBench(profile)
                bench.reader.interfere = { sent, _ in sent == number ? .refuse(error) : .proceed }
                guard case .failure(.card(.transport(error))) = Self.outcome(CardIdentifier(), bench) else {
                    Issue.record("command \(number), \(error)")
                    continue
                }
                #expect(bench.reader.commands == number)
            }
        }
    }

    /// Every status word in place of every answer: no trap, and no identity of half a number.
    @Test(arguments: profiles)
    func aRefusalInPlaceOfAnAnswerIsNoOtherCard(profile: CardProfile) throws {
        let whole = try AnyCardBench(profile)
        let known = try CardIdentifier().identify(whole)
        for number in 1...whole.reader.commands {
            for status in [0x6982, 0x6A82, 0x6A86, 0x6D00, 0x6F00, 0x9000, 0x6281, 0x63C0] as [UInt16] {
                let bench = try AnyCardBench(profile)
                bench.reader.interfere = { sent, _ in
                    sent == number
                        ? .answer(ResponseAPDU(status: StatusWord(rawValue: status))) : .proceed
                }
                guard case .success(let card) = Self.outcome(CardIdentifier(), bench) else { continue }
                #expect(card.family == nil || card.family == known.family, "\(number) \(status)")
                #expect(bench.reader.commands < 80)
            }
        }
    }

    // MARK: Numbers

    private static func numbered(_ number: [UInt8]) throws -> OperationBench {
        try OperationBench(.siths) { image in
            try image.edit([0x3F, 0x00, 0x50, 0x15, 0x50, 0x32]) { bytes in
                let body: [UInt8] = [0x02, 0x01, 0x00] + tlv(0x04, number) + [0x0C, 0x01, 0x58]
                bytes = tlv(0x30, body)
            }
        }
    }

    private static func tlv(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] {
        switch value.count {
        case ..<128: [tag, UInt8(value.count)] + value
        case ..<256: [tag, 0x81, UInt8(value.count)] + value
        default: [tag, 0x82, UInt8(value.count >> 8), UInt8(value.count & 0xFF)] + value
        }
    }

    @Test func twoCardsWithOneNumberCannotBeToldApartAndOneOfAnotherFamilyCan() throws {
        let number: [UInt8] = [0x00, 0xBC, 0x61, 0x4E]
        let first = try CardIdentifier().identify(Self.numbered(number).wire, families: ["pkcs15"])
        let second = try CardIdentifier().identify(Self.numbered(number).wire, families: ["pkcs15"])
        #expect(first.identity == second.identity && first.identity != nil)
        let longer = try CardIdentifier().identify(Self.numbered(number + [0]).wire, families: ["pkcs15"])
        #expect(longer.identity != first.identity)
        // The text of its number is the same.
        let text = Array("00BC614E".utf8)
        let other = try CardIdentifier().identify(Self.numbered(text).wire, families: ["pkcs15"])
        #expect(other.identity != first.identity)
        #expect(try CardIdentifier().identify(AnyCardBench(.pivYubiKey)).identity != first.identity)
    }

    @Test(arguments: [0, 256, 10_240])
    func aNumberOfUnlikelyLengthIsNone(length: Int) throws {
        let bench = try Self.numbered((0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) })
        let card = try CardIdentifier().identify(bench.wire, families: ["pkcs15"])
        // Then it is the certificate that tells.
        let blank = try CardIdentifier().identify(Self.numbered([0, 0]).wire, families: ["pkcs15"])
        #expect(card.identity == blank.identity && card.identity != nil)
        #expect(bench.reader.commands < 80)
    }

    @Test func aCardThatNamesItselfDifferentlyEachTimeHasAnotherIdentityEachTime() throws {
        let bench = try AnyCardBench(.gids)
        var times: UInt8 = 0
        bench.wire.answerInstead = { command in
            guard command.starts(with: [0x00, 0xCB, 0xA0, 0x12]) else { return nil }
            times += 1
            return [0xDF, 0x20, 0x10] + (0..<16).map { $0 &+ times } + [0x90, 0x00]
        }
        let identifier = CardIdentifier()
        #expect(try identifier.identify(bench).identity != identifier.identify(bench).identity)
    }

    @Test func aCardWithDamagedFilesIsOfItsFamilyAndHasNoIdentity() throws {
        let bench = try OperationBench(.siths) { image in
            for file in image.files.indices where image.files[file].content != nil {
                image.files[file].content = HexBytes([UInt8](repeating: 0x30, count: 64))
            }
        }
        let owners = try TestTrust.check(OwnerMap())
        for identifier in [
            CardIdentifier(), CardIdentifier(owners: owners), CardIdentifier(kinds: ["An issuer"]),
        ] {
            let card = try identifier.identify(bench.wire, families: ["pkcs15"])
            #expect(card.family == "pkcs15" && card.identity == nil)
        }
        // Where it cannot be told who issued it, it is not excluded.
        let card = try CardIdentifier(kinds: ["An issuer"]).identify(bench.wire, families: ["pkcs15"])
        #expect(card.kinds.contains("An issuer"))
        var connection = MemoryConnection(reader: bench.reader, ledger: Ledger(), families: ["pkcs15"])
        let facts = try CardIdentifier(owners: owners).read(from: &connection, atr: bench.wire.atr)
        #expect(facts.lacksCertificates)
        #expect(owners.owner(of: facts, at: TestTrust.instant) { [] } == .unknown)
    }

    // MARK: Time

    @Test func nothingIsSentAfterTheTimeIsUp() throws {
        let bench = try AnyCardBench(.siths)
        var connection = bench.connection
        #expect(throws: OperationError.card(.transport(.reader(code: 0x8010_000A)))) {
            try CardIdentifier().read(from: &connection, atr: bench.wire.atr, until: .now)
        }
        #expect(bench.reader.commands == 0)
        #expect(bench.ledger.begun == 1 && bench.ledger.ended == 1)
        #expect(try CardIdentifier().identify(bench).identity != nil)
    }

    @Test func aMuteCardIsNotEvenConnected() throws {
        let card = InsertedCard(reader: Reader(nameBytes: [0x41]), eventCount: 1, atr: [], isMute: true)
        #expect(throws: OperationError.service(.cardUnresponsive)) { try CardIdentifier().identify(card) }
    }
}
