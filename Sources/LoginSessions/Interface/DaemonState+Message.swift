/// The properties of the interface and how they stand in a message.
enum DaemonProperty: String, CaseIterable {
    case version = "Version"
    case readers = "Readers"
    case cards = "Cards"
    case sessions = "Sessions"
    case guards = "Guards"
    case lastLock = "LastLock"

    var signature: String {
        switch self {
        case .version: "s"
        case .readers: "as"
        case .cards: "a(sbsbb)"
        case .sessions: "a(sb)"
        case .guards: "a(ss)"
        // Session, reader, reason, time, asked, answered, locked.
        case .lastLock: "(ssstxxx)"
        }
    }

    /// Whether two states differ in it.
    func differs(_ left: DaemonState, _ right: DaemonState) -> Bool {
        switch self {
        case .version: false
        case .readers: left.readers != right.readers
        case .cards: left.cards != right.cards
        case .sessions: left.sessions != right.sessions
        case .guards: left.guards != right.guards
        case .lastLock: left.lastLock != right.lastLock
        }
    }

    func append(_ state: DaemonState, version: String, to message: BusMessage) throws(SystemError) {
        switch self {
        case .version: try message.append(version)
        case .readers:
            try message.appendArray(of: "s", state.readers) { reader throws(SystemError) in
                try message.append(reader)
            }
        case .cards:
            try message.appendArray(of: "(sbsbb)", state.cards) { card throws(SystemError) in
                try message.appendStructure("sbsbb") { () throws(SystemError) in
                    try message.append(card.reader)
                    try message.append(card.isPresent)
                    try message.append(card.family)
                    try message.append(card.isIdentified)
                    try message.append(card.isGuarding)
                }
            }
        case .sessions:
            try message.appendArray(of: "(sb)", state.sessions) { session throws(SystemError) in
                try message.appendStructure("sb") { () throws(SystemError) in
                    try message.append(session.id)
                    try message.append(session.isLocked)
                }
            }
        case .guards:
            try message.appendArray(of: "(ss)", state.guards) { link throws(SystemError) in
                try message.appendStructure("ss") { () throws(SystemError) in
                    try message.append(link.session)
                    try message.append(link.reader)
                }
            }
        case .lastLock: try append(state.lastLock, to: message)
        }
    }

    /// All empty and 0 where there was none; -1 for what has not happened.
    private func append(_ lock: DaemonState.LastLock?, to message: BusMessage) throws(SystemError) {
        try message.appendStructure("ssstxxx") { () throws(SystemError) in
            try message.append(lock?.session ?? "")
            try message.append(lock?.reader ?? "")
            try message.append(lock?.reason.rawValue ?? "")
            try message.append(lock?.time ?? 0)
            for step in [lock?.asked, lock?.answered, lock?.locked] {
                try message.append(step.map { Int64(clamping: $0) } ?? -1)
            }
        }
    }
}
