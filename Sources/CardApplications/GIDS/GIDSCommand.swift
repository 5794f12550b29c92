internal import CardCore

/// Commands to a GIDS application that carry no code.
enum GIDSCommand {
    /// What a SELECT came to.
    enum Selection: Hashable {
        /// The application is there and says its name.
        case selected
        /// Something accepted the SELECT and says no name, or another.
        case unnamed
        case refused(StatusWord)
    }

    /// Octets of the tag and the length that a data object can have before its value.
    static let headerLength = 5

    /// SELECT by name; the answer is the application template `61` with the AID in `4F` (GIDS application metadata).
    static func select(
        _ aid: [UInt8],
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> Selection {
        let command = CommandAPDU(ins: Instruction.select, p1: 0x04, data: aid, expectedLength: 256)
        let response = try channel.exchange(command, limit: 1_024)
        guard response.status.isSuccess else { return .refused(response.status) }
        let bytes = response.data.span
        let name = try? BERTLV.value(of: [0x61, 0x4F], in: bytes, range: 0..<bytes.count)
        guard let name, GIDSFamily.claims(Array(response.data[name])) else { return .unnamed }
        return .selected
    }

    /// GET DATA of one data object (ISO/IEC 7816-4, 11.4.3): its value, or the status word of a card that has none.
    ///
    /// `tag` is two bytes. An answer that is not this object counts as none, `6A88`; so does one that never ends.
    static func getData(
        _ file: UInt16,
        _ tag: UInt16,
        limit: Int,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> Result<[UInt8], Refusal> {
        let command = CommandAPDU(
            ins: Instruction.getDataWithTags,
            p1: UInt8(truncatingIfNeeded: file >> 8),
            p2: UInt8(truncatingIfNeeded: file),
            data: [0x5C, 0x02, UInt8(truncatingIfNeeded: tag >> 8), UInt8(truncatingIfNeeded: tag)],
            expectedLength: 256
        )
        let response: ResponseAPDU
        do throws(TransportError) {
            response = try channel.exchange(command, limit: limit)
        } catch .responseTooLong {
            return .failure(Refusal(status: .referencedDataNotFound))
        }
        guard response.status.isSuccess else { return .failure(Refusal(status: response.status)) }
        let bytes = response.data.span
        guard let object = try? BERTLV(parsing: bytes, in: 0..<bytes.count), object.tag == UInt32(tag) else {
            return .failure(Refusal(status: .referencedDataNotFound))
        }
        return .success(Array(response.data[object.value]))
    }

    struct Refusal: Error, Hashable {
        let status: StatusWord
    }
}
