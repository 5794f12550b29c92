import CardApplications
import Testing

@testable import CardOperations
@testable import Texts
@testable import kortvakt

@Suite struct BlockedCodeWordingTests {
    private func puk(changeIsAllowed: Bool) -> PINPolicy {
        PINPolicy(
            id: "01/puk",
            reference: PINReference(rawValue: 0x01),
            label: "",
            kind: .puk,
            role: .puk,
            length: 4...8,
            storedLength: 8,
            verifyIsAllowed: false,
            changeIsAllowed: changeIsAllowed,
            unblockIsAllowed: false
        )
    }

    /// A PUK that the card does not name need not be the only one, and its answer is no end of the card.
    @Test(arguments: [true, false])
    func onlyAPUKOfTheCardsOwnIsTheEndOfTheCard(isNamed: Bool) {
        let wording = FailureWording(site: .current, kind: nil, json: false)
        let failure = wording.failure(.blocked(puk(changeIsAllowed: isNamed), ways: []))
        let texts = Program.texts
        let name = wording.name(puk(changeIsAllowed: isNamed))
        let expected = isNamed ? texts.blockedPUK(name) : texts.blockedPINWithoutWay(name)
        #expect(failure.happened == expected.happened && failure.next == expected.next)
        #expect(failure.exitCode == 7 && failure.code == "puk-blocked")
    }
}
