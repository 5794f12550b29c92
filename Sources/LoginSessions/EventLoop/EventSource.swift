internal import CSystemd
internal import Glibc

/// Something that the loop waits for, and what is done then; ends with this object.
@safe final class EventSource {
    private var owner: Owner<EventSourceObject>?
    private let handler: () -> Void

    /// `add` is one of the `sd_event_add_…` functions: it is given the loop, where the source is to be put, and the user
    /// data that `run` understands.
    init(
        _ function: String,
        on loop: EventLoop,
        add: (OpaquePointer, UnsafeMutablePointer<OpaquePointer?>, UnsafeMutableRawPointer) -> Int32,
        handler: @escaping () -> Void
    ) throws(SystemError) {
        self.handler = handler
        owner = nil
        let userData = unsafe Unmanaged.passUnretained(self).toOpaque()
        var source: OpaquePointer? = nil
        let result = unsafe loop.event.with { event in unsafe add(event, &source, userData) }
        // Also where it failed there may be nothing to give back, and `Owner` knows.
        owner = unsafe Owner(adopting: source)
        try SystemError.check(function, result)
    }

    /// Waits until this moment, once more or for the first time.
    func rearm(atMicroseconds microseconds: UInt64) throws(SystemError) {
        try unsafe withPointer("sd_event_source_set_time") {
            unsafe sd_event_source_set_time($0, microseconds)
        }
        try unsafe withPointer("sd_event_source_set_enabled") {
            unsafe sd_event_source_set_enabled($0, Int32(SD_EVENT_ONESHOT))
        }
    }

    /// Waits that long from now, once more.
    func rearm(inMicroseconds microseconds: UInt64) throws(SystemError) {
        try unsafe withPointer("sd_event_source_set_time_relative") {
            unsafe sd_event_source_set_time_relative($0, microseconds)
        }
        try unsafe withPointer("sd_event_source_set_enabled") {
            unsafe sd_event_source_set_enabled($0, Int32(SD_EVENT_ONESHOT))
        }
    }

    private func withPointer(_ function: String, _ body: (OpaquePointer) -> Int32) throws(SystemError) {
        let result = unsafe owner?.with { unsafe body($0) } ?? -ENODEV
        try SystemError.check(function, result)
    }

    /// What every callback of the loop does with its user data.
    ///
    /// The source lives until its handler has returned, also when the handler lets go of it. The loop is never told of a
    /// failure, because it would stop listening.
    static func run(_ userData: UnsafeMutableRawPointer?) -> Int32 {
        guard let userData = unsafe userData else { return 0 }
        let source = unsafe Unmanaged<EventSource>.fromOpaque(userData).takeUnretainedValue()
        source.handler()
        return 0
    }
}
