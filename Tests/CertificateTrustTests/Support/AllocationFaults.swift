import COpenSSL
import Glibc
import Synchronization

/// Memory of OpenSSL that runs out when a test wants it to.
///
/// Only in a process of its own: OpenSSL takes another allocator only before it has allocated anything.
enum AllocationFaults {
    /// Allocations until the first that fails; below zero none does.
    private static let untilFault = Atomic<Int>(-1)
    /// How many fail one after the other.
    private static let faultCount = Atomic<Int>(0)
    private static let failed = Atomic<Int>(0)
    private static let live = Atomic<Int>(0)

    /// What OpenSSL holds of the heap, in pieces.
    static var liveCount: Int { live.load(ordering: .relaxed) }

    static func install() -> Bool {
        unsafe CRYPTO_set_mem_functions(
            { size, _, _ in unsafe AllocationFaults.allocate { unsafe malloc(size) } },
            { pointer, size, _, _ in
                if AllocationFaults.mustFail() { return nil }
                guard let pointer = unsafe pointer else {
                    return unsafe AllocationFaults.allocate { unsafe malloc(size) }
                }
                return unsafe realloc(pointer, size)
            },
            { pointer, _, _ in
                if unsafe pointer != nil { AllocationFaults.live.subtract(1, ordering: .relaxed) }
                unsafe free(pointer)
            }
        ) == 1
    }

    /// Runs `body` with `count` failing allocations after `skipped`; whether it came to any, and what it gave.
    static func run<R>(
        skipping skipped: Int,
        failing count: Int,
        _ body: () -> R
    ) -> (isFaulted: Bool, result: R) {
        failed.store(0, ordering: .relaxed)
        faultCount.store(count, ordering: .relaxed)
        untilFault.store(skipped, ordering: .relaxed)
        let result = body()
        untilFault.store(-1, ordering: .relaxed)
        return (failed.load(ordering: .relaxed) > 0, result)
    }

    private static func allocate(_ body: () -> UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if mustFail() { return nil }
        live.add(1, ordering: .relaxed)
        return unsafe body()
    }

    private static func mustFail() -> Bool {
        let left = untilFault.load(ordering: .relaxed)
        guard left >= 0 else { return false }
        if left > 0 {
            untilFault.store(left - 1, ordering: .relaxed)
            return false
        }
        failed.add(1, ordering: .relaxed)
        let count = faultCount.load(ordering: .relaxed) - 1
        faultCount.store(count, ordering: .relaxed)
        if count <= 0 { untilFault.store(-1, ordering: .relaxed) }
        return true
    }
}
