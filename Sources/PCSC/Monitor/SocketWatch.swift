internal import Glibc

/// Sees a socket, or the folder that it will be in, appear (inotify(7)).
final class SocketWatch {
    private let descriptor: Int32
    /// The name that is awaited in the watched folder.
    private let awaited: [UInt8]

    /// Watches the folder of `path`, or the deepest one above it that is there; `nil` where that cannot be.
    init?(path: String) {
        descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard descriptor >= 0 else { return nil }
        // A service that makes its socket sets the mode after it listens there, which is an attribute.
        let changes = IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF
        var folders = path.split(separator: "/")
        while let name = folders.popLast() {
            let folder = "/" + folders.joined(separator: "/")
            if unsafe inotify_add_watch(descriptor, folder, UInt32(changes)) >= 0 {
                awaited = Array(name.utf8)
                return
            }
        }
        close(descriptor)
        return nil
    }

    deinit { close(descriptor) }

    /// Waits until what is awaited may be there, `latch` is set, or `limit` is over.
    func wait(within limit: Duration, unless latch: Latch) -> Latch.Wake {
        let deadline = SuspendingClock.now + limit
        while true {
            let wake = latch.wait(within: SuspendingClock.now.duration(to: deadline), beside: descriptor)
            guard wake == .ready else { return wake }
            if readsChange() { return .ready }
        }
    }

    /// Reads the events that are there; whether one of them is of what is awaited.
    private func readsChange() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = unsafe read(descriptor, &buffer, buffer.count)
        // struct inotify_event: watch, mask, cookie, length of the name (4 bytes each), the name and zeros.
        guard count >= 16 else { return true }
        var start = 0
        while count - start >= 16 {
            let length = unsafe buffer.withUnsafeBytes {
                unsafe Int($0.loadUnaligned(fromByteOffset: start + 12, as: UInt32.self))
            }
            guard length <= count - start - 16 else { return true }
            let name = buffer[(start + 16)..<(start + 16 + length)].prefix { $0 != 0 }
            // Without a name it is of the folder itself.
            if name.isEmpty || name.elementsEqual(awaited) { return true }
            start += 16 + length
        }
        return false
    }
}
