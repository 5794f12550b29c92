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
}
