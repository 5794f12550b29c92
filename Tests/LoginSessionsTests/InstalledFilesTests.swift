import Glibc
import SessionTesting
import Testing

@testable import LoginSessions

/// The files in `systemd/` that go with the interface, read by those whom they are for.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct InstalledFilesTests {
    /// `systemd/org.kortvakt.Kortvakt1.conf` in a bus that permits nothing else, with the daemon's user being this test's.
    @Test(.enabled(if: getuid() == 0, "only root can ask as somebody else"))
    func policyOfTheBusLetsEverybodyAskAndTheDaemonAloneBeIt() async throws {
        let file = BuildTree.root + "/systemd/org.kortvakt.Kortvakt1.conf"
        let text = try #require(Self.contents(of: file))
        let parts = text.split(separator: "<busconfig>")
        let policy = parts[1].replacing("</busconfig>", with: "").replacing(
            "user=\"kortvakt\"",
            with: "user=\"\(getuid())\""
        )
        // The mocks need a place too.
        let mocks = """
            <policy user="\(getuid())">
              <allow own="org.freedesktop.login1"/>
              <allow send_destination="org.freedesktop.login1"/>
            </policy>
            """
        try await DaemonWorld.run(policy: policy + mocks, before: ["add 5 seat0 65534 nobody active"]) {
            world in
            await world.thread.perform { $0.interface.publish(.example) }
            #expect(try await world.call("LockNow", "5", as: 65_534) == "done")
            let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            let object = [DaemonWorld.name, DaemonWorld.path]
            for (command, isPermitted) in [
                (["busctl", "get-property"] + object + [DaemonWorld.name, "Readers"], true),
                (["busctl", "introspect"] + object, true),
                (
                    [
                        "gdbus", "call", "--system", "--dest", DaemonWorld.name, "--object-path",
                        DaemonWorld.path,
                        "--method", "org.freedesktop.DBus.Properties.GetAll", DaemonWorld.name,
                    ], true
                ),
                (["busctl", "set-property"] + object + [DaemonWorld.name, "Version", "s", "2"], false),
                (
                    [
                        "busctl", "call", "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName",
                        "su",
                        DaemonWorld.name, "2",
                    ], false
                ),
            ] {
                let (output, code) = try await world.bus.tool(nobody + command)
                #expect((code == 0) == isPermitted, "\(command): \(output)")
            }
        }
    }

    /// polkit answers the daemon, which is not root, only about actions that name its user as their owner.
    @Test func actionsOfPolkitAreThoseThatAreAsked() async throws {
        let script = """
            import sys, xml.etree.ElementTree as tree
            LANG = '{http://www.w3.org/XML/1998/namespace}lang'
            for action in tree.parse(sys.argv[1]).getroot().iter('action'):
                owner = action.find("annotate[@key='org.freedesktop.policykit.owner']").text
                texts = [sorted(text.get(LANG, 'en') for text in action.findall(kind))
                         for kind in ('description', 'message')]
                print(action.get('id'), owner, texts[0] == texts[1] == ['en', 'nb', 'nn', 'sv'])
            """
        try await PrivateBus.run { bus in
            let file = BuildTree.root + "/systemd/org.kortvakt.Kortvakt1.policy"
            let (output, _) = try await bus.tool(["env", "/usr/bin/python3", "-c", script, file])
            let actions = ["lock-session", "guard-session", "reload"].map { "org.kortvakt.Kortvakt1.\($0)" }
            #expect(output == actions.map { "\($0) unix-user:kortvakt True\n" }.joined())
            #expect(actions == [Authority.Action.lockSession, .guardSession, .reload].map(\.rawValue))
        }
    }

    private static func contents(of path: String) -> String? {
        guard let file = unsafe fopen(path, "r") else { return nil }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
