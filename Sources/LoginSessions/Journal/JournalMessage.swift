/// What the daemon writes into the journal: every entry there is, with the id by which it can be found.
///
/// `journalctl MESSAGE_ID=…`. The ids were made once with systemd-id128(1) and never change; a new entry gets a new one.
package enum JournalMessage: String, CaseIterable, Sendable {
    case notStarted = "9e24a1cbfe274c35982146ea9ea48b7f"
    case nameRefused = "6489cedffce74a469efdb26658e74b7e"
    case started = "73db3c27225c4412baa316de2bb58495"
    case stopping = "4007364dc53742fcb5e91e518c74fb6f"
    case stoppingWhileGuarding = "7b7bca1450ba4606975d3b305283bf58"
    case settingsRead = "73b94ca30aaa4772b0af423f5462e939"
    case settingsRefused = "34c577fba88d48029f908b689e982d7f"
    case trustMissing = "8c5996575db54de4a8cd15b1b0158f71"
    case stateRestored = "c59fde9879214c758fdad4018b6cf363"
    case stateUnreadable = "1eb39221213b435e9c71b4051e4804e2"
    case stateNotSaved = "cd6f3229d3f04c6ab03a1519b03a3416"
    case serviceReady = "42d93029056243e9a31e2e26eef6aae7"
    case serviceLost = "640eed1b7a6c4a769bb9c9791a450cc5"
    case readerAdded = "bd75e93e7e9548e4957be9d22f4666a9"
    case readerRemoved = "6340e24df22d48d3adbc2a84f7834b1b"
    case readerFailed = "0f702de3115e4575bbfe90129fc4153a"
    case cardInserted = "e27adf02173e43fe844284d5b41d51cf"
    case cardRemoved = "5b30a66827e94acca78824888fdf98f3"
    case cardNotIdentified = "c741fc7df48947d9ab2b2f2972008c05"
    case guardBegan = "ea7e289db37c41959dcfe5bac4db8c11"
    case guardEnded = "773244ae4eeb4a54a3e3dcc78e22bb5e"
    case cardMissing = "42b70419ae9146fa827591acf5475706"
    case cardReturned = "8a1525f5aaa145578a05ad8d29c72e17"
    case lockAsked = "ed2575547d7948af997844b4d2772fcd"
    case lockConfirmed = "bcf2d0bdb0854921ae0e3b0b71357ac5"
    case lockNotConfirmed = "6168577a6d20415d87526a12c07409ff"
    case lockDenied = "feead8541b144808b1a1e5e62cbe304a"
    case terminateAsked = "59d297f2b653441e83e817f93d1f01ab"
    case observed = "0f50dfbf230c44659be3d67d2a3c3e6a"
    case sleepNotConfirmed = "9b844d4202c24eb9bd560bbb8ce9d468"
    case sleepNotDelayed = "f2a34b8f61674428ac67743d176cdd68"
    case logindRestarted = "abff78e21cfa4aaa95b8608f4016faa8"
    case logindGone = "361fe564d6ac4537aad0956f0a4e5668"
    case sessionUnreadable = "639021fc242b4fb69b6c0b3ca278ca0b"
    case sessionsUnreadable = "8d0ad70514b2430ab5c0afa3756eca9f"
    case requestRefused = "0915062599f5435a8e2f52d122023b52"
    case busLost = "8bc5ca29c7e14e0abd1a847697f7b789"
    case unhealthy = "d801c1d1943d4c59a2492f800f9c11f1"

    /// The value of the field `MESSAGE_ID`.
    package var id: String { rawValue }

    /// What happened, without who or what: that is told by fields, and by them alone.
    var sentence: String {
        switch self {
        case .notStarted: "kortvaktd could not start"
        case .nameRefused: "The bus does not let kortvaktd have its name; is another one running?"
        case .started: "kortvaktd has started"
        case .stopping: "kortvaktd ends"
        case .stoppingWhileGuarding:
            "kortvaktd ends on request; cards that are pulled from now on lock nothing"
        case .settingsRead: "The settings are in force"
        case .settingsRefused:
            "The settings have a fault; what was in force stays so, at the start the defaults"
        case .trustMissing: "Owners are asked for and no certificate is trusted; every card guards"
        case .stateRestored: "The guards of the earlier run are in force again"
        case .stateUnreadable:
            "The guards of the earlier run cannot be known; every session that could be guarded is asked to lock"
        case .stateNotSaved: "The guards could not be written down; they would be lost in a crash"
        case .serviceReady: "The card service answers"
        case .serviceLost: "The card service is gone"
        case .readerAdded: "A reader is there"
        case .readerRemoved: "A reader was unplugged"
        case .readerFailed: "A reader does not say what is in it"
        case .cardInserted: "A card was inserted"
        case .cardRemoved: "A card was removed"
        case .cardNotIdentified: "A card could not be identified; it guards as an unknown card"
        case .guardBegan: "A card guards a session"
        case .guardEnded: "A card guards a session no more"
        case .cardMissing: "A guarding card is missing"
        case .cardReturned: "A missing card is there again"
        case .lockAsked: "A session was asked to lock"
        case .lockConfirmed: "A session that was asked to lock is locked"
        case .lockNotConfirmed: "A session that was asked to lock does not say that it is locked"
        case .lockDenied: "logind did not lock a session"
        case .terminateAsked: "A session was asked to end"
        case .observed: "A session would have been asked to lock, but the action is none"
        case .sleepNotConfirmed: "The machine sleeps although a session does not say that it is locked"
        case .sleepNotDelayed: "logind does not let its sleep be delayed"
        case .logindRestarted: "logind was restarted"
        case .logindGone: "logind is gone"
        case .sessionUnreadable: "A session could not be read and cannot be guarded"
        case .sessionsUnreadable: "The sessions could not be read"
        case .requestRefused: "A request was refused"
        case .busLost: "The connection to the system bus is lost"
        case .unhealthy:
            "The card service hangs; kortvaktd begins anew, and what it guards is locked after the patience"
        }
    }

    /// How bad it is (syslog(3)).
    var priority: JournalPriority {
        switch self {
        case .lockDenied, .busLost, .unhealthy, .notStarted, .nameRefused: .critical
        case .settingsRefused, .stateNotSaved, .lockNotConfirmed, .sleepNotConfirmed, .sessionUnreadable,
            .sessionsUnreadable:
            .error
        case .stoppingWhileGuarding, .stateUnreadable, .serviceLost, .readerFailed, .terminateAsked,
            .sleepNotDelayed, .logindGone, .trustMissing:
            .warning
        case .started, .stopping, .cardNotIdentified, .cardMissing, .cardReturned, .lockAsked,
            .lockConfirmed, .observed, .logindRestarted, .requestRefused:
            .notice
        case .settingsRead, .stateRestored, .serviceReady, .readerAdded, .readerRemoved, .cardInserted,
            .cardRemoved, .guardBegan, .guardEnded:
            .info
        }
    }
}

/// The priorities of syslog(3) that are used.
enum JournalPriority: Int, Sendable {
    case critical = 2
    case error = 3
    case warning = 4
    case notice = 5
    case info = 6
}
