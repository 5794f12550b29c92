/// The Answer-to-Reset of a card with contacts (ISO/IEC 7816-3, 8.2).
///
/// Parsing never fails for want of meaning, only for want of bytes: what a reader passed on is kept whole in `bytes`.
package struct ATR: Hashable, Sendable {
    /// All bytes, TS to TCK, 2...33 of them.
    package let bytes: [UInt8]
    /// The protocols that the TD bytes offer, in their order; T=0 when there are none.
    ///
    /// T=15 is not among them: it marks global interface bytes (ISO/IEC 7816-3, 8.2.3).
    package let offeredProtocols: [UInt8]
    /// T1...TK, at most 15 bytes.
    package let historicalBytes: [UInt8]
    /// Whether TCK is right; `nil` where none is sent, because only T=0 is offered.
    package let checksumIsValid: Bool?

    /// Why bytes are not an ATR.
    package enum ParseError: Error, Equatable, Sendable {
        case length(Int)
        case initialCharacter(UInt8)
        case truncated
    }

    package init(parsing bytes: [UInt8]) throws(ParseError) {
        guard (2...33).contains(bytes.count) else { throw .length(bytes.count) }
        guard bytes[0] == 0x3B || bytes[0] == 0x3F else { throw .initialCharacter(bytes[0]) }
        let historicalCount = Int(bytes[1] & 0x0F)
        var protocols: [UInt8] = []
        var index = 2
        var presence = bytes[1] >> 4
        while true {
            // TA, TB and TC are skipped, TD says whether another round follows. At most 33 bytes bound the rounds.
            for bit in [1, 2, 4] as [UInt8] where presence & bit != 0 { index += 1 }
            guard presence & 8 != 0 else { break }
            guard index < bytes.count else { throw .truncated }
            protocols.append(bytes[index] & 0x0F)
            presence = bytes[index] >> 4
            index += 1
        }
        guard historicalCount <= bytes.count - index else { throw .truncated }
        historicalBytes = Array(bytes[index..<index + historicalCount])
        let offered = protocols.filter { $0 != 15 }
        offeredProtocols = offered.isEmpty ? [0] : offered
        if protocols.contains(where: { $0 != 0 }) {
            guard index + historicalCount < bytes.count else { throw .truncated }
            checksumIsValid = bytes[1...(index + historicalCount)].reduce(0, ^) == 0
        } else {
            checksumIsValid = nil
        }
        self.bytes = bytes
    }

    /// One COMPACT-TLV data object of the historical bytes.
    package struct CompactTLV: Hashable, Sendable {
        /// The tag, 0...15.
        package let tag: UInt8
        package let value: [UInt8]
    }

    /// The COMPACT-TLV data objects, where the category indicator says so (ISO/IEC 7816-4, 12.1.1).
    package var compactTLV: [CompactTLV] {
        guard let category = historicalBytes.first else { return [] }
        var rest = historicalBytes.dropFirst()
        switch category {
        case 0x80: break
        case 0x00: rest = rest.dropLast(3)
        default: return []
        }
        var objects: [CompactTLV] = []
        while let head = rest.first {
            let length = Int(head & 0x0F)
            rest = rest.dropFirst()
            guard length <= rest.count else { break }
            objects.append(CompactTLV(tag: head >> 4, value: Array(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        return objects
    }

    /// What the card says of itself in the card capabilities, tag 7 (ISO/IEC 7816-4, 12.1.1.9).
    package struct CardCapabilities: Hashable, Sendable {
        package let commandChaining: Bool
        package let extendedLength: Bool
    }

    /// The third software function table; `nil` where the card does not send it.
    package var cardCapabilities: CardCapabilities? {
        guard let value = compactTLV.first(where: { $0.tag == 7 })?.value, value.count == 3 else {
            return nil
        }
        return CardCapabilities(commandChaining: value[2] & 0x80 != 0, extendedLength: value[2] & 0x40 != 0)
    }
}

extension ATR: CustomStringConvertible {
    /// Hexadecimal, without separators.
    package var description: String { Hex.string(of: bytes) }
}
