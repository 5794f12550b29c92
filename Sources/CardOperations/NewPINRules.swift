package import CardCore

/// What is wrong with a new PIN that the card would take.
package enum NewPINRules {
    package enum Verdict: Hashable, Sendable {
        case fine
        /// One repeated digit, or digits that count up or down (123456, 654321, 890123).
        case trivial
        /// Reads as a date: YYMMDD or DDMMYY, or with four digits of year.
        case date
    }

    package static func judge(_ pin: borrowing SecretBytes) -> Verdict {
        pin.withBytes { bytes in
            guard bytes.count > 1 else { return bytes.count == 1 ? .trivial : .fine }
            for step in [0, 1, 9] where counts(bytes, by: step) { return .trivial }
            return isDate(bytes) ? .date : .fine
        }
    }

    /// Whether each digit is the one before plus `step`, modulo ten.
    ///
    /// Anything but digits counts only by zero.
    private static func counts(_ bytes: Span<UInt8>, by step: Int) -> Bool {
        for index in 1..<bytes.count {
            guard step != 0 else {
                if bytes[index] != bytes[0] { return false }
                continue
            }
            guard let before = digit(bytes, index - 1), let here = digit(bytes, index) else { return false }
            if here != (before + step) % 10 { return false }
        }
        return true
    }

    private static func isDate(_ bytes: Span<UInt8>) -> Bool {
        switch bytes.count {
        case 6:
            isDay(bytes, month: 2, day: 4) || isDay(bytes, month: 2, day: 0)
        case 8:
            isYear(bytes, 0) && isDay(bytes, month: 4, day: 6)
                || isYear(bytes, 4) && isDay(bytes, month: 2, day: 0)
        default:
            false
        }
    }

    private static func isDay(_ bytes: Span<UInt8>, month: Int, day: Int) -> Bool {
        (1...12).contains(number(bytes, month)) && (1...31).contains(number(bytes, day))
    }

    private static func isYear(_ bytes: Span<UInt8>, _ start: Int) -> Bool {
        (19...20).contains(number(bytes, start))
    }

    /// The two-digit number at `start`; -1 where there are no digits.
    private static func number(_ bytes: Span<UInt8>, _ start: Int) -> Int {
        guard let tens = digit(bytes, start), let ones = digit(bytes, start + 1) else { return -1 }
        return tens * 10 + ones
    }

    private static func digit(_ bytes: Span<UInt8>, _ index: Int) -> Int? {
        let value = Int(bytes[index]) - 0x30
        return (0...9).contains(value) ? value : nil
    }
}
