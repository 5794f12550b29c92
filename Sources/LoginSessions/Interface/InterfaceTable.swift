internal import CSystemd
internal import Glibc

/// The table of the daemon's object, from which libsystemd answers introspection and checks every call.
///
/// It is the same interface as `systemd/org.kortvakt.Kortvakt1.xml`.
@safe struct InterfaceTable: ~Copyable {
    private let rows: UnsafeMutableBufferPointer<sd_bus_vtable>
    /// The table's own copies of all names and types.
    private let strings: [UnsafeMutablePointer<CChar>?]

    init(method: @escaping sd_bus_message_handler_t, property: @escaping sd_bus_property_get_t) {
        var strings: [UnsafeMutablePointer<CChar>?] = unsafe []
        // A list of names has a NUL after each and one at its end; strdup would stop at the first.
        func keep(_ text: String) -> UnsafePointer<CChar>? {
            let bytes = Array(text.utf8)
            let copy = unsafe calloc(bytes.count + 2, 1)?.assumingMemoryBound(to: CChar.self)
            for (index, byte) in bytes.enumerated() { unsafe copy?[index] = CChar(bitPattern: byte) }
            unsafe strings.append(copy)
            return unsafe UnsafePointer(copy)
        }
        func keep(_ names: [String]) -> UnsafePointer<CChar>? {
            unsafe keep(names.map { $0 + "\0" }.joined())
        }
        var table = unsafe [kv_vtable_start()]
        for (name, names) in Self.methods {
            let types = String(repeating: "s", count: names.count)
            unsafe table.append(kv_vtable_method(keep(name), keep(types), keep(""), keep(names), method))
        }
        for (name, names) in Self.signals {
            let types = String(repeating: "s", count: names.count)
            unsafe table.append(kv_vtable_signal(keep(name), keep(types), keep(names)))
        }
        for entry in DaemonProperty.allCases {
            let isConstant: Int32 = entry == .version ? 1 : 0
            unsafe table.append(
                kv_vtable_property(keep(entry.rawValue), keep(entry.signature), property, isConstant)
            )
        }
        unsafe table.append(kv_vtable_end())
        unsafe rows = .allocate(capacity: table.count)
        _ = unsafe rows.initialize(from: table)
        unsafe self.strings = strings
    }

    deinit {
        unsafe rows.deallocate()
        unsafe strings.forEach { unsafe free($0) }
    }

    /// Lends the table, which must live as long as the object that it describes.
    borrowing func with<Result>(_ body: (UnsafePointer<sd_bus_vtable>?) -> Result) -> Result {
        unsafe body(UnsafePointer(rows.baseAddress))
    }

    /// The names of the arguments, which are strings; none returns anything.
    private static let methods = [
        ("LockNow", ["session"]),
        ("GuardSession", ["session"]),
        ("Reload", []),
    ]

    /// The names of the arguments, which are strings.
    private static let signals = [
        ("CardInserted", ["reader"]),
        ("CardRemoved", ["reader"]),
        ("SessionLocked", ["session", "reader", "reason"]),
        ("LockFailed", ["session", "reason"]),
    ]
}
