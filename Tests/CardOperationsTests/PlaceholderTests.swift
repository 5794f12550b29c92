import CardOperations
import Testing

/// P1 decides which codes a command carries, so a placeholder stands only where the card takes it for what it is.
@Suite struct PlaceholderTests {
    @Test(arguments: [
        "002C0082{new}", "00240081{new}", "002C0281{puk}{new}", "002C0381{puk}", "002C0181{new}",
        "002C0181{puk}{new}", "00240181{pin}{new}", "00200181{pin}", "0020FF81{pin}", "002C0081{puk}",
        // Other classes: a link of a chain, a logical channel, secure messaging, proprietary.
        "01200081{pin}", "10200081{pin}", "04200081{pin}", "0C200081{pin}", "40200081{pin}", "80200081{pin}",
        "012C0281{new}", "10240081{pin}{new}",
        // Odd instructions take data objects.
        "00210081{pin}", "00250081{pin}{new}", "002D0081{puk}{new}",
    ])
    func isRefusedWhereTheCommandTakesOtherCodes(text: String) {
        #expect(throws: RawCommand.ParseError.misplacedCode) { try RawCommand.parse([text]) }
    }

    @Test(arguments: [
        ("002C0281{new}", [RawCommand.Code.new]), ("00240181{new}", [.new]), ("002C0181{puk}", [.puk]),
        ("002C0081{puk}{new}", [.puk, .new]), ("00240081{pin}{new}", [.pin, .new]),
        ("00200081{pin}", [.pin]),
    ])
    func isTakenWhereItFits(text: String, codes: [RawCommand.Code]) throws {
        #expect(try RawCommand.parse([text]).first?.codes == codes)
    }
}
