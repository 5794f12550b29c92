internal import CSystemd

/// Asks the daemon, and waits for the answer; for programs that do nothing else meanwhile.
///
/// A daemon that is not running is not started: whoever ended it did so on purpose.
package final class DaemonClient {
    /// What the daemon says of itself.
    package struct Status: Equatable, Sendable {
        package let version: String
        package let state: DaemonState

        package init(version: String, state: DaemonState) {
            self.version = version
            self.state = state
        }
    }

    private let bus: Owner<BusObject>

    /// Connects to the bus at `address`, by default the system's, which `DBUS_SYSTEM_BUS_ADDRESS` may name.
    package init(address: String? = nil) throws(DaemonError) {
        do throws(SystemError) {
            bus = try BusConnection.open(address)
        } catch {
            throw .noBus(errno: error.errno)
        }
    }

    /// Everything that the daemon shows; waits at most 5 s.
    package func status() throws(DaemonError) -> Status {
        let answer = try call("org.freedesktop.DBus.Properties", "GetAll", within: .seconds(5)) {
            message throws(SystemError) in
            try message.appendExactly(DaemonInterface.name)
        }
        do throws(BusError) {
            let (state, version) = try DaemonState.read(from: answer)
            return Status(version: version, state: state)
        } catch {
            throw DaemonError(error)
        }
    }

    /// Locks the session of this id, or that of the caller; waits at most 30 s, 5 minutes where somebody is asked.
    ///
    /// Returns when logind has been asked and did not refuse. `interactively` lets polkit ask for a password when it is
    /// another's session.
    package func lockNow(session: String = "", interactively: Bool = false) throws(DaemonError) {
        _ = try call(
            DaemonInterface.name,
            "LockNow",
            within: interactively ? .seconds(300) : .seconds(30),
            interactively: interactively
        ) { message throws(SystemError) in
            try message.appendExactly(session)
        }
    }

    private func call(
        _ interface: String,
        _ member: String,
        within limit: Duration,
        interactively: Bool = false,
        _ fill: (BusMessage) throws(SystemError) -> Void
    ) throws(DaemonError) -> BusMessage {
        var failure = unsafe sd_bus_error(name: nil, message: nil, _need_free: 0)
        defer { unsafe sd_bus_error_free(&failure) }
        do throws(SystemError) {
            let message = try BusConnection.methodCall(
                bus,
                to: DaemonInterface.name,
                DaemonInterface.path,
                interface,
                member
            )
            try fill(message)
            message.startsService = false
            message.allowsInteraction = interactively
            return try unsafe BusMessage.made(by: "sd_bus_call") { reply in
                unsafe bus.with { bus in
                    unsafe message.with { unsafe sd_bus_call(bus, $0, limit.microseconds, &failure, reply) }
                }
            }
        } catch {
            guard let name = unsafe failure.name else { throw .noBus(errno: error.errno) }
            throw DaemonError(BusError(name: unsafe String(cString: name)))
        }
    }
}
