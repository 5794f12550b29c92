internal import Dispatch
internal import Glibc

/// What a service manager would listen on.
package final class NotifySocket: Sendable {
    /// The value of `NOTIFY_SOCKET`.
    package let path: String
    private let descriptor: Int32

    package init() {
        path = "/tmp/kortvakt-notify-\(getpid())-\(UInt32.random(in: .min ... .max))"
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = unsafe bind(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    deinit {
        close(descriptor)
        unsafe unlink(path)
    }

    /// Everything that has arrived and was not taken yet, a datagram each.
    package func heard() -> [String] {
        var all: [String] = []
        while let text = Self.receive(descriptor) { all.append(text) }
        return all
    }

    /// The next datagram; `nil` where none comes in time.
    package func next(within limit: Duration = .seconds(30)) async -> String? {
        let (descriptor, milliseconds) = (descriptor, Int32(limit / .milliseconds(1)))
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = unsafe poll(&waited, 1, milliseconds)
                continuation.resume(returning: Self.receive(descriptor))
            }
        }
    }

    private static func receive(_ descriptor: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count >= 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }
}
