/// The bytes of one command on their way to the reader, which know whether they may be shown.
///
/// It is the only thing a `CardChannel` accepts, so a trace can only ever print `redacted`.
package struct EncodedCommand: ~Copyable {
    private let plain: [UInt8]
    private let secret: SecretBytes?
    /// How a trace shows the command: hexadecimal, with `<secret>` in the place of a code.
    package let redacted: String
    /// Class byte of the command.
    package let cla: UInt8
    /// Instruction byte of the command.
    package let ins: UInt8

    /// A command without secrets, as raw bytes of at least a header.
    ///
    /// One whose instruction carries a code, with data, is refused: codes go out through `ApplicationChannel` alone.
    package init(plain: [UInt8]) throws(TransportError) {
        guard plain.count >= 4 else { throw .commandTooLong(length: plain.count) }
        // A single octet behind the header is Le: a question without data.
        guard plain.count <= 5 || !Instruction.carryingSecrets.contains(plain[1]) else {
            throw .commandNotAllowed
        }
        self.plain = plain
        secret = nil
        redacted = Hex.string(of: plain)
        cla = plain[0]
        ins = plain[1]
    }

    /// A command whose data field is a secret of 1...255 bytes, always in short form.
    ///
    /// Of this module alone: `ApplicationChannel` is the only one to send it.
    init(_ command: borrowing SecretCommandAPDU) throws(TransportError) {
        let length = command.data.count
        guard (1...255).contains(length) else { throw .commandTooLong(length: length) }
        let header = [command.cla, command.ins, command.p1, command.p2, UInt8(length)]
        plain = []
        secret = command.data.withBytes { data in
            SecretBytes(capacity: header.count + data.count) { output in
                output.append(contentsOf: header.span)
                output.append(contentsOf: data)
            }
        }
        redacted = Hex.string(of: header) + " <secret>"
        cla = command.cla
        ins = command.ins
    }

    package var carriesSecret: Bool { secret != nil }

    /// Lends the bytes to `body`, which hands them to the reader and nobody else.
    package borrowing func withBytes<R: ~Copyable, E: Error>(
        _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        if let result = try withSecret(body) { return result }
        return try body(plain.span)
    }

    private borrowing func withSecret<R: ~Copyable, E: Error>(
        _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R? {
        switch secret {
        case .some(let secret): try secret.withBytes(body)
        case .none: nil
        }
    }
}

extension CommandAPDU {
    /// The bytes of the command in the form that `limits` allows.
    ///
    /// Short form up to 255 data bytes and Ne 256; extended form only where the card takes it. Under T=0 a command
    /// with data goes without its Le (ISO/IEC 7816-3, 12.2.4): the card answers `61XX` and the data is fetched.
    package func encoded(for limits: ChannelLimits) throws(TransportError) -> [UInt8] {
        let header = [cla, ins, p1, p2]
        guard data.count <= 65_535 else { throw .commandTooLong(length: data.count) }
        guard expectedLength.map({ (1...65_536).contains($0) }) ?? true else {
            throw .commandTooLong(length: expectedLength ?? 0)
        }
        let ne = limits.transmissionProtocol == .t0 && !data.isEmpty ? nil : expectedLength
        if data.count <= 255, (ne ?? 0) <= 256 {
            var bytes = header
            if !data.isEmpty { bytes += [UInt8(data.count)] + data }
            if let ne { bytes.append(UInt8(truncatingIfNeeded: ne)) }
            return bytes
        }
        guard limits.extendedLength else { throw .commandTooLong(length: data.count) }
        var bytes = header + [0]
        if !data.isEmpty { bytes += Self.bigEndian(data.count) + data }
        if let ne { bytes += Self.bigEndian(ne) }
        return bytes
    }

    private static func bigEndian(_ length: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)]
    }

    /// The command that `bytes` spell, short or extended; `nil` when the lengths in it do not add up.
    package init?(decoding bytes: [UInt8]) {
        guard bytes.count >= 4 else { return nil }
        self.init(cla: bytes[0], ins: bytes[1], p1: bytes[2], p2: bytes[3])
        let body = Array(bytes[4...])
        guard let first = body.first else { return }
        if body.count == 1 {
            expectedLength = first == 0 ? 256 : Int(first)
        } else if first != 0 {
            let length = Int(first)
            guard body.count == 1 + length || body.count == 2 + length else { return nil }
            data = Array(body[1...length])
            if body.count == 2 + length {
                expectedLength = body[1 + length] == 0 ? 256 : Int(body[1 + length])
            }
        } else {
            guard body.count >= 3 else { return nil }
            let length = Int(body[1]) << 8 | Int(body[2])
            if body.count == 3 {
                expectedLength = length == 0 ? 65_536 : length
                return
            }
            guard length > 0, body.count == 3 + length || body.count == 5 + length else { return nil }
            data = Array(body[3..<3 + length])
            if body.count == 5 + length {
                let ne = Int(body[3 + length]) << 8 | Int(body[4 + length])
                expectedLength = ne == 0 ? 65_536 : ne
            }
        }
    }
}
