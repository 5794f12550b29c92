/// Who calls, and whether polkit lets them.
///
/// polkit answers a service that is not root only about actions that name it as their owner
/// (`org.freedesktop.policykit.owner` in `org.kortvakt.Kortvakt1.policy`).
final class Authority {
    /// Whoever has sent a call, as the bus knows them.
    struct Caller {
        /// The unique name of the connection.
        let name: String
        let uid: UInt32
        /// `nil` where the bus does not know it.
        let pid: UInt32?
    }

    /// The actions of `org.kortvakt.Kortvakt1.policy`.
    enum Action: String {
        case lockSession = "org.kortvakt.Kortvakt1.lock-session"
        case guardSession = "org.kortvakt.Kortvakt1.guard-session"
        case reload = "org.kortvakt.Kortvakt1.reload"
    }

    static let service = "org.freedesktop.PolicyKit1"
    static let path = "/org/freedesktop/PolicyKit1/Authority"
    static let interface = "org.freedesktop.PolicyKit1.Authority"

    private let bus: SystemBus

    init(_ bus: SystemBus) { self.bus = bus }

    /// Asks the bus who is behind a unique name.
    func identify(_ name: String, _ identified: @escaping (Caller?) -> Void) {
        bus.call { () throws(SystemError) in
            let call = try bus.methodCall(
                to: "org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                "org.freedesktop.DBus",
                "GetConnectionCredentials"
            )
            try call.appendExactly(name)
            return call
        } _: { answer in
            identified(try? Self.caller(name, answer))
        }
    }

    private static func caller(
        _ name: String,
        _ answer: Result<BusMessage, BusError>
    ) throws(BusError) -> Caller {
        let message = try answer.get()
        var uid: UInt32?
        var pid: UInt32?
        try message.readProperties { key, type throws(BusError) in
            switch (key, type) {
            case ("UnixUserID", "u"): uid = try message.readUInt32()
            case ("ProcessID", "u"): pid = try message.readUInt32()
            default: return false
            }
            return true
        }
        guard let uid else { throw .malformed }
        return Caller(name: name, uid: uid, pid: pid)
    }

    /// Asks polkit whether a caller may do something, and lets it ask a person where `interactively` is set.
    ///
    /// Where there is no polkit, root may. No answer is no.
    func check(
        _ action: Action,
        _ caller: Caller,
        interactively: Bool,
        _ decided: @escaping (Result<Void, RequestRefusal>) -> Void
    ) {
        // A person needs time to find the password.
        let limit: Duration = interactively ? .seconds(300) : .seconds(10)
        bus.call(within: limit) { () throws(SystemError) in
            let call = try bus.methodCall(to: Self.service, Self.path, Self.interface, "CheckAuthorization")
            try Self.ask(action.rawValue, ofCaller: caller.name, interactively: interactively, in: call)
            return call
        } _: { answer in
            decided(Self.decision(answer, caller))
        }
    }

    /// Fills a call of CheckAuthorization (polkit's D-Bus interface).
    static func ask(
        _ action: String,
        ofCaller name: String,
        interactively: Bool,
        in call: BusMessage
    ) throws(SystemError) {
        try call.appendStructure("sa{sv}") { () throws(SystemError) in
            try call.append("system-bus-name")
            try call.appendDictionary(["name": name])
        }
        try call.append(action)
        // Details would be for the text of the question; only root may give them.
        try call.appendArray(of: "{ss}", [String]()) { _ throws(SystemError) in }
        // AllowUserInteraction (CheckAuthorizationFlags).
        try call.append(UInt32(interactively ? 1 : 0))
        try call.append("")
    }

    /// What polkit said: permitted, or permitted to somebody who proves who they are.
    static func answer(in message: BusMessage) throws(BusError) -> (isAuthorized: Bool, isChallenge: Bool) {
        try message.readStructure("bba{ss}") { () throws(BusError) in
            let result = (try message.readBool(), try message.readBool())
            try message.skip("a{ss}")
            return result
        }
    }

    private static func decision(
        _ answer: Result<BusMessage, BusError>,
        _ caller: Caller
    ) -> Result<Void, RequestRefusal> {
        do throws(BusError) {
            let message = try answer.get()
            let (isAuthorized, isChallenge) = try Self.answer(in: message)
            if isAuthorized { return .success(()) }
            return .failure(isChallenge ? .authorizationRequired : .accessDenied)
        } catch {
            return caller.uid == 0 && error == .serviceUnavailable ? .success(()) : .failure(.accessDenied)
        }
    }
}
