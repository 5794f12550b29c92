internal import CSystemd
internal import Glibc

/// What a connection is whether somebody waits on it or a loop does.
enum BusConnection {
    /// Connects to the bus at `address`, by default the system's.
    static func open(_ address: String?) throws(SystemError) -> Owner<BusObject> {
        guard let address else {
            return try unsafe adopt("sd_bus_open_system") { unsafe sd_bus_open_system($0) }
        }
        let owner = try unsafe adopt("sd_bus_new") { unsafe sd_bus_new($0) }
        // What sd_bus_open_system does besides.
        try unsafe owner.with { bus throws(SystemError) in
            try SystemError.check("sd_bus_set_address", unsafe sd_bus_set_address(bus, address))
            try SystemError.check("sd_bus_set_bus_client", unsafe sd_bus_set_bus_client(bus, 1))
            try SystemError.check("sd_bus_start", unsafe sd_bus_start(bus))
        }
        return owner
    }

    private static func adopt(
        _ function: String,
        _ make: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
    ) throws(SystemError) -> Owner<BusObject> {
        var pointer: OpaquePointer? = nil
        let result = unsafe make(&pointer)
        let owner = unsafe Owner<BusObject>(adopting: pointer)
        try SystemError.check(function, result)
        guard let owner else { throw SystemError(function, errno: ENOMEM) }
        return owner
    }

    static func methodCall(
        _ bus: borrowing Owner<BusObject>,
        to destination: String,
        _ path: String,
        _ interface: String,
        _ member: String
    ) throws(SystemError) -> BusMessage {
        try unsafe bus.with { bus throws(SystemError) in
            try unsafe BusMessage.made(by: "sd_bus_message_new_method_call") {
                unsafe sd_bus_message_new_method_call(bus, $0, destination, path, interface, member)
            }
        }
    }
}
