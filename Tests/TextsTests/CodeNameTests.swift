import Testing

@testable import Texts

/// How sentences name a code whose role is not known.
@Suite struct CodeNameTests {
    private let texts = Texts(language: "en")

    @Test(arguments: ["Basic PIN", "PIV PIN", "Global PIN", "PIN1", "PIN", "Signeringskod", "PUK 2"])
    func labelThatSaysPINStandsAlone(label: String) {
        let name = texts.codeName(role: nil, label: label, id: "01")
        #expect(name.bare == label)
        #expect(name.definite == "the \(label)")
        #expect(texts.wrong(name, remaining: nil, isPUK: false).happened == "Wrong \(label).")
        #expect(texts.verified(name) == "The \(label) is right.")
    }

    @Test(arguments: [("Legitimering", "PIN Legitimering"), ("", "PIN 01"), ("Opinion", "PIN Opinion")])
    func otherLabelsFollowTheWord(row: (label: String, name: String)) {
        #expect(texts.codeName(role: nil, label: row.label, id: "01").bare == row.name)
    }
}
