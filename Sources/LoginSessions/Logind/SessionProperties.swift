/// The properties of a session that matter here, as far as a message has told them.
struct SessionProperties {
    static let interface = "org.freedesktop.login1.Session"

    private var id: String?
    private var uid: UInt32?
    private var userName: String?
    private var seat: String?
    private var sessionClass: String?
    private var type: String?
    private var isRemote: Bool?
    private var isActive: Bool?
    private var state: String?
    private var isLocked: Bool?

    /// Nothing is known.
    init() {}

    /// What is known of a session.
    init(_ info: SessionInfo) {
        id = info.id
        uid = info.uid
        userName = info.userName
        seat = info.seat ?? ""
        sessionClass = info.sessionClass
        type = info.type
        isRemote = info.isRemote
        isActive = info.isActive
        state = info.state
        isLocked = info.isLocked
    }

    /// The session, `nil` where something has not been told.
    var info: SessionInfo? {
        guard let id, !id.isEmpty, let uid, let userName, let seat, let sessionClass, let type, let isRemote,
            let isActive, let state, let isLocked
        else { return nil }
        return SessionInfo(
            id: id,
            uid: uid,
            userName: userName,
            seat: seat.isEmpty ? nil : seat,
            sessionClass: sessionClass,
            type: type,
            isRemote: isRemote,
            isActive: isActive,
            state: state,
            isLocked: isLocked
        )
    }

    /// Takes over what stands in a message (`a{sv}`); what is not known here is passed over.
    mutating func read(from message: BusMessage) throws(BusError) {
        var read = self
        try message.readProperties { name, type throws(BusError) in
            switch (name, type) {
            case ("Id", "s"): read.id = try message.readString()
            case ("User", "(uo)"):
                read.uid = try message.readStructure("uo") { () throws(BusError) in
                    let uid = try message.readUInt32()
                    _ = try message.readPath()
                    return uid
                }
            case ("Name", "s"): read.userName = try message.readString()
            case ("Seat", "(so)"):
                read.seat = try message.readStructure("so") { () throws(BusError) in
                    let seat = try message.readString()
                    _ = try message.readPath()
                    return seat
                }
            case ("Class", "s"): read.sessionClass = try message.readString()
            case ("Type", "s"): read.type = try message.readString()
            case ("Remote", "b"): read.isRemote = try message.readBool()
            case ("Active", "b"): read.isActive = try message.readBool()
            case ("State", "s"): read.state = try message.readString()
            case ("LockedHint", "b"): read.isLocked = try message.readBool()
            case (let name, _):
                // A value of the wrong type is not the same as none.
                guard !Self.changing.contains(name), name != "Id" else { throw .malformed }
                return false
            }
            return true
        }
        self = read
    }

    /// The properties that a session can change, and that are read again when logind only says that they have changed.
    static let changing: Set<String> = [
        "Active", "State", "LockedHint", "Type", "Class", "Seat", "Remote", "User", "Name",
    ]
}
