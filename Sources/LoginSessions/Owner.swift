internal import CSystemd

/// A C type of libsystemd, and how one reference to it is given back.
protocol LibraryType {
    static func release(_ pointer: OpaquePointer)
}

/// The one owner of a reference to an object of libsystemd, which gives it back exactly once.
@safe struct Owner<Object: LibraryType>: ~Copyable {
    private let pointer: OpaquePointer

    /// Takes over `pointer`; `nil` when there is none.
    init?(adopting pointer: OpaquePointer?) {
        guard let pointer = unsafe pointer else { return nil }
        unsafe self.pointer = pointer
    }

    deinit { unsafe Object.release(pointer) }

    /// Lends the object; the pointer must not leave `body`.
    borrowing func with<Result, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(pointer)
    }
}

/// `sd_event`.
enum EventObject: LibraryType {
    static func release(_ pointer: OpaquePointer) { unsafe sd_event_unref(pointer) }
}

/// `sd_event_source`, which never calls back once it is given back.
enum EventSourceObject: LibraryType {
    static func release(_ pointer: OpaquePointer) { unsafe sd_event_source_disable_unref(pointer) }
}

/// `sd_bus`: what is still to be sent is sent, then the connection is closed.
enum BusObject: LibraryType {
    static func release(_ pointer: OpaquePointer) { unsafe sd_bus_flush_close_unref(pointer) }
}

/// `sd_bus_slot`, which ends what it stands for: a match, a call, an object.
enum SlotObject: LibraryType {
    static func release(_ pointer: OpaquePointer) { unsafe sd_bus_slot_unref(pointer) }
}

/// `sd_bus_message`.
enum MessageObject: LibraryType {
    static func release(_ pointer: OpaquePointer) { unsafe sd_bus_message_unref(pointer) }
}
