internal import CardApplications
internal import CardCore

/// One command as an administrator writes it: hexadecimal, with codes as `{pin}`, `{puk}` or `{new}`.
package struct RawCommand: Hashable, Sendable {
    /// A placeholder for a code.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case pin
        case puk
        case new
    }

    /// Why a text is not a command that may be sent.
    package enum ParseError: Error, Equatable, Sendable {
        case notHexadecimal
        case incomplete
        /// A command that carries a code must have it written as a placeholder.
        case codeInTheClear
        /// A placeholder stands directly behind the four octets of the header of VERIFY, CHANGE or RESET RETRY COUNTER.
        case misplacedCode
        /// The application is selected before codes are sent; another SELECT would send them to somebody else.
        case selectBeforeCode
    }

    /// Octets of a command without codes, or the four of the header.
    package let bytes: [UInt8]
    package let codes: [Code]

    package init(parsing text: String) throws(ParseError) {
        let pieces = text.split(separator: "{", omittingEmptySubsequences: false)
        guard let bytes = Hex.bytes(of: String(pieces.first ?? "")) else { throw .notHexadecimal }
        guard bytes.count >= 4 else { throw .incomplete }
        var codes: [Code] = []
        for piece in pieces.dropFirst() {
            let name = piece.split(separator: "}", omittingEmptySubsequences: false)
            guard name.count == 2, name[1].allSatisfy(\.isWhitespace),
                let code = Code(rawValue: String(name[0]))
            else {
                throw .misplacedCode
            }
            codes.append(code)
        }
        let carriesCode = Instruction.carryingSecrets.contains(bytes[1])
        if codes.isEmpty {
            // A single octet behind the header is Le: a question without data.
            guard !carriesCode || bytes.count <= 5 else { throw .codeInTheClear }
            guard CommandAPDU(decoding: bytes) != nil else { throw .incomplete }
        } else {
            // Odd instructions want data objects around the code. And no other class: a logical channel or a chained link would lead the code past what is checked here.
            guard carriesCode, bytes[1].isMultiple(of: 2), bytes.count == 4, bytes[0] == 0x00,
                Self.takes(codes, instruction: bytes[1], p1: bytes[2])
            else { throw .misplacedCode }
        }
        self.bytes = bytes
        self.codes = codes
    }

    /// Whether these codes, in this order, are what the instruction carries with this P1 (ISO/IEC 7816-4, 11.6).
    ///
    /// Anything else could spend a try of one code under the budget of another.
    private static func takes(_ codes: [Code], instruction: UInt8, p1: UInt8) -> Bool {
        switch (instruction, p1) {
        case (Instruction.verify, 0x00): [[.pin], [.puk]].contains(codes)
        case (Instruction.changeReferenceData, 0x00): [[.pin, .new], [.puk, .new]].contains(codes)
        case (Instruction.changeReferenceData, 0x01), (Instruction.resetRetryCounter, 0x02): codes == [.new]
        case (Instruction.resetRetryCounter, 0x00): codes == [.puk, .new]
        case (Instruction.resetRetryCounter, 0x01): codes == [.puk]
        default: false
        }
    }

    /// Parses all commands of one run.
    package static func parse(_ texts: [String]) throws(ParseError) -> [RawCommand] {
        var commands: [RawCommand] = []
        for text in texts { commands.append(try RawCommand(parsing: text)) }
        let codeIndex = commands.lastIndex { !$0.codes.isEmpty } ?? 0
        guard !commands[..<codeIndex].contains(where: { $0.bytes[1] == Instruction.select }) else {
            throw .selectBeforeCode
        }
        return commands
    }
}
