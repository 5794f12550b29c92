internal import Glibc
internal import Synchronization

/// Makes exit(3) end the process at once while a thread may still be inside libpcsclite.
///
/// libpcsclite frees its table of contexts in a destructor, which such a thread still uses. The process ends
/// with its own status and with its output written; without such threads it exits as usual.
enum ExitGuard {
    private static let threads = Atomic(0)

    /// Notes a thread that may be inside the library when the process exits.
    static func retain() {
        _ = handler
        threads.add(1, ordering: .acquiringAndReleasing)
    }

    /// Notes that such a thread has left the library.
    static func release() { threads.subtract(1, ordering: .acquiringAndReleasing) }

    /// Whether such a thread is there.
    static var isHeld: Bool { threads.load(ordering: .acquiring) > 0 }

    private static let handler = unsafe on_exit(
        { status, _ in
            guard isHeld else { return }
            fflush(nil)
            _exit(status)
        },
        nil
    )
}
