import CardCore
import Glibc
import Testing
import VirtualCards

/// T14 for the response of whoever has the administrator's key: it is a code like any other.
@Suite(.timeLimit(.minutes(10)))
struct ResponseSecretTests {
    @Test(
        .enabled(if: geteuid() == 0, "only root may look into the process"),
        arguments: [CardProfile.gids, .idprime940]
    )
    func aResponseIsInMemoryOnceInALockedPageAndInNoTrace(profile: CardProfile) async throws {
        try await Bench.withCard(profile.rawValue) { bench in
            let desk = try SoftwareDesk(profile: profile)
            var digits = ""
            let trace = bench.folder + "/trace"
            let command = ["pin", "unblock", "--pin", "auth", "--untested", "--trace", trace]
            var screen = ""
            let exitCode = try await Terminal.run(bench, command, transcript: &screen) { terminal in
                try await terminal.expect("Challenge: ")
                try await terminal.expect("digits: ")
                digits = try await desk.response(to: terminal.transcript)
                let bytes = try #require(Hex.bytes(of: digits))
                try await terminal.type(digits + "\r")
                try await terminal.expect(": ", after: "New")
                let process = try ProcessMemory(pid: terminal.pid)
                let places = process.places(of: bytes)
                #expect(places.count == 1)
                #expect(places.allSatisfy { $0.flags.isSuperset(of: ["lo", "dd", "wf"]) })
                #expect(process.places(of: Array(digits.utf8)).isEmpty)
                try await terminal.type("804629\r")
                try await terminal.expect("once more: ")
                try await terminal.type("804629\r")
            }
            #expect(exitCode == 0, "\(screen)")
            let said = (screen + (try bench.read("trace"))).uppercased()
            #expect(said.contains("<SECRET>"))
            #expect(!said.contains(digits.uppercased()))
        }
    }
}
