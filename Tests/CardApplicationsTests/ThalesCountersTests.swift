import CardApplications
import CardCore
import Testing

@Suite struct ThalesCountersTests {
    private func status(_ hex: String, of reference: UInt8 = 0x81) throws -> PINStatus? {
        ThalesCounters.status(of: PINReference(rawValue: reference), in: try #require(Hex.bytes(of: hex)))
    }

    @Test(arguments: [
        ("A00A830181DF210403FFFF01", PINStatus(remainingTries: 3)),
        ("A00A830181DF210400FFFF01", PINStatus(remainingTries: 0)),
        ("A00A830181DF2104FFFFFF01", PINStatus(remainingTries: nil, isBlocked: false)),
        ("A0118301818A0105DF210402FFFF01DF280108", PINStatus(remainingTries: 2)),
    ])
    func theCounterIsTheFirstOctetOfDF21(answer: String, expected: PINStatus) throws {
        #expect(try status(answer) == expected)
    }

    @Test(arguments: [
        "", "A0", "A000", "A003830181", "A00A830182DF210403FFFF01", "A009830181DF2103030001",
        "A00A830181DF210403FFFF",
        "A10A830181DF210403FFFF01", "A007DF210403FFFF01", "A00B83028181DF210403FFFF01", "6A88",
        "A080830181DF210403FFFF010000",
    ])
    func anythingElseIsNoAnswer(answer: String) throws {
        #expect(try status(answer) == nil)
    }

    @Test func anAnswerThatIsCutAnywhereIsNone() throws {
        let whole = try #require(Hex.bytes(of: "A0118301818A0105DF210402FFFF01DF280108"))
        for length in 0..<whole.count {
            #expect(
                ThalesCounters.status(of: PINReference(rawValue: 0x81), in: Array(whole.prefix(length)))
                    == nil
            )
        }
    }
}
