internal import CSystemd
internal import Glibc

/// The system's journal, or standard error where there is none.
///
/// May be used from any thread.
package struct Journal: Sendable {
    /// libsystemd throws entries away, and says nothing, where nobody listens here.
    private static let socket = "/run/systemd/journal/socket"

    private let isThere: Bool

    /// Looks whether there is a journal.
    package init() { isThere = Self.isListening }

    /// Writes one entry; `fields` has each field at most once.
    package func write(_ message: JournalMessage, _ fields: [JournalField] = []) {
        if isThere {
            send(Self.entry(message, fields))
        } else {
            var line = Array((Self.text(message, fields) + "\n").utf8)
            // One call, so that lines of several threads do not mix.
            _ = unsafe Glibc.write(STDERR_FILENO, &line, line.count)
        }
    }

    /// The fields of an entry as `NAME=value`.
    static func entry(_ message: JournalMessage, _ fields: [JournalField]) -> [String] {
        [
            "MESSAGE=" + text(message, fields),
            "MESSAGE_ID=" + message.id,
            "PRIORITY=\(message.priority.rawValue)",
        ] + fields.map { $0.name + "=" + $0.value }
    }

    private static func text(_ message: JournalMessage, _ fields: [JournalField]) -> String {
        guard !fields.isEmpty else { return message.sentence + "." }
        return message.sentence + ": " + fields.map(\.words).joined(separator: ", ") + "."
    }

    private func send(_ entry: [String]) {
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        for field in entry {
            let start = bytes.count
            bytes += field.utf8
            ranges.append(start..<bytes.count)
        }
        unsafe bytes.withUnsafeMutableBytes { buffer in
            let parts = unsafe ranges.map { range in
                unsafe iovec(
                    iov_base: buffer.baseAddress?.advanced(by: range.lowerBound),
                    iov_len: range.count
                )
            }
            _ = unsafe sd_journal_sendv(parts, Int32(parts.count))
        }
    }

    private static var isListening: Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: socket.utf8) }
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
