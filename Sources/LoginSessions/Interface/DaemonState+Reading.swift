extension DaemonState {
    /// How many readers, cards, sessions or guards a daemon may show.
    private static let limit = 16_384

    /// What a daemon says of itself and its version, from the answer to `GetAll`.
    static func read(from message: BusMessage) throws(BusError) -> (state: DaemonState, version: String) {
        var state = DaemonState()
        guard let version = try state.take(from: message) else { throw .malformed }
        return (state, version)
    }

    /// Takes over the properties that stand next in a message (`a{sv}`), and gives back the version where it is among them.
    ///
    /// Where it fails nothing is taken over.
    mutating func take(from message: BusMessage) throws(BusError) -> String? {
        var state = self
        var version: String?
        try message.readProperties { name, type throws(BusError) in
            guard let property = DaemonProperty(rawValue: name), property.signature == type else {
                return false
            }
            switch property {
            case .version: version = try message.readString()
            case .readers:
                state.readers = try message.readArray(of: "s", limit: Self.limit) { () throws(BusError) in
                    try message.readString()
                }
            case .cards:
                state.cards = try message.readArray(of: "(sbsbb)", limit: Self.limit) { () throws(BusError) in
                    try message.readStructure("sbsbb") { () throws(BusError) in try Card(from: message) }
                }
            case .sessions:
                state.sessions = try message.readArray(of: "(sb)", limit: Self.limit) { () throws(BusError) in
                    try message.readStructure("sb") { () throws(BusError) in
                        Session(id: try message.readString(), isLocked: try message.readBool())
                    }
                }
            case .guards:
                state.guards = try message.readArray(of: "(ss)", limit: Self.limit) { () throws(BusError) in
                    try message.readStructure("ss") { () throws(BusError) in
                        Guard(session: try message.readString(), reader: try message.readString())
                    }
                }
            case .lastLock:
                state.lastLock = try message.readStructure("ssstxxx") { () throws(BusError) in
                    try LastLock(from: message)
                }
            }
            return true
        }
        self = state
        return version
    }
}

extension DaemonState.Card {
    fileprivate init(from message: BusMessage) throws(BusError) {
        reader = try message.readString()
        isPresent = try message.readBool()
        family = try message.readString()
        isIdentified = try message.readBool()
        isGuarding = try message.readBool()
    }
}

extension DaemonState.LastLock {
    /// `nil` where there was none, or for a reason that only a later version knows.
    fileprivate init?(from message: BusMessage) throws(BusError) {
        let session = try message.readString()
        let reader = try message.readString()
        let reason = try message.readString()
        let time = try message.readUInt64()
        let asked = try message.readInt64()
        let answered = try message.readInt64()
        let locked = try message.readInt64()
        guard let reason = LockReason(rawValue: reason) else { return nil }
        self.init(
            session: session,
            reader: reader,
            reason: reason,
            time: time,
            asked: UInt64(exactly: asked),
            answered: UInt64(exactly: answered),
            locked: UInt64(exactly: locked)
        )
    }
}
