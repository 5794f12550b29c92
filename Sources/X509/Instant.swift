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
        var seconds = time_t(seconds)
        var parts = unsafe tm()
        // No year that a certificate can name is beyond what these take.
        guard unsafe gmtime_r(&seconds, &parts) != nil else { return "?" }
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            let count = unsafe strftime(buffer.baseAddress, buffer.count, "%04Y-%m-%dT%H:%M:%SZ", &parts)
            return unsafe String(decoding: UnsafeRawBufferPointer(buffer).prefix(count), as: UTF8.self)
        }
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
