internal import Configuration
internal import Glibc
internal import LoginSessions
internal import PCSC
internal import Presence

/// How it begins, reads its settings anew, sees that it is well, and ends.
extension Daemon {
    /// The first list of sessions: from here on something can be guarded.
    func start(_ sessions: [LoginSession]) {
        hasStarted = true
        let restored = runtime.restore()
        switch restored {
        case .guards(let guards) where !guards.isEmpty:
            journal.write(.stateRestored, [.count(guards.count)])
            for saved in guards { missing[saved.session] = (.now, saved.reader) }
        case .guards: break
        case .unreadable: journal.write(.stateUnreadable)
        }
        handle(.started(restored, sessions: sessions))
        let mailbox = mailbox
        do throws(PCSCError) {
            monitor = try ReaderMonitor(timing: timing) { mailbox.post(.reader($0, $1)) }
        } catch {
            // Not even a thread: systemd tries anew.
            return loop.exit(code: 1)
        }
        journal.write(.started, [.version(Kortvaktd.version)])
        ServiceNotify.ready(status: statusLine)
        expectMonitor()
        putOffCalm()
    }

    func stop() {
        let guards = machine.guards.count
        if guards > 0 { journal.write(.stoppingWhileGuarding, [.count(guards)]) }
        journal.write(.stopping)
        ServiceNotify.stopping()
        loop.exit()
    }

    /// Reads the settings; those that have a fault are refused as a whole, and what was in force stays.
    @discardableResult
    func reload() -> Bool {
        if hasStarted { ServiceNotify.reloading() }
        defer { if hasStarted { ServiceNotify.ready(status: statusLine) } }
        do throws(ConfigurationError) {
            let new = try DaemonSettings(folder: folder)
            settings = new
            look = CardLooks.look(with: new.identifier(salt: salt))
            journal.write(.settingsRead)
            if new.lacksTrust { journal.write(.trustMissing) }
            handle(.policyChanged(new.policy))
            return true
        } catch {
            journal.write(.settingsRefused, error.fields(folder: folder))
            return false
        }
    }

    /// Until when the monitor must have come back: one wait, the answer of a service, and room for a busy machine.
    private var monitorIsDue: BootInstant? {
        guard let monitor else { return nil }
        let age = monitor.lastReturn.duration(to: .now)
        return BootInstant.now.earlier(by: age) + (timing.idle + timing.answer + leeway)
    }

    func isHealthy() -> Bool { monitorIsDue.map { .now < $0 } ?? true }

    /// Ends the daemon where the card service hangs, and with it the thread that waits for it in vain.
    ///
    /// The next one finds that the service does not answer, and what was guarded is locked after the patience.
    func expectMonitor() {
        guard isHealthy() else {
            journal.write(.unhealthy)
            return loop.exit(code: 1)
        }
        if let monitorIsDue { start(.monitorIsDue, at: monitorIsDue) }
    }
}
