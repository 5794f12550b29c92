/// Masks personal identity numbers in text that comes from cards.
///
/// Swedish ones are `YYMMDD-NNNN` or `YYYYMMDD-NNNN`; coordination numbers add 60 to the day (Skatteverket, SKV 704).
/// Norwegian ones are `DDMMYYNNNNN`; D-numbers add 40 to the day (folkeregisterforskriften, 2-2-1). Danish ones are
/// `DDMMYY-NNNN`, Finnish ones `DDMMYY-NNNC`. One character may stand between date and number, or none. Numbers that hold no
/// date, such as organisation numbers in an HSA-id, stay as they are, and so does hexadecimal, such as a FASC-N or a UUID: it is
/// no number of a person, and masked in places it could not be compared any more.
package enum PersonalData {
    package static func masked(_ text: String) -> String {
        var characters = Array(text.unicodeScalars)
        let hexadecimal = hexadecimal(in: characters)
        var groups = groups(of: characters).filter { group in
            !hexadecimal.contains { $0.contains(group.lowerBound) }
        }[...]
        while let group = groups.popFirst() {
            // A date and a number with one character between them.
            if let next = groups.first, next.lowerBound == group.upperBound + 1,
                isSeparator(characters[group.upperBound]),
                let hidden = hidden(date: digits(characters[group]), number: digits(characters[next]))
            {
                for index in next.prefix(hidden) { characters[index] = "*" }
                groups.removeFirst()
                continue
            }
            for range in whole(digits(characters[group])) {
                for index in range { characters[group.lowerBound + index] = "*" }
            }
        }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: characters)
        return String(result)
    }

    /// Where digits stand side by side.
    private static func groups(of characters: [Unicode.Scalar]) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        for (index, character) in characters.enumerated() where isDigit(character) {
            if let last = groups.last, last.upperBound == index {
                groups[groups.count - 1] = last.lowerBound..<index + 1
            } else {
                groups.append(index..<index + 1)
            }
        }
        return groups
    }

    /// Where hexadecimal stands: sixteen or more of its digits side by side with a letter between two decimal ones, and UUIDs
    /// (RFC 9562, 4).
    private static func hexadecimal(in characters: [Unicode.Scalar]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = 0
        while start < characters.count {
            let end = characters[start...].firstIndex { !isHexDigit($0) && $0 != "-" } ?? characters.count
            let word = characters[start..<end]
            if isUUID(word) {
                found.append(start..<end)
            } else {
                found += word.split(separator: "-").filter(isHexadecimal).map(\.indices)
            }
            start = end + 1
        }
        return found
    }

    private static func isHexadecimal(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        guard word.count >= 16, let first = word.firstIndex(where: isDigit),
            let last = word.lastIndex(where: isDigit)
        else { return false }
        return !word[first...last].allSatisfy(isDigit)
    }

    private static func isUUID(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        let parts = word.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.count) == [8, 4, 4, 4, 12] && !word.allSatisfy { isDigit($0) || $0 == "-" }
    }

    private static func isHexDigit(_ character: Unicode.Scalar) -> Bool {
        isDigit(character) || ("A"..."F").contains(character) || ("a"..."f").contains(character)
    }

    private static func isDigit(_ character: Unicode.Scalar) -> Bool { ("0"..."9").contains(character) }

    private static func isSeparator(_ character: Unicode.Scalar) -> Bool {
        switch character.properties.generalCategory {
        case .dashPunctuation, .spaceSeparator, .connectorPunctuation, .mathSymbol: true
        // Invisible, or shown as an escape.
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: "./".unicodeScalars.contains(character)
        }
    }

    private static func digits(_ characters: ArraySlice<Unicode.Scalar>) -> [Int] {
        characters.map { Int($0.value) - 0x30 }
    }

    /// How many digits of a number behind a separator are hidden; `nil` when this is no such pair.
    private static func hidden(date: [Int], number: [Int]) -> Int? {
        switch (date.count, number.count) {
        case (8, 4) where isDateWithCentury(date): 4
        // YYMMDD-NNNN or DDMMYY-NNNN, and Finnish ones, whose last character may be a letter.
        case (6, 3), (6, 4):
            isDate(date, month: 2, day: 4) || isDate(date, month: 2, day: 0) ? number.count : nil
        case (6, 5) where isDate(date, month: 2, day: 0): 5
        default: nil
        }
    }

    /// What is hidden of digits without a separator.
    private static func whole(_ digits: [Int]) -> [Range<Int>] {
        let count = digits.count
        switch count {
        case 10 where isDate(digits, month: 2, day: 4) || isDate(digits, month: 2, day: 0): return [6..<10]
        case 11 where isDate(digits, month: 2, day: 0): return [6..<11]
        case 12 where isDateWithCentury(digits): return [8..<12]
        // One with something before or behind it, such as another number.
        case 13...64:
            var found: [Range<Int>] = []
            for start in [0, count - 12] where isDateWithCentury(Array(digits[start..<(start + 12)])) {
                found.append(start + 8..<start + 12)
            }
            return found
        default: return []
        }
    }

    private static func isDateWithCentury(_ digits: [Int]) -> Bool {
        (18...21).contains(digits[0] * 10 + digits[1]) && isDate(digits, month: 4, day: 6)
    }

    private static func isDate(_ digits: [Int], month: Int, day: Int) -> Bool {
        let months = digits[month] * 10 + digits[month + 1]
        let days = digits[day] * 10 + digits[day + 1]
        return (1...12).contains(months) && [1...31, 41...71, 61...91].contains { $0.contains(days) }
    }
}
