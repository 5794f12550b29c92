import CardApplications
import CardCore
import FoundationEssentials
import Testing
import VirtualCards
import X509

/// ECDSA signatures as cards write them, and the one form that comes out.
@Suite struct EncodedSignatureTests {
    /// A PIV card with a P-256 key that answers each request for a signature with `value`.
    private func signature(_ value: [UInt8]) throws -> [UInt8]? {
        let parts = #filePath.split(separator: "/").dropLast(4)
        let fixtures = "/" + parts.joined(separator: "/") + "/Fixtures"
        let der = Array(try Data(contentsOf: URL(filePath: fixtures + "/pki/signing/p256.der")))
        let card = PIVCard(image: try PIVImage.load(from: fixtures + "/cards/piv.json"))
        let reader = InMemoryReader(card: card)
        let length = UInt8(value.count)
        reader.interfere = { _, command in
            guard command.ins == 0x87 else { return .proceed }
            let answer: [UInt8] = [0x7C, length + 2, 0x82, length] + value
            return .answer(ResponseAPDU(data: answer, status: .success))
        }
        let hints = CardHints(atr: try ATR(parsing: card.atr), families: ["piv"])
        let certificate = CardCertificate(id: "9A", label: "", pin: "80", der: der)
        let request = SigningRequest(form: .ecdsa(.sha256), input: [UInt8](repeating: 7, count: 32))
        var channel = AnyCardChannel(reader.channel())
        var found = try ApplicationSearch(hints, for: .codes).run(on: &channel)
        guard var session = found.session.take() else { throw CardError.notRecognised }
        do throws(CardError) {
            return try session.sign(request, with: certificate)
        } catch {
            #expect(error == .malformed(file: "signature"))
            return nil
        }
    }

    private func integer(_ number: [UInt8]) -> [UInt8] { [0x02, UInt8(number.count)] + number }

    private func sequence(_ r: [UInt8], _ s: [UInt8], _ more: [UInt8] = []) -> [UInt8] {
        let content: [UInt8] = integer(r) + integer(s) + more
        return [0x30, UInt8(content.count)] + content
    }

    @Test func numbersComeOutAsShortAsTheyCanBe() throws {
        let high: [UInt8] = [0x80] + [UInt8](repeating: 0x11, count: 31)
        let low = [UInt8](repeating: 0x22, count: 32)
        let zero: [UInt8] = [0x00]
        let proper = sequence(zero + high, low)
        #expect(try signature(proper) == proper)
        #expect(try signature(sequence(zero + zero + zero + high, zero + low)) == proper)
        // Without the zero that keeps a number positive, as some cards forget it.
        #expect(try signature(sequence(high, low)) == proper)
        #expect(try signature(sequence([0x00, 0x05], [0x07])) == sequence([0x05], [0x07]))
        #expect(try signature(sequence([0x00], [0x07])) == sequence([0x00], [0x07]))
    }

    @Test func whatIsNoSignatureIsNone() throws {
        let number = [UInt8](repeating: 0x22, count: 32)
        let proper = sequence(number, number)
        let one: [UInt8] = [0x30, 0x22] + integer(number)
        let nonsense: [[UInt8]] = [
            [], number + number, one, sequence(number, number, integer(number)), sequence(number, []),
            sequence([0x01] + number, number), proper + [0x00], Array(proper.dropLast()),
            [0x31] + Array(proper.dropFirst()),
        ]
        for value in nonsense { #expect(try signature(value) == nil, "\(value)") }
    }
}
