internal import CSystemd
internal import Glibc

/// What the service manager is told of this service (sd_notify(3)); nothing happens where there is none.
package enum ServiceNotify {
    /// The service does what it is for.
    package static func ready(status: String) { notify("READY=1\nSTATUS=\(line(status))") }

    /// New settings are being read; `ready` must follow.
    ///
    /// The time tells systemd 253 and later which reload this is (`Type=notify-reload`).
    package static func reloading() {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        let microseconds = UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
        notify("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
    }

    package static func stopping() { notify("STOPPING=1") }

    /// One line of how it stands, for `systemctl status`.
    package static func status(_ text: String) { notify("STATUS=\(line(text))") }

    static func watchdog() { notify("WATCHDOG=1") }

    /// A second line would be a second assignment.
    private static func line(_ text: String) -> String { BusText.bounded(text) }

    private static func notify(_ state: String) { _ = unsafe sd_notify(0, state) }
}
