import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// Which application of a card gets a code does not depend on what another program did last.
@Suite struct SameApplicationTests {
    private static func card(_ profile: CardProfile) throws -> any SoftwareCard {
        let path = OperationBench.fixtures + "/cards/\(profile.rawValue).json"
        let image = try profile.imageType.load(from: path)
        return image.makeCard(state: CardState(fresh: image), fault: nil)
    }

    /// A YubiKey 5, which card data calls a PIV card first and an OpenPGP card then; gpg may have used it a moment ago.
    @Test(arguments: [false, true], [false, true])
    func theCodeGoesToTheApplicationThatCardDataNamesFirst(isNamed: Bool, gpgWasThere: Bool) throws {
        let piv = try Self.card(.pivYubiKey)
        let openPGP = try Self.card(.openpgp)
        let atr = try #require(Hex.bytes(of: "3BFD1300008131FE158073C021C057597562694B657940"))
        let card = TwoApplicationCard(piv, openPGP, atr: atr)
        let reader = InMemoryReader(card: card)
        if gpgWasThere {
            _ = card.process([0x00, 0xA4, 0x04, 0x00, 0x06, 0xD2, 0x76, 0x00, 0x01, 0x24, 0x01])
        }
        let ledger = Ledger()
        var dialog = ScriptedDialog(ledger: ledger)
        // A script that has changed the PIV PIN gives the new one on standard input.
        dialog.isInteractive = false
        dialog.codes = [.current: ["975310"]]
        let families = isNamed ? ["piv", "openpgp"] : []
        _ = outcome { () throws(OperationError) in
            try PINOperations.verify(
                .unnamed,
                on: MemoryConnection(reader: reader, ledger: ledger, families: families),
                budget: TryBudget(),
                dialog: &dialog
            )
        }
        #expect(dialog.requests.map(\.pin.id) == ["80"])
        #expect(openPGP.state.codes["81"]?.remainingTries == 3, "a PIV PIN was tried as PW1")
    }
}
