internal import CSystemd
internal import Glibc

/// The daemon's own interface on the system bus, `org.kortvakt.Kortvakt1` (`systemd/org.kortvakt.Kortvakt1.xml`).
///
/// What it shows is handed in as values; what is asked comes out as requests of somebody who may: the session's own user,
/// or whom polkit lets. Who has not been let is answered here, and the daemon hears nothing of them.
@safe package final class DaemonInterface {
    package static let name = "org.kortvakt.Kortvakt1"
    static let path = "/org/kortvakt/Kortvakt1"

    package typealias Answer = (Result<Void, RequestRefusal>) -> Void

    private let bus: SystemBus
    private let version: String
    private let callers: CallerCheck
    private let table: InterfaceTable
    private var slot: BusSlot?
    private var state = DaemonState()

    /// Puts the object on the bus; `request` is called in the loop, with how to answer.
    package init(
        on bus: SystemBus,
        _ logind: Logind,
        version: String,
        _ request: @escaping (DaemonRequest, @escaping Answer) -> Void
    ) throws(SystemError) {
        self.bus = bus
        self.version = version
        callers = CallerCheck(on: bus, logind, request)
        table = unsafe InterfaceTable(
            method: { message, userData, _ in unsafe Handler.called(message, userData) },
            property: { _, _, _, property, reply, userData, _ in
                unsafe Handler.asked(property, reply, userData)
            }
        )
        let handler = Handler()
        slot = try unsafe BusSlot("sd_bus_add_object_vtable", userData: handler) { slot, userData in
            unsafe bus.bus.with { bus in
                unsafe table.with { table in
                    unsafe sd_bus_add_object_vtable(bus, slot, Self.path, Self.name, table, userData)
                }
            }
        }
        handler.interface = self
    }

    // The object goes before the table that describes it.
    deinit { slot = nil }

    /// Takes the name under which the daemon is found; a second daemon is told that it is taken.
    package func claimName(_ answered: @escaping (Result<Void, BusError>) -> Void) {
        bus.call { () throws(SystemError) in
            let call = try bus.methodCall(
                to: "org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                "org.freedesktop.DBus",
                "RequestName"
            )
            try call.appendExactly(Self.name)
            // Do not queue (D-Bus specification, "org.freedesktop.DBus.RequestName").
            try call.append(UInt32(4))
            return call
        } _: { answer in
            answered(
                answer.flatMap { message in
                    // 1 and 4: it is ours.
                    switch try? message.readUInt32() {
                    case 1, 4: .success(())
                    default: .failure(.other(name: "name taken"))
                    }
                }
            )
        }
    }

    /// Shows a new state, and tells who listens which properties have changed; nothing when none has.
    package func publish(_ new: DaemonState) {
        let changed = DaemonProperty.allCases.filter { $0.differs(state, new) }
        state = new
        guard !changed.isEmpty else { return }
        // A connection that is lost is told of by the bus.
        try? tellChange(of: changed)
    }

    /// Tells everybody who listens.
    package func emit(_ signal: DaemonSignal) {
        try? send(signal.member, Self.name) { message throws(SystemError) in
            for argument in signal.arguments { try message.append(argument) }
        }
    }

    private func tellChange(of properties: [DaemonProperty]) throws(SystemError) {
        try send("PropertiesChanged", "org.freedesktop.DBus.Properties") { message throws(SystemError) in
            try message.append(Self.name)
            try message.appendArray(of: "{sv}", properties) { property throws(SystemError) in
                try message.appendEntry(property.rawValue, property.signature) {
                    () throws(SystemError) in
                    try property.append(self.state, version: self.version, to: message)
                }
            }
            try message.appendArray(of: "s", [String]()) { _ throws(SystemError) in }
        }
    }

    private func send(
        _ member: String,
        _ interface: String,
        _ fill: (BusMessage) throws(SystemError) -> Void
    ) throws(SystemError) {
        let message = try unsafe BusMessage.made(by: "sd_bus_message_new_signal") { message in
            unsafe bus.bus.with {
                unsafe sd_bus_message_new_signal($0, message, Self.path, interface, member)
            }
        }
        try fill(message)
        try bus.send(message)
    }

    private func show(_ property: String, in reply: BusMessage) -> Int32 {
        guard let property = DaemonProperty(rawValue: property) else { return -ENOENT }
        do throws(SystemError) {
            try property.append(state, version: version, to: reply)
            return 1
        } catch {
            return -error.errno
        }
    }

    /// What libsystemd knows of the object; the object may be gone.
    private final class Handler {
        weak var interface: DaemonInterface?

        static func called(_ message: OpaquePointer?, _ userData: UnsafeMutableRawPointer?) -> Int32 {
            guard let interface = unsafe interface(userData),
                let message = unsafe BusMessage.keeping(message)
            else { return 0 }
            interface.callers.receive(message)
            return 1
        }

        static func asked(
            _ property: UnsafePointer<CChar>?,
            _ reply: OpaquePointer?,
            _ userData: UnsafeMutableRawPointer?
        ) -> Int32 {
            guard let property = unsafe property, let interface = unsafe interface(userData),
                let reply = unsafe BusMessage.keeping(reply)
            else { return -ENOENT }
            return interface.show(unsafe String(cString: property), in: reply)
        }

        private static func interface(_ userData: UnsafeMutableRawPointer?) -> DaemonInterface? {
            guard let userData = unsafe userData else { return nil }
            return unsafe Unmanaged<Handler>.fromOpaque(userData).takeUnretainedValue().interface
        }
    }
}
