import CardOperations
import Testing

@Suite struct PersonalDataTests {
    @Test(arguments: [
        // Swedish, in every way of writing it; coordination numbers; people over a hundred.
        ("19121212-1212", "19121212-****"), ("191212121212", "19121212****"), ("121212-1212", "121212-****"),
        ("1212121212", "121212****"), ("121212+1212", "121212+****"), ("19700161-0001", "19700161-****"),
        ("700191-0001", "700191-****"), ("20240229-1234", "20240229-****"),
        // Norwegian, and D-numbers.
        ("01019012345", "010190*****"), ("010190 12345", "010190 *****"), ("41019012345", "410190*****"),
        ("71019012345", "710190*****"),
        // Danish and Finnish.
        ("010192-1234", "010192-****"), ("0101921234", "010192****"), ("131052-308T", "131052-***T"),
        // Whatever stands between date and number.
        ("19121212 1212", "19121212 ****"), ("121212_1212", "121212_****"), ("121212/1212", "121212/****"),
        ("19121212.1212", "19121212.****"), ("121212\u{2013}1212", "121212\u{2013}****"),
        ("121212\u{2212}1212", "121212\u{2212}****"), ("19121212=1212", "19121212=****"),
        ("121212\u{AD}1212", "121212\u{AD}****"), ("19121212\u{200B}1212", "19121212\u{200B}****"),
        ("191212\u{1}1212", "191212\u{1}****"), ("191212\n1212", "191212\n****"),
        // Beside what is shown as an escape, and beside an escape.
        ("\u{1B}191212121212\u{1B}", "\u{1B}19121212****\u{1B}"),
        ("\\u{1B}191212121212\\u{0}", "\\u{1B}19121212****\\u{0}"),
        ("\\,191212-1212\\,", "\\,191212-****\\,"), ("…191212121212…", "…19121212****…"),
        // Beside other numbers.
        ("191212121212-1", "19121212****-1"), ("191212121212-195001010101", "19121212****-19500101****"),
        ("SE2321000000-191212121212", "SE2321000000-19121212****"),
        ("2321000000191212121212", "232100000019121212****"), ("1912121212120000000", "19121212****0000000"),
        // In the middle of a name.
        ("CN=Testina, serialNumber=19121212-1212, C=SE", "CN=Testina, serialNumber=19121212-****, C=SE"),
        ("a19121212-1212b", "a19121212-****b"), ("19121212-1212 01019012345", "19121212-**** 010190*****"),
        ("åäö 191212121212 \u{1F600}", "åäö 19121212**** \u{1F600}"),
        // No dates: organisations, HSA-ids, serial and card numbers, telephone numbers.
        ("SE2321000000-1A2B", "SE2321000000-1A2B"), ("2321000000", "2321000000"),
        ("556677-8899", "556677-8899"),
        ("0975227999990000", "0975227999990000"), ("19121312-1212", "19121312-1212"),
        ("19121200-1212", "19121200-1212"), ("19121232-1212", "19121232-1212"), ("12345", "12345"),
        ("17121212-1212", "17121212-1212"), ("01139012345", "01139012345"), ("32019012345", "32019012345"),
        ("", ""), ("-", "-"), ("+46 8 123 45", "+46 8 123 45"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    ])
    func onlyPersonalIdentityNumbersAreMasked(text: String, expected: String) {
        #expect(PersonalData.masked(text) == expected)
    }

    @Test func everyDayOfEveryMonthIsMaskedAndNothingElseIs() {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        for month in 0...99 {
            for day in 0...99 {
                let isMonth = (1...12).contains(month)
                let isSwedish = isMonth && [1...31, 61...91, 41...71].contains { $0.contains(day) }
                let swedish = "1970\(two(month))\(two(day))-1234"
                #expect(PersonalData.masked(swedish) == (isSwedish ? swedish.dropLast(4) + "****" : swedish))
            }
        }
    }

    @Test func maskingTwiceChangesNothingMore() {
        for text in ["19121212-1212", "01019012345", "SE2321000000-1A2B", "CN=A, serialNumber=191212121212"] {
            let once = PersonalData.masked(text)
            #expect(PersonalData.masked(once) == once)
        }
    }

    @Test func longTextIsNoTrouble() {
        let digits = String(repeating: "1212121212", count: 10_000)
        #expect(PersonalData.masked(digits) == digits)
        #expect(PersonalData.masked(String(repeating: "-", count: 100_000)).utf8.count == 100_000)
    }
}
