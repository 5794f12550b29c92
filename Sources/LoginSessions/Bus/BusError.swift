internal import CSystemd

/// Why a call on the bus brought nothing.
package enum BusError: Error, Hashable, Sendable {
    case accessDenied
    /// It would be permitted to somebody who proves who they are, and the call did not let the service ask.
    case authorizationRequired
    /// The session, object or name is not there.
    case notFound
    /// Nobody has the service's name, and it cannot be started.
    case serviceUnavailable
    /// No answer in time, or the connection to the bus was lost.
    case noAnswer
    /// Too much was asked at once.
    case tooMuch
    /// The answer is not what the service's interface says, or larger than anything sensible.
    case malformed
    /// Another error, by its name on the bus.
    case other(name: String)

    /// The error of this name; logind's names are in org.freedesktop.login1(5), the others in the D-Bus specification.
    init(name: String) {
        switch name {
        case "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.AuthFailed",
            "org.freedesktop.PolicyKit1.Error.NotAuthorized":
            self = .accessDenied
        case "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired":
            self = .authorizationRequired
        case "org.freedesktop.login1.NoSuchSession", "org.freedesktop.login1.NoSessionForPID",
            "org.freedesktop.DBus.Error.UnknownObject", "org.freedesktop.DBus.Error.UnknownMethod",
            "org.freedesktop.DBus.Error.UnknownInterface":
            self = .notFound
        case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
            "org.freedesktop.systemd1.NoSuchUnit", "org.freedesktop.systemd1.UnitMasked",
            "org.freedesktop.systemd1.LoadFailed":
            self = .serviceUnavailable
        case let name where name.hasPrefix("org.freedesktop.DBus.Error.Spawn."):
            self = .serviceUnavailable
        case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout",
            "org.freedesktop.DBus.Error.TimedOut", "org.freedesktop.DBus.Error.Disconnected",
            // libsystemd's own, for a connection that ends while one waits.
            "System.Error.ECONNRESET", "System.Error.ENOTCONN":
            self = .noAnswer
        case "org.freedesktop.DBus.Error.LimitsExceeded": self = .tooMuch
        default: self = .other(name: BusText.bounded(name))
        }
    }

    /// What libsystemd returned for a call that was not even sent.
    init(_ error: SystemError) { self = .other(name: "errno \(error.errno) in \(error.function)") }
}
