import CardTesting
import Glibc
import LoginSessions
import SessionTesting
import Subprocess
import SystemPackage

/// A bus, a mock logind, a card service that moves as it is told, and who listens to what the daemon tells.
struct DaemonBench {
    let bus: PrivateBus
    let login: HelperProgram
    let service: HelperProgram
    let listener: HelperProgram
    /// With the settings in `etc`, what must outlive the daemon in `run`, and the card service's socket.
    let folder: String
    let notify = NotifySocket()

    /// A session on seat0 that is in front, of this test's user.
    static let session = "add 3 seat0 \(getuid()) me active"

    /// Lends a bench of its own to `body`; `login` are lines for the mock logind, `cards` for the card service.
    static func run(
        settings: String = "",
        login sessions: [String]? = [session],
        cards: [String] = [],
        _ body: (DaemonBench) async throws -> Void
    ) async throws {
        try await inFolder { folder in
            try write("[Lock]\n" + settings, to: folder + "/etc/kortvakt.conf")
            try await PrivateBus.run { bus in
                try await bus.with("login.py") { login in
                    if let sessions {
                        try await login.tell("start")
                        for line in sessions { try await login.tell(line) }
                    }
                    try await bus.with("listen.py") { listener in
                        try await cardService(at: folder) { service in
                            for line in cards { try await service.tell(line) }
                            try await body(
                                DaemonBench(
                                    bus: bus,
                                    login: login,
                                    service: service,
                                    listener: listener,
                                    folder: folder
                                )
                            )
                        }
                    }
                }
            }
        }
    }

    static func cardService(at folder: String, _ body: (HelperProgram) async throws -> Void) async throws {
        let program = BuildFolder.sources + "/Tests/PCSCTests/Programs/moving_service.py"
        try await HelperProgram.run(program, [folder + "/pcscd.comm"], body)
    }

    private static func inFolder(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/kortvaktd-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Failed(errno: errno) }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for name in ["/etc", "/run"] { unsafe mkdir(folder + name, 0o700) }
        let result: Result<Void, any Error>
        do { result = .success(try await body(folder)) } catch { result = .failure(error) }
        _ = try await Subprocess.run(.name("rm"), arguments: ["-rf", folder], output: .discarded)
        try result.get()
    }

    static func write(_ text: String, to path: String, mode: mode_t = 0o600) throws {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw Failed(errno: errno) }
        defer { close(file) }
        let bytes = Array(text.utf8)
        guard unsafe Glibc.write(file, bytes, bytes.count) == bytes.count else { throw Failed(errno: errno) }
    }

    struct Failed: Error { let errno: Int32 }

    // MARK: - The world around the daemon

    func settings(_ text: String) throws {
        try Self.write("[Lock]\n" + text, to: folder + "/etc/kortvakt.conf")
    }

    func tellLogin(_ lines: String...) async throws { for line in lines { try await login.tell(line) } }

    func tellCards(_ lines: String...) async throws { for line in lines { try await service.tell(line) } }

    /// The lines that put a reader of this name into the card service, with a card where `card` says so.
    static func reader(_ slot: Int, _ name: some Sequence<UInt8>, card: Bool = true) -> [String] {
        let hex = name.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return ["reader \(slot) \(hex)"] + (card ? ["card \(slot) 3B00"] : [])
    }

    static func reader(_ slot: Int, _ name: String, card: Bool = true) -> [String] {
        reader(slot, name.utf8, card: card)
    }

    /// How often logind was asked to lock, or what else is named, each of these sessions.
    func asked(_ method: String = "Lock", _ sessions: String...) async throws -> [Int] {
        var counts: [Int] = []
        for session in sessions {
            counts.append(Int(try await login.tell("calls \(session) \(method)")) ?? -1)
        }
        return counts
    }

    /// The next signal of the daemon that has `text` in it, as Python writes it; those before it are passed over.
    @discardableResult
    func signal(_ text: String) async throws -> String {
        while true {
            let line = try await listener.next()
            if line.contains(text) { return line }
        }
    }

    /// Waits until the guards are these, as Python writes pairs of session and reader.
    func guards(_ text: String) async throws { try await signal("'Guards': \(text)") }

    /// Everything the daemon shows, as the program `kortvakt` reads it.
    func shown() throws -> DaemonState { try DaemonClient(address: bus.address).status().state }

    /// Calls a method of the daemon with busctl; `done`, or what went wrong.
    func call(_ member: String, _ arguments: String...) async throws -> String {
        let name = "org.kortvakt.Kortvakt1"
        let words = ["busctl", "call", name, "/org/kortvakt/Kortvakt1", name, member] + arguments
        let (output, code) = try await bus.tool(words)
        return code == 0 ? "done" : output.filter { !$0.isNewline }
    }

    static func copy(_ file: String, to path: String) async throws {
        _ = try await Subprocess.run(.name("cp"), arguments: [file, path], output: .discarded)
    }

    /// A program with another folder in the place of /etc, where namespaces are permitted.
    private static func withEtc(_ folder: String) -> [String] {
        let script = "mount --bind \"$0\" /etc && exec \"$@\""
        return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, folder]
    }

    static func mayMount() async -> Bool {
        let command = withEtc("/etc") + ["true"]
        let outcome = try? await Subprocess.run(
            .name(command[0]),
            arguments: Arguments(Array(command.dropFirst())),
            output: .discarded,
            error: .discarded
        )
        return outcome?.terminationStatus.isSuccess ?? false
    }

    // MARK: - The daemon

    var environment: [String: String] {
        [
            "DBUS_SYSTEM_BUS_ADDRESS": bus.address, "PCSCLITE_CSOCK_NAME": folder + "/pcscd.comm",
            "RUNTIME_DIRECTORY": folder + "/run", "NOTIFY_SOCKET": notify.path,
        ]
    }

    /// Starts the daemon, waits until it says that it is ready, and sends `SIGKILL` after `body`.
    ///
    /// `etc` is a folder that it has in the place of /etc.
    ///
    /// Its exit code, negative for a signal.
    @discardableResult
    func daemon(
        environment more: [String: String] = [:],
        etc: String? = nil,
        waits: Bool = true,
        _ body: (RunningDaemon) async throws -> Void
    ) async throws -> Int32 {
        try await RunningDaemon.run(
            ["--config=\(folder)/etc"],
            environment: environment.merging(more) { $1 },
            through: etc.map(Self.withEtc) ?? []
        ) { daemon in
            if waits { try await ready() }
            try await body(daemon)
        }
    }

    /// Waits until systemd is told that it is ready.
    func ready() async throws { try await told("READY=1") }

    /// Waits until systemd is told this.
    @discardableResult
    func told(_ text: String) async throws -> String {
        while let said = await notify.next() { if said.contains(text) { return said } }
        throw Heard.Missing(text: text, said: [])
    }
}
