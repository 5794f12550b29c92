import CardTesting
import Glibc
import SessionTesting
import Subprocess
import SystemPackage
import Testing

/// `kortvaktd --check-config`, and the other words that it knows.
@Suite(.timeLimit(.minutes(10)))
struct SettingsCheckTests {
    private struct Fault: Sendable, CustomTestStringConvertible {
        let text: String
        /// What it says: file, group and key, then the reason.
        let place: String
        let reason: String
        var file = "kortvakt.conf"
        var testDescription: String { text.filter { !$0.isNewline } }
    }

    private static let faults = [
        Fault(text: "[Lock]\nAction=lokc\n", place: "[Lock] Action", reason: "value"),
        Fault(text: "[Lock]\nGraceSec=-1\n", place: "[Lock] GraceSec", reason: "value"),
        Fault(text: "[Lock]\nGraceSec=86401\n", place: "[Lock] GraceSec", reason: "value"),
        Fault(text: "[Lock]\nLockOnSleep=maybe\n", place: "[Lock] LockOnSleep", reason: "value"),
        Fault(text: "[Lock]\nGraceSecs=1\n", place: "[Lock] GraceSecs", reason: "no such"),
        Fault(text: "[Lock]\nGraceSec=1\nGraceSec=2\n", place: "[Lock] GraceSec", reason: "twice"),
        Fault(text: "[Lokc]\n", place: "[Lokc]", reason: "no such"),
        Fault(text: "[Lock]\n[Lock]\n", place: "[Lock]", reason: "twice"),
        Fault(text: "[Lock]\nnonsense\n", place: "kortvakt.conf", reason: "2"),
        Fault(text: "[Lock]\nAction=\u{0}\n", place: "kortvakt.conf", reason: "text"),
        Fault(text: "[Reader \"A*\"]\nSeat=\n", place: "Seat", reason: "value"),
        Fault(text: "[Lock]\nBind=owner\nOwners=owners\n", place: "[Lock] Owners", reason: "value"),
        Fault(
            text: "[Lock]\nBind=owner\nOwners=/nonexistent/owners\n",
            place: "/nonexistent/owners",
            reason: "read"
        ),
        Fault(
            text: "[Lock]\nGraceSec=x\n",
            place: "[Lock] GraceSec",
            reason: "value",
            file: "kortvakt.conf.d/10-a.conf"
        ),
    ]

    @Test(arguments: faults)
    private func everyFaultIsToldWithItsPlace(fault: Fault) async throws {
        try await inFolder { folder in
            try DaemonBench.write(fault.text, to: "\(folder)/\(fault.file)", mode: 0o644)
            let run = try await run("--check-config", "--config=\(folder)")
            #expect(run.code == 1 && run.out.isEmpty)
            #expect(run.error.contains(fault.place), "\(run.error)")
            #expect(run.error.contains(fault.reason), "\(run.error)")
            if !fault.place.hasPrefix("/") {
                #expect(run.error.contains("\(folder)/\(fault.file)"), "\(run.error)")
            }
        }
    }

    @Test func filesThatOthersMayWriteAreRefused() async throws {
        try await inFolder { folder in
            try DaemonBench.write("[Lock]\n", to: folder + "/kortvakt.conf")
            unsafe chmod(folder + "/kortvakt.conf", 0o666)
            let run = try await run("--check-config", "--config=\(folder)")
            #expect(run.code == 1 && run.error.contains("\(folder)/kortvakt.conf"))
        }
    }

    @Test func foldersAndLargeFilesAreRefused() async throws {
        try await inFolder { folder in
            unsafe mkdir(folder + "/kortvakt.conf", 0o755)
            #expect(try await run("--check-config", "--config=\(folder)").code == 1)
            unsafe rmdir(folder + "/kortvakt.conf")
            try DaemonBench.write(
                String(repeating: "#\n", count: 1 << 20),
                to: folder + "/kortvakt.conf",
                mode: 0o644
            )
            #expect(try await run("--check-config", "--config=\(folder)").code == 1)
        }
    }

    @Test func settingsThatEndSessionsNeedTheirRule() async throws {
        try await inFolder { folder in
            try DaemonBench.write("[Lock]\nAction=terminate\n", to: folder + "/kortvakt.conf", mode: 0o644)
            let run = try await run("--check-config", "--config=\(folder)")
            #expect(run.code == 1 && !run.error.isEmpty)
        }
    }

    @Test func settingsInOrderAndNoneAtAllAreAccepted() async throws {
        try await inFolder { folder in
            let none = try await run("--check-config", "--config=\(folder)")
            #expect(none.code == 0 && !none.out.isEmpty && none.error.isEmpty)
            try DaemonBench.write("[Lock]\nGraceSec=3\n", to: folder + "/kortvakt.conf", mode: 0o644)
            #expect(try await run("--config=\(folder)", "--check-config").code == 0)
        }
    }

    @Test(arguments: [
        ["--nonsense"], ["--config=relative"], ["--config"], ["now"], ["--check-config", "x"], [""],
    ])
    func wordsThatItDoesNotKnowAreToldApart(arguments: [String]) async throws {
        let run = try await run(arguments)
        #expect(run.code == 64 && run.out.isEmpty && run.error.contains("--check-config"))
    }

    @Test func helpAndVersionAreToldOnStandardOutput() async throws {
        let (help, version) = (try await run("--help"), try await run("--version"))
        #expect(help.code == 0 && help.out.contains("--config=FOLDER") && help.error.isEmpty)
        #expect(version.code == 0 && version.out.hasPrefix("kortvaktd ") && version.error.isEmpty)
    }

    private func run(_ arguments: String...) async throws -> (code: Int32, out: String, error: String) {
        try await run(arguments)
    }

    private func run(_ arguments: [String]) async throws -> (code: Int32, out: String, error: String) {
        let outcome = try await Subprocess.run(
            .path(FilePath(RunningDaemon.path)),
            arguments: Arguments(arguments),
            environment: .custom(["LC_ALL": "C", "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent/bus"]),
            output: .string(limit: 65_536),
            error: .string(limit: 65_536)
        )
        guard case .exited(let code) = outcome.terminationStatus else {
            return (-1, outcome.standardOutput, outcome.standardError)
        }
        return (code, outcome.standardOutput, outcome.standardError)
    }

    private func inFolder(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/kortvaktd-test-XXXXXX".utf8CString)
        try #require(unsafe mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        unsafe chmod(folder, 0o755)
        unsafe mkdir(folder + "/kortvakt.conf.d", 0o755)
        let result: Result<Void, any Error>
        do { result = .success(try await body(folder)) } catch { result = .failure(error) }
        _ = try await Subprocess.run(.name("rm"), arguments: ["-rf", folder], output: .discarded)
        try result.get()
    }
}
