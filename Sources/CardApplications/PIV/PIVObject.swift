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

    /// Whether there is no element in it.
    var isEmpty: Bool { elements.isEmpty }

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

    /// What a card says of an object.
    enum Reading {
        /// The value of `53`.
        case object(PIVObject)
        case absent
        /// The card has it, or may have it, and does not let it be read.
        case refused(StatusWord)
        /// Something else than an object.
        case malformed

        var object: PIVObject? {
            if case .object(let object) = self { object } else { nil }
        }
    }

    /// Reads the object with `tag`.
    static func read(
        _ tag: [UInt8],
        limit: Int = maximumLength,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> Reading {
        let response = try getData(tag, limit: limit, on: &channel)
        guard response.status.isSuccess else {
            return isAbsence(response.status, channel.limits) ? .absent : .refused(response.status)
        }
        // NIST's test PIV card 13 answers so for what it does not have.
        guard !response.data.isEmpty else { return .absent }
        return PIVObject(response.data, in: 0x53).map { .object($0) } ?? .malformed
    }

    /// Whether `status` says that there is no such object (part 2, 3.1.2; ISO/IEC 7816-4, 11.4.3).
    ///
    /// NIST's test PIV card 16, a Gemalto GCX4 under T=0, says `6A80`.
    private static func isAbsence(_ status: StatusWord, _ limits: ChannelLimits) -> Bool {
        switch status {
        case .fileOrApplicationNotFound, .referencedDataNotFound: true
        case .incorrectData: limits.transmissionProtocol == .t0
        default: false
        }
    }
}
