/// What outlives the daemon, as text: a heading, one line for each guard, an end.
///
/// The end shows that nothing is cut off. Names are in hexadecimal, because they may hold anything; `-` stands for what is
/// not known.
package enum StateText {
    /// More than the guards of all sessions that logind allows (`SessionsMax=`) and of all readers that pcsc-lite allows
    /// would need; whatever is longer is no file of ours.
    package static let maximumSize = 4 << 20

    private static let heading = "kortvakt guards 1"
    private static let end = "end"

    package static func text(of guards: [SavedGuard]) -> String {
        let lines = guards.map { saved in
            [
                hex(Array(saved.session.id.utf8)), hex(saved.reader.bytes),
                saved.counter.map { "\($0)" } ?? "-",
                saved.identity.map { hex(Array($0.hash.utf8)) } ?? "-",
            ].joined(separator: " ")
        }
        return ([heading] + lines + [end]).joined(separator: "\n") + "\n"
    }

    /// `unreadable` for everything that `text(of:)` did not write.
    package static func state(from bytes: [UInt8]) -> RestoredState {
        guard bytes.count <= maximumSize, bytes.last == UInt8(ascii: "\n") else { return .unreadable }
        let lines = bytes.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count >= 2, lines.first.map(isEqual(to: heading)) == true,
            lines.last.map(isEqual(to: end)) == true
        else { return .unreadable }
        var guards: [SavedGuard] = []
        for line in lines.dropFirst().dropLast() {
            guard let saved = savedGuard(line) else { return .unreadable }
            guards.append(saved)
        }
        return .guards(guards)
    }

    private static func isEqual(to text: String) -> (ArraySlice<UInt8>) -> Bool {
        { $0.elementsEqual(text.utf8) }
    }

    private static func savedGuard(_ line: ArraySlice<UInt8>) -> SavedGuard? {
        let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard fields.count == 4, let session = string(fields[0]), let reader = bytes(fields[1]) else {
            return nil
        }
        var counter: UInt16?
        if !isNothing(fields[2]) {
            guard let number = UInt16(String(decoding: fields[2], as: UTF8.self)) else { return nil }
            counter = number
        }
        var identity: CardIdentity?
        if !isNothing(fields[3]) {
            guard let hash = string(fields[3]) else { return nil }
            identity = CardIdentity(hash: hash)
        }
        return SavedGuard(
            session: SessionID(session),
            reader: ReaderName(bytes: reader),
            counter: counter,
            identity: identity
        )
    }

    private static func isNothing(_ field: ArraySlice<UInt8>) -> Bool {
        field.elementsEqual(CollectionOfOne(UInt8(ascii: "-")))
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    private static func string(_ field: ArraySlice<UInt8>) -> String? {
        bytes(field).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// At least one byte, in small letters, as `hex` writes them.
    private static func bytes(_ field: ArraySlice<UInt8>) -> [UInt8]? {
        guard !field.isEmpty, field.count.isMultiple(of: 2) else { return nil }
        var result: [UInt8] = []
        var high: UInt8?
        for character in field {
            let digit: UInt8
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                result.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return result
    }
}
