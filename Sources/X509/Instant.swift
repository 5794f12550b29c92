package import COpenSSL
internal import Glibc

/// A point in time, in whole seconds since 1970-01-01T00:00:00Z.
package struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let seconds: Int64

    package init(seconds: Int64) { self.seconds = seconds }

    package static func < (left: Instant, right: Instant) -> Bool { left.seconds < right.seconds }

    /// The machine's clock.
    package static var now: Instant { Instant(seconds: Int64(time(nil))) }

    /// RFC 3339, in UTC.
    package var description: String {
        let (days, rest) = (Self.floor(seconds, 86_400), seconds - Self.floor(seconds, 86_400) * 86_400)
        let date = Self.date(daysSince1970: days)
        let clock = [rest / 3600, rest / 60 % 60, rest % 60]
        return [Self.digits(date.year, 4), Self.digits(date.month, 2), Self.digits(date.day, 2)]
            .joined(separator: "-") + "T" + clock.map { Self.digits($0, 2) }.joined(separator: ":") + "Z"
    }

    private static func digits(_ value: Int64, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }

    private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
        value / divisor - (value % divisor < 0 ? 1 : 0)
    }

    /// The Gregorian date, counted in years that begin in March, so that the leap day is a year's last.
    private static func date(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // 719468 days lie between 0000-03-01 and 1970-01-01; 146097 are four centuries.
        let days = daysSince1970 + 719_468
        let era = floor(days, 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let isJanuaryOrFebruary = month >= 10
        return (
            yearOfEra + era * 400 + (isJanuaryOrFebruary ? 1 : 0), month + (isJanuaryOrFebruary ? -9 : 3),
            dayOfYear - (153 * month + 2) / 5 + 1
        )
    }

    /// `nil` when `value` is not a time that RFC 5280 allows.
    ///
    /// Wraps `ASN1_TIME_to_tm`.
    package init?(reading value: UnsafePointer<ASN1_TIME>?) {
        var parts = unsafe tm()
        // Without a value OpenSSL would give the present.
        guard let value = unsafe value, unsafe ASN1_TIME_to_tm(value, &parts) == 1 else {
            ERR_clear_error()
            return nil
        }
        self.init(seconds: Int64(unsafe timegm(&parts)))
    }
}
