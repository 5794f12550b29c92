/// Reads everything about one session, again as long as it is told to meanwhile.
final class SessionReader {
    private let bus: SystemBus
    private let path: String
    private let answered: (Result<SessionInfo, BusError>) -> Void
    private var mustBeReadAgain = false

    /// `answered` is called in the loop, once, unless this object is gone before.
    init(_ bus: SystemBus, path: String, _ answered: @escaping (Result<SessionInfo, BusError>) -> Void) {
        self.bus = bus
        self.path = path
        self.answered = answered
    }

    func begin() {
        bus.call { () throws(SystemError) in
            let call = try bus.methodCall(
                to: Logind.name,
                path,
                "org.freedesktop.DBus.Properties",
                "GetAll"
            )
            try call.appendExactly(SessionProperties.interface)
            return call
        } _: { [weak self] in
            self?.heard($0)
        }
    }

    /// What is being read may be older than what has been heard since.
    func again() { mustBeReadAgain = true }

    private func heard(_ answer: Result<BusMessage, BusError>) {
        if mustBeReadAgain, case .success = answer {
            mustBeReadAgain = false
            return begin()
        }
        answered(
            answer.flatMap { message in
                Result { () throws(BusError) in
                    var properties = SessionProperties()
                    try properties.read(from: message)
                    guard let info = properties.info else { throw .malformed }
                    return info
                }
            }
        )
    }
}
