/// What somebody who may do so asks of the daemon.
package enum DaemonRequest: Hashable, Sendable {
    /// Lock this session now.
    case lockNow(session: String)
    /// The card that is in a reader of this session's seat guards it (`Bind=explicit`).
    case guardSession(session: String)
    /// Read the settings anew.
    case reload
}

/// Why the daemon does not do what it was asked; the raw values are error names, and do not change.
package enum RequestRefusal: String, Error, CaseIterable, Sendable {
    case noSuchSession = "org.kortvakt.Kortvakt1.Error.NoSuchSession"
    /// A remote session, a greeter, a text console.
    case cannotBeGuarded = "org.kortvakt.Kortvakt1.Error.CannotBeGuarded"
    /// There is no card that could guard it.
    case noCard = "org.kortvakt.Kortvakt1.Error.NoCard"
    /// logind did not lock it.
    case lockFailed = "org.kortvakt.Kortvakt1.Error.LockFailed"
    /// The new settings have a fault; the journal says where. The old ones are still in force.
    case settingsRefused = "org.kortvakt.Kortvakt1.Error.SettingsRefused"
    case accessDenied = "org.freedesktop.DBus.Error.AccessDenied"
    case authorizationRequired = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"
    /// Too many are waiting for an answer.
    case tooMany = "org.freedesktop.DBus.Error.LimitsExceeded"
    case invalidArguments = "org.freedesktop.DBus.Error.InvalidArgs"
    case failed = "org.freedesktop.DBus.Error.Failed"

    /// What goes with the name, for whoever calls by hand.
    var text: StaticString {
        switch self {
        case .noSuchSession: "There is no such session."
        case .cannotBeGuarded: "A card cannot guard this session."
        case .noCard: "There is no card that could guard this session."
        case .lockFailed: "The session could not be locked."
        case .settingsRefused: "The settings have a fault, see the journal; the old ones are still in force."
        case .accessDenied: "Only the session's own user and administrators may do this."
        case .authorizationRequired: "This needs interactive authorization."
        case .tooMany: "Too many calls are waiting for an answer."
        case .invalidArguments: "The arguments are not what the interface says."
        case .failed: "The daemon did not do it."
        }
    }
}

/// What the daemon tells everybody who listens.
package enum DaemonSignal: Hashable, Sendable {
    case cardInserted(reader: String)
    case cardRemoved(reader: String)
    /// The session said that it is locked, after it was asked.
    case sessionLocked(session: String, reader: String, reason: LockReason)
    case lockFailed(session: String, reason: LockFailure)

    var member: String {
        switch self {
        case .cardInserted: "CardInserted"
        case .cardRemoved: "CardRemoved"
        case .sessionLocked: "SessionLocked"
        case .lockFailed: "LockFailed"
        }
    }

    var arguments: [String] {
        switch self {
        case .cardInserted(let reader), .cardRemoved(let reader): [reader]
        case .sessionLocked(let session, let reader, let reason): [session, reader, reason.rawValue]
        case .lockFailed(let session, let reason): [session, reason.rawValue]
        }
    }
}
