import Synchronization
import Testing

@testable import CardCore

@Suite struct CardTraceTests {
    private static let digits: [UInt8] = Array("73914628".utf8)

    private final class Lines: Sendable {
        let text = Mutex("")
        func trace() -> CardTrace { CardTrace { line in self.text.withLock { $0 += line } } }
        var all: String { text.withLock { $0 } }
    }

    @Test(
        "T14: the data of a command that carries a code is never in a trace",
        arguments: Instruction.carryingSecrets.sorted(),
        [0x00, 0x10, 0x0C, 0x80] as [UInt8]
    )
    func codesAreNotTraced(ins: UInt8, cla: UInt8) throws {
        let lines = Lines()
        let trace = lines.trace()
        let secret = SecretBytes(capacity: 8) { output in output.append(contentsOf: Self.digits.span) }
        let command = SecretCommandAPDU(cla: cla, ins: ins, p1: 0, p2: 0x82, data: secret)
        trace.record(try EncodedCommand(command))
        // The same bytes as a plain command, in short and in extended form, are refused before they reach a trace.
        for header in [[0x08], [0x00, 0x00, 0x08]] as [[UInt8]] {
            #expect(throws: TransportError.commandNotAllowed) {
                trace.record(try EncodedCommand(plain: [cla, ins, 0x00, 0x82] + header + Self.digits))
            }
        }
        trace.record(ResponseAPDU(data: Self.digits, status: StatusWord(rawValue: 0x63C2)), toSecret: true)
        trace.record(.noAnswer(cardRemoved: true))
        let text = lines.all
        #expect(!text.contains(Hex.string(of: Self.digits)))
        #expect(!text.contains(Hex.string(of: Self.digits.prefix(2))))
        #expect(!text.contains("73914628"))
        #expect(text.contains(Hex.string(of: [cla, ins]) + "0082"))
        #expect(text.split(separator: "\n").count == 3)
    }

    @Test func otherCommandsAreTracedWhole() throws {
        let lines = Lines()
        let trace = lines.trace()
        trace.record(try EncodedCommand(plain: [0x00, 0xA4, 0x04, 0x00, 0x02, 0x3F, 0x00]))
        trace.record(ResponseAPDU(data: [0x6F, 0x00], status: .success), toSecret: false)
        let text = lines.all
        #expect(text.hasPrefix("> 00A40400023F00\n< 6F009000 "))
    }

    @Test func anEmptyVerifyIsTracedWhole() throws {
        #expect(try EncodedCommand(plain: [0x00, 0x20, 0x00, 0x82]).redacted == "00200082")
        #expect(try EncodedCommand(plain: [0x00, 0x20, 0x00, 0x82, 0x00]).redacted == "0020008200")
    }

    @Test(arguments: ["one\ntwo", "one\r\ntwo", "one\u{2028}two", "\n\none\ntwo\n"])
    func aRemarkStaysOnOneLine(text: String) {
        let lines = Lines()
        lines.trace().remark(text)
        #expect(lines.all == "# one two\n")
    }
}
