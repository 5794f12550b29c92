/// Masks personal identity numbers in text that comes from cards.
///
/// Swedish ones are `YYMMDD-NNNN` or `YYYYMMDD-NNNN`, with `-`, `+` or nothing between; coordination numbers add 60 to the
/// day (Skatteverket, SKV 704). Norwegian ones are `DDMMYYNNNNN`; D-numbers add 40 to the day (folkeregisterforskriften, 2-2-1).
/// Numbers that hold no date, such as organisation numbers in an HSA-id, stay as they are.
package enum PersonalData {
    package static func masked(_ text: String) -> String {
        var result: [UInt8] = []
        var run: [UInt8] = []
        for byte in Array(text.utf8) {
            let isDigit = (0x30...0x39).contains(byte)
            let isSign = byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
            if isDigit || isSign && !run.isEmpty {
                run.append(byte)
                continue
            }
            result += maskedRun(run)
            run = []
            result.append(byte)
        }
        result += maskedRun(run)
        return String(decoding: result, as: UTF8.self)
    }

    /// `run` is digits and signs, beginning with a digit.
    private static func maskedRun(_ run: [UInt8]) -> [UInt8] {
        let digits = run.filter { $0 >= 0x30 }.map { Int($0 - 0x30) }
        let hidden: Int
        switch digits.count {
        case 10 where isDate(digits, month: 2, day: 4): hidden = 4
        case 11 where isDate(digits, month: 2, day: 0): hidden = 5
        case 12 where (18...21).contains(digits[0] * 10 + digits[1]) && isDate(digits, month: 4, day: 6):
            hidden = 4
        default: return run
        }
        var left = hidden
        return run.reversed().map { byte in
            guard left > 0, byte >= 0x30 else { return byte }
            left -= 1
            return UInt8(ascii: "*")
        }.reversed()
    }

    private static func isDate(_ digits: [Int], month: Int, day: Int) -> Bool {
        let months = digits[month] * 10 + digits[month + 1]
        let days = digits[day] * 10 + digits[day + 1]
        return (1...12).contains(months) && [1...31, 41...71, 61...91].contains { $0.contains(days) }
    }
}
