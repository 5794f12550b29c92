/// The IPv4 TCP sockets in the network namespace of a process (proc_pid_net(5)).
struct NetworkTable {
    private enum State: String {
        case established = "01"
        case listening = "0A"
    }

    private let sockets: [(port: Int, state: State)]

    init(ofProcess pid: Int32) {
        sockets = ProcessFile.text(of: "/proc/\(pid)/net/tcp").split(separator: "\n").dropFirst()
            .compactMap {
                // sl, local address:port, remote address:port, state, …
                let fields = $0.split(separator: " ", omittingEmptySubsequences: true)
                guard fields.count > 3, let state = State(rawValue: String(fields[3])),
                    let port = fields[1].split(separator: ":").last.flatMap({ Int($0, radix: 16) })
                else { return nil }
                return (port, state)
            }
    }

    /// Whether somebody listens on each of `ports`.
    func isListening(ports: Range<Int>) -> Bool {
        Set(sockets.filter { $0.state == .listening }.map(\.port)).isSuperset(of: ports)
    }

    /// Whether somebody is connected to `port` of this machine.
    func isConnected(port: Int) -> Bool {
        sockets.contains { $0.state == .established && $0.port == port }
    }
}
