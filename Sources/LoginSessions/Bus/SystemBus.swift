internal import CSystemd
internal import Glibc

/// The connection to the system bus, attached to a loop.
///
/// Nothing here waits: what is asked is answered in the loop. Once the connection is lost it stays lost, and everything
/// that was asked ends with `BusError.noAnswer`; the system bus does not come back without the machine's services being
/// started anew.
@safe package final class SystemBus {
    let bus: Owner<BusObject>
    let loop: EventLoop
    /// Called once when the connection is lost.
    package var lost: () -> Void = {}

    /// Whether the connection has not been lost.
    var isOpen: Bool { unsafe bus.with { unsafe sd_bus_is_open($0) } > 0 }

    private init(_ bus: consuming Owner<BusObject>, loop: EventLoop) {
        self.bus = bus
        self.loop = loop
    }

    /// Connects to the bus at `address`, by default the system's, which `DBUS_SYSTEM_BUS_ADDRESS` may name.
    ///
    /// Returns before the bus has answered; what is asked meanwhile is sent then.
    package static func connect(
        to address: String? = nil,
        on loop: EventLoop
    ) throws(SystemError) -> SystemBus {
        let owner = try BusConnection.open(address)
        let result = unsafe loop.event.with { event in
            unsafe owner.with { bus in
                unsafe sd_bus_attach_event(bus, event, Int32(SD_EVENT_PRIORITY_NORMAL))
            }
        }
        try SystemError.check("sd_bus_attach_event", result)
        let systemBus = SystemBus(owner, loop: loop)
        // libsystemd's own signal in its own connection; the bus lets nobody send on this path.
        try systemBus.subscribe(
            "type='signal',sender='org.freedesktop.DBus.Local',path='/org/freedesktop/DBus/Local',"
                + "interface='org.freedesktop.DBus.Local',member='Disconnected'"
        ) { [weak systemBus] _ in systemBus?.lost() }
        return systemBus
    }

    /// A call to be filled with its arguments.
    func methodCall(
        to destination: String,
        _ path: String,
        _ interface: String,
        _ member: String
    ) throws(SystemError) -> BusMessage {
        try BusConnection.methodCall(bus, to: destination, path, interface, member)
    }

    /// Sends a call; `answered` is called in the loop, once, never before this returns.
    func call(
        within limit: Duration = .seconds(10),
        _ make: () throws(SystemError) -> BusMessage,
        _ answered: @escaping (Result<BusMessage, BusError>) -> Void
    ) {
        do throws(SystemError) {
            let message = try make()
            try send(PendingAnswer(answered), message, limit)
        } catch {
            let failure = BusError(error)
            afterwards { answered(.failure(failure)) }
        }
    }

    /// Calls `body` when the handler that runs now has ended.
    func afterwards(_ body: @escaping () -> Void) {
        // Where there is no memory for it the caller must bear it at once.
        do throws(SystemError) { try loop.afterwards(body) } catch { body() }
    }

    private func send(_ answer: PendingAnswer, _ message: BusMessage, _ limit: Duration) throws(SystemError) {
        let slot = try unsafe BusSlot("sd_bus_call_async", userData: answer) { slot, userData in
            unsafe bus.with { bus in
                unsafe message.with { message in
                    unsafe sd_bus_call_async(
                        bus,
                        slot,
                        message,
                        { message, userData, _ in unsafe PendingAnswer.arrived(message, userData) },
                        userData,
                        limit.microseconds
                    )
                }
            }
        }
        slot.leaveToBus()
    }

    /// Sends a signal or an answer.
    func send(_ message: BusMessage) throws(SystemError) {
        let result = unsafe bus.with { bus in
            unsafe message.with { message in unsafe sd_bus_send(bus, message, nil) }
        }
        try SystemError.check("sd_bus_send", result)
    }

    /// Calls `handler` with every message that fits `rule`, from now on and as long as this bus is used.
    ///
    /// Who sent it must be looked at each time: a signal that is addressed to us alone reaches us whatever the rule says
    /// of its sender, because libsystemd relies on the bus there, and the bus asks no rule for such a signal. Where the
    /// bus refuses the rule, libsystemd gives up the connection.
    func subscribe(_ rule: String, _ handler: @escaping (BusMessage) -> Void) throws(SystemError) {
        let slot = try unsafe BusSlot("sd_bus_add_match_async", userData: BusSubscription(handler)) {
            slot,
            userData in
            unsafe bus.with { bus in
                unsafe sd_bus_add_match_async(
                    bus,
                    slot,
                    rule,
                    { message, userData, _ in unsafe BusSubscription.arrived(message, userData) },
                    nil,
                    userData
                )
            }
        }
        slot.leaveToBus()
    }
}
