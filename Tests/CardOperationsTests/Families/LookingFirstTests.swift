import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// What the ATR makes likely is not selected before everybody has looked at what is selected.
@Suite struct LookingFirstTests {
    private static func card(_ profile: CardProfile) throws -> any SoftwareCard {
        let path = OperationBench.fixtures + "/cards/\(profile.rawValue).json"
        let image = try profile.imageType.load(from: path)
        return image.makeCard(state: CardState(fresh: image), fault: nil)
    }

    /// ATRs that card data does not list: a YubiKey NEO, and a YubiKey 5 over a contactless reader.
    @Test(arguments: ["3BFC1300008131FE15597562696B65794E454F7233E1", "3B8D80018073C021C057597562694B65FF7F"])
    func whoeverIsLoggedInToTheOtherApplicationStaysSo(atr: String) throws {
        let application = try Self.card(.openpgp)
        let bytes = try #require(Hex.bytes(of: atr))
        let card = TwoApplicationCard(application, try Self.card(.pivYubiKey), atr: bytes)
        let reader = InMemoryReader(card: card)
        let aid: [UInt8] = [0xD2, 0x76, 0x00, 0x01, 0x24, 0x01]
        _ = card.process([0x00, 0xA4, 0x04, 0x00, UInt8(aid.count)] + aid)
        #expect(card.process([0x00, 0x20, 0x00, 0x82, 0x06] + Array("246810".utf8)) == [0x90, 0x00])
        #expect(application.holdsSecurityStatus)
        var connection = MemoryConnection(reader: reader, ledger: Ledger())
        _ = try CardReport.read([.identity, .certificates], from: &connection)
        #expect(card.changes == 0, "another application was selected")
        #expect(application.holdsSecurityStatus, "somebody else was logged out by looking")
    }
}
