import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// Cards that make one look at them last: many files, each of which comes an octet at a time.
@Suite struct HostileLengthTests {
    /// What `PKCS15` and `IDPrime` files are bounded to, for each of a few rounds of looking.
    private static let most = 2_000

    /// An octet, and the word that there is more.
    private static func drip(_ command: [UInt8], _ first: [UInt8]) -> [UInt8] { first + [0x61, 0x01] }

    @Test func aGIDSCardWithManyCertificatesThatNeverEndIsLeft() throws {
        let bench = try AnyCardBench(.gids)
        func field(_ text: String) -> [UInt8] {
            Array((Array(text.utf8) + [UInt8](repeating: 0, count: 9)).prefix(9))
        }
        func entry(_ name: String, _ tag: UInt8) -> [UInt8] {
            field("mscp") + field(name) + [0, 0, tag, 0xDF, 0, 0, 0x10, 0xA0, 0, 0]
        }
        func object(_ tag: [UInt8], _ content: [UInt8]) -> [UInt8] {
            tag + [0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
        }
        let digits = Array("0123456789ABCDEF")
        let names = (0..<79).flatMap { index -> [String] in
            let suffix = "\(digits[index / 16])\(digits[index % 16])"
            return ["kxc" + suffix, "ksc" + suffix]
        }
        let master = object([0xDF, 0x1F], [1] + entry("cmapfile", 0x23) + names.flatMap { entry($0, 0x24) })
        let container = [UInt8](repeating: 0x41, count: 80) + [1, 0, 1, 0, 1, 0]
        let map = object([0xDF, 0x23], (0..<79).flatMap { _ in container })
        var pending: [UInt8]?
        bench.wire.answerInstead = { command in
            func send(_ bytes: [UInt8]) -> [UInt8] {
                let rest = Array(bytes.dropFirst(256))
                pending = rest.isEmpty ? nil : rest
                return bytes.prefix(256) + (rest.isEmpty ? [0x90, 0x00] : [0x61, 0x00])
            }
            if command[1] == 0xC0 { return pending.map(send) ?? [0x00, 0x61, 0x01] }
            guard command[1] == 0xCB, command.count > 8 else { return nil }
            switch command[5...8] {
            case [0x5C, 0x02, 0xDF, 0x1F]: return send(master)
            case [0x5C, 0x02, 0xDF, 0x23]: return send(map)
            case [0x5C, 0x02, 0xDF, 0x24]:
                pending = nil
                return [0xDF, 0x61, 0x01]
            default: return nil
            }
        }
        _ = try? bench.report()
        #expect(bench.wire.commands.count < Self.most)
    }

    @Test(arguments: [CardProfile.piv, .pivYubiKey])
    func aPIVCardWithManyObjectsThatNeverEndIsLeft(profile: CardProfile) throws {
        let bench = try AnyCardBench(profile)
        bench.wire.answerInstead = { command in
            if command[1] == 0xC0 { return [0x00, 0x61, 0x01] }
            guard command.starts(with: [0x00, 0xCB, 0x3F, 0xFF]), command.count > 9, command[6] == 0x03 else {
                return nil
            }
            // All twenty retired keys are on the card.
            if command[9] == 0x0C {
                return [0x53, 0x08, 0xC1, 0x01, 0x14, 0xC2, 0x01, 0x00, 0xFE, 0x00, 0x90, 0x00]
            }
            return [0x53, 0x61, 0x01]
        }
        _ = try? bench.report([.identity, .certificates, .retiredCertificates])
        #expect(bench.wire.commands.count < Self.most)
    }

    /// An answer that is too long for one family's question says that the card is of another family, not that it is damaged.
    @Test(arguments: [CardProfile.gids, .openpgp, .siths])
    func aLongAnswerToAnotherFamilysQuestionHidesNothing(profile: CardProfile) throws {
        let bench = try AnyCardBench(profile)
        var isPending = false
        bench.wire.answerInstead = { command in
            if command[1] == 0xC0, isPending {
                isPending = false
                return [UInt8](repeating: 0x41, count: 16) + [0x90, 0x00]
            }
            isPending = command.starts(with: [0x00, 0xCB, 0x3F, 0xFF, 0x03, 0x5C, 0x01, 0x7E])
            return isPending ? [UInt8](repeating: 0x41, count: 256) + [0x61, 0x10] : nil
        }
        let card = NamelessCard(bench.wire)
        var connection = MemoryConnection(reader: InMemoryReader(card: card), ledger: Ledger())
        let outcome: String
        do throws(OperationError) {
            outcome = try CardReport.read([], from: &connection).family ?? "nobody's"
        } catch {
            outcome = error.brief
        }
        #expect(["gids", "openpgp", "pkcs15"].contains(outcome), "\(outcome)")
    }
}

/// A card whose Answer-to-Reset tells nothing.
private final class NamelessCard: VirtualCard {
    private let card: any VirtualCard

    init(_ card: any VirtualCard) { self.card = card }

    let atr: [UInt8] = [0x3B, 0x80, 0x01, 0x81]
    var transmissionProtocol: TransmissionProtocol { card.transmissionProtocol }
    func reset() { card.reset() }
    func process(_ command: [UInt8]) -> [UInt8] { card.process(command) }
}
