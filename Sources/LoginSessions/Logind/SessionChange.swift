/// What a `PropertiesChanged` of a session says (D-Bus specification, "org.freedesktop.DBus.Properties").
struct SessionChange {
    /// The session with what is new; `nil` where the message says nothing of use.
    private(set) var info: SessionInfo?
    /// Something has changed that the message does not tell, so all must be read.
    private(set) var mustBeRead: Bool

    init(_ message: BusMessage, of before: SessionInfo) {
        do throws(BusError) {
            message.rewind()
            guard try message.readString() == SessionProperties.interface else {
                mustBeRead = false
                return
            }
            var properties = SessionProperties(before)
            try properties.read(from: message)
            let invalidated = try message.readArray(of: "s", limit: 256) { () throws(BusError) in
                try message.readString()
            }
            info = properties.info
            // `State` goes with `Active`, and logind does not announce it.
            mustBeRead =
                info?.isActive != before.isActive
                || !SessionProperties.changing.isDisjoint(with: invalidated)
        } catch {
            mustBeRead = true
        }
    }
}
