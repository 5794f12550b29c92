internal import Glibc

/// A program that is connected to the card service.
package struct ConnectedProgram: Hashable, Sendable {
    /// Its process id.
    package let pid: Int32
    /// Its name as the kernel keeps it, at most 15 bytes (`/proc/PID/comm`).
    package let name: String

    package init(pid: Int32, name: String) {
        self.pid = pid
        self.name = name
    }
}

/// Who is connected to the card service, as far as this user may see.
///
/// Being connected is not holding the card; who holds it cannot be known.
package struct ConnectedPrograms: Hashable, Sendable {
    /// Ordered by process id; this process is left out.
    package let programs: [ConnectedProgram]
    /// Whether every connection could be put down to a program; other users' processes can mostly not be
    /// looked into.
    package let isComplete: Bool

    package init(programs: [ConnectedProgram], isComplete: Bool) {
        self.programs = programs
        self.isComplete = isComplete
    }

    /// Who is connected now.
    ///
    /// Reads `/proc`; takes some milliseconds, waits for nobody. The service's ends of the connections carry
    /// its socket's path; the kernel tells the other ends' numbers, and these are found among the open files
    /// of the processes. Programs in another network namespace, as in some containers, are not seen.
    package static func current() -> ConnectedPrograms {
        let path = Array(ServiceSocket.path.utf8)
        guard let sockets = UnixSocket.all() else {
            return ConnectedPrograms(programs: [], isComplete: false)
        }
        let clients = Set(sockets.filter { $0.path == path && $0.peer != 0 }.map(\.peer))
        let owners = ProcessFiles.owners(ofSockets: clients)
        let own = getpid()
        let programs = Set(owners.values.joined()).filter { $0 != own }.sorted().map {
            ConnectedProgram(pid: $0, name: ProcessFiles.name(of: $0))
        }
        return ConnectedPrograms(programs: programs, isComplete: owners.count == clients.count)
    }
}
