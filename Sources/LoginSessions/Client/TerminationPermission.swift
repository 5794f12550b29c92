internal import CSystemd

/// Whether polkit lets this process end the sessions of others (`org.freedesktop.login1.manage`).
///
/// polkit answers everybody about themselves.
package enum TerminationPermission: Sendable {
    case granted
    case denied
    /// There is no bus or no polkit here, or it did not answer.
    case unknown

    /// Asks, and waits for the answer at most 5 s.
    package static func ask() -> TerminationPermission {
        guard let answer = try? answer() else { return .unknown }
        guard let (isAuthorized, _) = try? Authority.answer(in: answer) else { return .unknown }
        return isAuthorized ? .granted : .denied
    }

    private static func answer() throws(SystemError) -> BusMessage {
        let bus = try BusConnection.open(nil)
        var name: UnsafePointer<CChar>? = nil
        let result = unsafe bus.with { unsafe sd_bus_get_unique_name($0, &name) }
        try SystemError.check("sd_bus_get_unique_name", result)
        let call = try BusConnection.methodCall(
            bus,
            to: Authority.service,
            Authority.path,
            Authority.interface,
            "CheckAuthorization"
        )
        try Authority.ask(
            "org.freedesktop.login1.manage",
            ofCaller: unsafe name.map { unsafe String(cString: $0) } ?? "",
            interactively: false,
            in: call
        )
        return try unsafe BusMessage.made(by: "sd_bus_call") { reply in
            unsafe bus.with { bus in
                unsafe call.with { unsafe sd_bus_call(bus, $0, 5_000_000, nil, reply) }
            }
        }
    }
}
