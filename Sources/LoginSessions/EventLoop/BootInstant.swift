internal import Glibc

/// A moment in microseconds since the machine started, its sleep included (`CLOCK_BOOTTIME`).
///
/// Every patience before a lock is measured on this clock: a machine that sleeps for an hour after a card was pulled must
/// not, when it wakes, grant the seconds that were left. Nothing here traps: sums end at the largest moment.
package struct BootInstant: Hashable, Comparable, Sendable {
    package let microseconds: UInt64

    package init(microseconds: UInt64) { self.microseconds = microseconds }

    /// Wraps `clock_gettime`.
    package static var now: BootInstant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return BootInstant(microseconds: UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000)
    }

    package static func < (left: BootInstant, right: BootInstant) -> Bool {
        left.microseconds < right.microseconds
    }

    /// The moment that much later; a negative duration counts as none.
    package static func + (instant: BootInstant, duration: Duration) -> BootInstant {
        let (sum, overflow) = instant.microseconds.addingReportingOverflow(duration.microseconds)
        return BootInstant(microseconds: overflow ? .max : sum)
    }

    /// The moment that much earlier; a negative duration counts as none.
    package func earlier(by duration: Duration) -> BootInstant {
        BootInstant(microseconds: microseconds - min(microseconds, duration.microseconds))
    }

    /// From `earlier` to this moment; 0 where it is not earlier.
    package func microseconds(since earlier: BootInstant) -> UInt64 {
        microseconds > earlier.microseconds ? microseconds - earlier.microseconds : 0
    }
}

extension Duration {
    /// 0 for a negative one, the largest number for one that is too long.
    var microseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000)
        let (sum, overflowOfSum) = product.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000_000)
        return overflow || overflowOfSum ? .max : sum
    }
}
