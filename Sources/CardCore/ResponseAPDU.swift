/// A response APDU: data field and status word (ISO/IEC 7816-4, 5.1).
package struct ResponseAPDU: Hashable, Sendable {
    package var data: [UInt8]
    package var status: StatusWord

    /// The longest response: 65,536 data bytes and the status word.
    package static let maximumLength = 65_538

    package init(data: [UInt8] = [], status: StatusWord) {
        self.data = data
        self.status = status
    }

    /// Parses raw bytes from a reader.
    ///
    /// Fewer than two bytes, or more than an extended response holds, is a transport fault, never a trap.
    package init(parsing raw: Span<UInt8>) throws(TransportError) {
        guard raw.count >= 2 else { throw .truncatedResponse(length: raw.count) }
        guard raw.count <= Self.maximumLength else { throw .responseTooLong(limit: Self.maximumLength) }
        let split = raw.count - 2
        data = (0..<split).map { raw[$0] }
        status = StatusWord(rawValue: UInt16(raw[split]) << 8 | UInt16(raw[split + 1]))
    }

    package var bytes: [UInt8] { data + [status.sw1, status.sw2] }
}
