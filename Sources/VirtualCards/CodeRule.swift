/// What a code of a software card is for.
package enum CodeRole: String, Codable, CaseIterable, Hashable, Sendable {
    case authentication = "auth"
    case signature = "sign"
    case puk
    /// OpenPGP's resetting code.
    case resettingCode = "resetting-code"
    /// The administrator's own code; where that is a key, only its counter is kept and its value is empty.
    case administrator = "admin"
}

/// What a software card expects of one of its codes.
package struct CodeRule: Hashable, Sendable {
    /// How the state calls the code, mostly its reference in hexadecimal.
    package var name: String
    package var role: CodeRole
    /// Characters; `0...0` for a key in the place of a code.
    package var length: ClosedRange<Int>
    /// Whether only digits may become this code.
    package var digitsOnly: Bool
    /// 1...255.
    package var maximumTries: Int
    /// Whether a fresh card has this code.
    package var isSetUp: Bool

    package init(
        name: String,
        role: CodeRole,
        length: ClosedRange<Int>,
        digitsOnly: Bool = true,
        maximumTries: Int,
        isSetUp: Bool = true
    ) {
        self.name = name
        self.role = role
        self.length = length
        self.digitsOnly = digitsOnly
        self.maximumTries = maximumTries
        self.isSetUp = isSetUp
    }

    /// Whether `code` may become this code.
    package func allows(_ code: [UInt8]) -> Bool {
        length.contains(code.count)
            && (!digitsOnly || code.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    }
}
