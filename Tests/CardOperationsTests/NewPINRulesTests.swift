import CardOperations
import Testing

@Suite struct NewPINRulesTests {
    @Test(arguments: [
        ("123456", NewPINRules.Verdict.trivial), ("654321", .trivial), ("012345", .trivial),
        ("890123", .trivial),
        ("109876", .trivial), ("000000", .trivial), ("99999999", .trivial), ("aaaaaa", .trivial),
        ("7", .trivial),
        ("1234", .trivial), ("98", .trivial), ("12345678", .trivial),
        ("123457", .fine), ("112233", .fine), ("246810", .fine), ("135790", .fine), ("", .fine),
        ("abcdef", .fine),
        ("121212", .date), ("850314", .date), ("140385", .date), ("010100", .date), ("311299", .date),
        ("19850314", .date), ("20240229", .date), ("14031985", .date), ("31122024", .date),
        ("853214", .fine), ("851332", .fine), ("324085", .fine), ("18850314", .fine), ("14032185", .fine),
        ("0314", .fine), ("1403857", .fine), ("85031x", .fine), ("000099", .fine),
    ])
    func theRulesKnowSequencesAndDates(pin: String, verdict: NewPINRules.Verdict) {
        #expect(NewPINRules.judge(secret(pin)) == verdict, "\(pin)")
    }

    /// Every sequence up or down and every repetition, of any length, wherever it starts.
    @Test func everyPlainSequenceIsTrivial() {
        for length in 1...12 {
            for start in 0..<10 {
                for step in [0, 1, 9] {
                    let pin = (0..<length).map { String((start + $0 * step) % 10) }.joined()
                    #expect(NewPINRules.judge(secret(pin)) == .trivial, "\(pin)")
                }
            }
        }
    }

    /// Against a slow and simple rule, over all six-digit PINs that a step of 97 reaches.
    @Test func theVerdictIsThatOfTheSimpleRule() {
        for number in stride(from: 0, to: 1_000_000, by: 97) {
            let digits = Array(String(number + 1_000_000).dropFirst().utf8).map { Int($0) - 48 }
            let differences = Set(zip(digits, digits.dropFirst()).map { (10 + $1 - $0) % 10 })
            let isTrivial = differences.count == 1 && [0, 1, 9].contains(differences.first)
            let pairs = [0, 2, 4].map { digits[$0] * 10 + digits[$0 + 1] }
            let isMonth = (1...12).contains(pairs[1])
            let isDate = isMonth && ((1...31).contains(pairs[0]) || (1...31).contains(pairs[2]))
            let expected: NewPINRules.Verdict = isTrivial ? .trivial : isDate ? .date : .fine
            let pin = digits.map(String.init).joined()
            if NewPINRules.judge(secret(pin)) != expected { Issue.record("\(pin) should be \(expected)") }
        }
    }
}
