internal import Glibc

/// A moment of the calendar, to the millisecond.
struct WatchTime: Equatable, Sendable {
    private let milliseconds: Int64

    /// The moment that many microseconds after the beginning of 1970; `nil` after the year 9999.
    init?(microseconds: UInt64) {
        // 9999-12-31T23:59:59Z, which RFC 3339 ends with.
        guard microseconds / 1_000_000 <= 253_402_300_799 else { return nil }
        milliseconds = Int64(microseconds / 1_000)
    }

    /// The moment that long ago, at most since 1970.
    init(ago: Duration) {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        let elapsed = Int64(min(max(ago, .zero), .seconds(253_402_300_799)) / .milliseconds(1))
        milliseconds = max(Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000 - elapsed, 0)
    }

    static var now: WatchTime { WatchTime(ago: .zero) }

    /// In UTC: `2026-11-22T10:03:12.345Z`.
    var rfc3339: String {
        var seconds = time_t(milliseconds / 1_000)
        var parts = unsafe tm()
        unsafe gmtime_r(&seconds, &parts)
        return unsafe "\(date(parts))T\(clock(parts)).\(padded(Int32(milliseconds % 1_000), 3))Z"
    }

    /// On the clock on the wall: `2026-11-22 10:03:12`.
    var local: String {
        var seconds = time_t(milliseconds / 1_000)
        var parts = unsafe tm()
        unsafe localtime_r(&seconds, &parts)
        return unsafe "\(date(parts)) \(clock(parts))"
    }

    private func date(_ parts: tm) -> String {
        unsafe "\(padded(parts.tm_year + 1_900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
    }

    private func clock(_ parts: tm) -> String {
        unsafe "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
    }

    private func padded(_ number: Int32, _ count: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(count - digits.count, 0)) + digits
    }
}
