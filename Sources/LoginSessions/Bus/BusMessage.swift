internal import CSystemd
internal import Glibc

/// A message on the bus, to be written or to be read.
@safe final class BusMessage {
    private let owner: Owner<MessageObject>

    private init(_ owner: consuming Owner<MessageObject>) { self.owner = owner }

    /// Keeps a message that a callback was lent.
    static func keeping(_ pointer: OpaquePointer?) -> BusMessage? {
        guard let pointer = unsafe pointer,
            let owner = unsafe Owner<MessageObject>(adopting: sd_bus_message_ref(pointer))
        else { return nil }
        return BusMessage(owner)
    }

    /// The message that `make` puts where it is told to.
    static func made(
        by function: String,
        _ make: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
    ) throws(SystemError) -> BusMessage {
        var pointer: OpaquePointer? = nil
        let result = unsafe make(&pointer)
        let owner = unsafe Owner<MessageObject>(adopting: pointer)
        try SystemError.check(function, result)
        guard let owner else { throw SystemError(function, errno: ENOMEM) }
        return BusMessage(owner)
    }

    /// Lends the message; the pointer must not leave `body`.
    func with<Result, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe owner.with { pointer throws(Failure) in try unsafe body(pointer) }
    }

    /// The unique name of whoever sent it, as the bus says, or the bus itself: `org.freedesktop.DBus`.
    var sender: String? { unsafe with { unsafe Self.string(sd_bus_message_get_sender($0)) } }
    var path: String? { unsafe with { unsafe Self.string(sd_bus_message_get_path($0)) } }
    var member: String? { unsafe with { unsafe Self.string(sd_bus_message_get_member($0)) } }
    /// Whether the sender lets the service ask somebody at the screen for permission.
    var allowsInteraction: Bool {
        get { unsafe with { unsafe sd_bus_message_get_allow_interactive_authorization($0) } > 0 }
        set {
            unsafe with {
                _ = unsafe sd_bus_message_set_allow_interactive_authorization($0, newValue ? 1 : 0)
            }
        }
    }
    /// Whether the bus starts the service that a call is for.
    var startsService: Bool {
        get { unsafe with { unsafe sd_bus_message_get_auto_start($0) } > 0 }
        set { unsafe with { _ = unsafe sd_bus_message_set_auto_start($0, newValue ? 1 : 0) } }
    }

    /// The error that this is, `nil` where it is none.
    var error: BusError? {
        unsafe with { message in
            guard let error = unsafe sd_bus_message_get_error(message) else { return nil }
            return BusError(name: unsafe Self.string(error.pointee.name) ?? "")
        }
    }

    private static func string(_ pointer: UnsafePointer<CChar>?) -> String? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe String(cString: pointer)
    }
}

/// The types of the D-Bus specification, chapter "Type system", that are used here.
enum BusType {
    static let boolean = CChar(UInt8(ascii: "b"))
    static let uint32 = CChar(UInt8(ascii: "u"))
    static let uint64 = CChar(UInt8(ascii: "t"))
    static let int64 = CChar(UInt8(ascii: "x"))
    static let string = CChar(UInt8(ascii: "s"))
    static let objectPath = CChar(UInt8(ascii: "o"))
    static let descriptor = CChar(UInt8(ascii: "h"))
    static let array = CChar(UInt8(ascii: "a"))
    static let structure = CChar(UInt8(ascii: "r"))
    static let dictionaryEntry = CChar(UInt8(ascii: "e"))
    static let variant = CChar(UInt8(ascii: "v"))
}
