/// A moment on a clock that is meant only to go forward.
///
/// The driver takes it from `CLOCK_BOOTTIME`, which goes on while the machine sleeps: nobody waits longer for that. Nothing
/// here traps, whatever the number: additions end at the largest moment, subtractions at zero.
package struct Instant: Hashable, Comparable, Sendable {
    /// Since any fixed beginning.
    package let microseconds: UInt64

    package init(microseconds: UInt64) { self.microseconds = microseconds }

    package static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }

    func adding(seconds: UInt32) -> Instant {
        let (sum, overflow) = microseconds.addingReportingOverflow(UInt64(seconds) * 1_000_000)
        return Instant(microseconds: overflow ? .max : sum)
    }

    func subtracting(microseconds: UInt64) -> Instant {
        Instant(microseconds: self.microseconds > microseconds ? self.microseconds - microseconds : 0)
    }
}
