import CardApplications
import CardOperations
import Testing
import VirtualCards

/// How many commands a list of the codes takes on cards of which card data says nothing, GET RESPONSE counted.
@Suite struct ListBudgetTests {
    @Test(arguments: InitialisedCard.allCases, [false, true])
    func listOfCodesKeepsToItsBudget(card: InitialisedCard, hasSignaturePIN: Bool) throws {
        let bench = try card.bench(hasSignaturePIN: hasSignaturePIN)
        let roles = try bench.report([]).pins.map(\.policy.role)
        #expect(roles == (hasSignaturePIN ? [.auth, .sign, .puk, .puk] : [.auth, .puk]))
        #expect((4...(card.isT0 ? 20 : 14)).contains(bench.reader.commands), "\(bench.reader.commands)")
    }

    /// A Rutoken ECP, which card data knows: nothing of another family is tried before its place.
    @Test func cardWithoutANameKeepsToItsBudget() throws {
        let bench = try InitialisedCard.osEIDT1.bench { image in
            image.applications = []
            image.files.removeAll { $0.path.bytes == [0x3F, 0x00, 0x2F, 0x00] }
        }
        bench.families = ["pkcs15"]
        #expect(try bench.report([]).pins.map(\.policy.id) == ["01", "01/puk"])
        #expect((4...14).contains(bench.reader.commands), "\(bench.reader.commands)")
        #expect(bench.wire.commands.count { $0[1] == 0xA4 && $0[2] == 0x04 } == 3)
    }
}
