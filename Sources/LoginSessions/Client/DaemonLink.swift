/// Hears of the daemon as it comes, works and goes, and asks it, in a loop.
///
/// A signal counts only when it comes from whoever has the daemon's name, because everybody may send us one that looks the
/// same. A daemon that is not running is not started.
package final class DaemonLink {
    private static let properties = "org.freedesktop.DBus.Properties"

    private let bus: SystemBus
    private let handler: (DaemonNews) -> Void
    private var watch: NameWatch?
    /// What it said last; `nil` until it has said something.
    private var status: DaemonClient.Status?
    private var isReading = false
    /// Counts the owners of the name, so that an answer of one that has gone is not taken for the next one's.
    private var ownerCount = 0

    /// Begins to listen; `handler` is called in the loop, never before this returns.
    ///
    /// The first news are `notRunning`, `status`, `failed` or `busLost`.
    package init(on bus: SystemBus, _ handler: @escaping (DaemonNews) -> Void) throws(SystemError) {
        self.bus = bus
        self.handler = handler
        bus.lost = { [weak self] in self?.handler(.busLost) }
        let (name, path) = (DaemonInterface.name, DaemonInterface.path)
        // Listening comes before asking, so that nothing is missed between the two.
        for member in ["SessionLocked", "LockFailed"] {
            try bus.subscribe(
                "type='signal',sender='\(name)',path='\(path)',interface='\(name)',member='\(member)'"
            ) { [weak self] message in self?.heard(message) }
        }
        try bus.subscribe(
            "type='signal',sender='\(name)',path='\(path)',interface='\(Self.properties)',"
                + "member='PropertiesChanged',arg0='\(name)'"
        ) { [weak self] message in self?.heardChange(message) }
        watch = try NameWatch(name, on: bus) { [weak self] owner in self?.ownerBecame(owner) }
    }

    /// Locks the session of this id, or that of the caller; waits at most 30 s, 5 minutes where somebody is asked.
    ///
    /// `answered` is called in the loop when logind has been asked and did not refuse, or with why not. `interactively` lets
    /// polkit ask for a password when it is another's session.
    package func lockNow(
        session: String = "",
        interactively: Bool = false,
        _ answered: @escaping (Result<Void, DaemonError>) -> Void
    ) {
        let bus = bus
        bus.call(within: interactively ? .seconds(300) : .seconds(30)) { () throws(SystemError) in
            let call = try bus.methodCall(
                to: DaemonInterface.name,
                DaemonInterface.path,
                DaemonInterface.name,
                "LockNow"
            )
            try call.appendExactly(session)
            call.startsService = false
            call.allowsInteraction = interactively
            return call
        } _: { answer in
            answered(answer.map { _ in }.mapError(DaemonError.init))
        }
    }

    /// Asks what the daemon shows now, and tells it; not twice at once.
    package func readStatus() {
        guard !isReading else { return }
        isReading = true
        let (bus, owner) = (bus, ownerCount)
        bus.call(within: .seconds(5)) { () throws(SystemError) in
            let call = try bus.methodCall(
                to: DaemonInterface.name,
                DaemonInterface.path,
                Self.properties,
                "GetAll"
            )
            try call.appendExactly(DaemonInterface.name)
            call.startsService = false
            return call
        } _: { [weak self] answer in
            guard let self, self.ownerCount == owner else { return }
            self.isReading = false
            self.took(answer)
        }
    }

    private func took(_ answer: Result<BusMessage, BusError>) {
        do throws(BusError) {
            let (state, version) = try DaemonState.read(from: try answer.get())
            tell(DaemonClient.Status(version: version, state: state))
        } catch {
            status = nil
            // That it has ended is told by the bus.
            if error != .serviceUnavailable { handler(.failed(DaemonError(error))) }
        }
    }

    private func tell(_ new: DaemonClient.Status) {
        status = new
        handler(.status(new))
    }

    private func ownerBecame(_ owner: String?) {
        ownerCount &+= 1
        (status, isReading) = (nil, false)
        if owner != nil {
            readStatus()
        } else if bus.isOpen {
            handler(.notRunning)
        }
    }

    private func heard(_ message: BusMessage) {
        guard watch?.isOwner(of: message) == true, let session = try? message.readString(),
            let second = try? message.readString()
        else { return }
        if message.member == "LockFailed" {
            handler(.lockFailed(session: session, reason: second))
        } else if let reason = try? message.readString() {
            handler(.sessionLocked(session: session, reader: second, reason: reason))
        }
    }

    private func heardChange(_ message: BusMessage) {
        guard watch?.isOwner(of: message) == true, (try? message.readString()) == DaemonInterface.name else {
            return
        }
        // What changes before the first answer is in that answer.
        guard let before = status else { return readStatus() }
        var state = before.state
        do throws(BusError) {
            let version = try state.take(from: message) ?? before.version
            let invalidated = try message.readArray(of: "s", limit: 256) { () throws(BusError) in
                try message.readString()
            }
            guard invalidated.isEmpty else { return readStatus() }
            let new = DaemonClient.Status(version: version, state: state)
            if new != before { tell(new) }
        } catch {
            readStatus()
        }
    }
}

extension DaemonState {
    /// A reader's name as the daemon shows it, whatever is in it.
    package static func shownName(ofReader name: String) -> String { BusText.bounded(name) }
}
