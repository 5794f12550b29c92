internal import CardCore

/// The data objects inside a container of one tag, as GET DATA brings it (NIST SP 800-73-4, part 2, 3.1.2).
struct PIVObject {
    private let bytes: [UInt8]
    private let elements: [BERTLV]

    /// More elements in one object are not believed; the largest of the standard has 20.
    private static let maximumElements = 32

    /// The content of the object with the tag `container` at the beginning of `bytes`; `nil` when that is none.
    init?(_ bytes: [UInt8], in container: UInt32) {
        guard let outer = try? BERTLV(parsing: bytes.span, in: 0..<bytes.count), outer.tag == container,
            let elements = try? BERTLV.objects(
                in: bytes.span,
                range: outer.value,
                limit: Self.maximumElements
            )
        else { return nil }
        self.bytes = bytes
        self.elements = elements
    }

    /// The value of the first element with `tag`.
    func value(of tag: UInt32) -> [UInt8]? {
        elements.first { $0.tag == tag }.map { Array(bytes[$0.value]) }
    }
}

extension PIVObject {
    /// Longer objects are not read; certificates have at most 3,052 octets on the cards that tell.
    private static let maximumLength = 16_384

    /// `00 CB 3F FF` with a tag list of one tag.
    static func getData(
        _ tag: [UInt8],
        limit: Int = maximumLength,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> ResponseAPDU {
        let command = CommandAPDU(
            ins: Instruction.getDataWithTags,
            p1: 0x3F,
            p2: 0xFF,
            data: [0x5C, UInt8(truncatingIfNeeded: tag.count)] + tag,
            expectedLength: min(limit, channel.limits.maximumExpectedLength)
        )
        return try channel.exchange(command, limit: limit)
    }

    /// What the object with `tag` holds, the value of `53`; `nil` where the card has none or it is none.
    static func read(_ tag: [UInt8], on channel: inout AnyCardChannel) throws(TransportError) -> PIVObject? {
        let response = try getData(tag, on: &channel)
        return response.status.isSuccess ? PIVObject(response.data, in: 0x53) : nil
    }
}
