import CardCore
import Testing
import VirtualCards

/// Whoever has an administrator's key, and hears a challenge.
protocol ServiceDesk {
    func response(to challenge: [UInt8]) async throws -> [UInt8]
}

extension ServiceDesk {
    /// The response, as it is read out, to the challenge that stands on `screen`.
    func response(to screen: String) async throws -> String {
        let line = try #require(screen.split(whereSeparator: \.isNewline).last { $0.contains("Challenge: ") })
        let digits = try #require(line.split(separator: ":").last)
        let challenge = try #require(Hex.bytes(of: digits.filter(\.isHexDigit)))
        return Hex.string(of: try await response(to: challenge))
    }

    /// Runs `pin unblock` on a terminal, answers its challenge and chooses `new`; the exit code.
    func unblock(_ bench: Bench, _ arguments: [String] = [], new: String) async throws -> Int32 {
        try await Terminal.run(bench, ["pin", "unblock", "--lang", "en"] + arguments) { terminal in
            try await terminal.expect("Challenge: ")
            try await terminal.expect("digits: ")
            try await terminal.type(try await response(to: terminal.transcript) + "\r")
            for _ in 1...2 {
                try await terminal.expect(": ")
                try await terminal.type(new + "\r")
            }
        }
    }
}

/// The software card's own key in our own code.
struct SoftwareDesk: ServiceDesk {
    private let card: any SoftwareCard

    init(profile: CardProfile) throws {
        let image = try profile.imageType.load(from: BenchFiles.fixture("cards/\(profile.rawValue).json"))
        card = image.makeCard(state: CardState(fresh: image), fault: nil)
    }

    func response(to challenge: [UInt8]) throws -> [UInt8] { try #require(card.response(to: challenge)) }
}

/// One block of triple DES by the openssl command, with a key of 24 octets in hexadecimal.
struct OpenSSLDesk: ServiceDesk {
    let bench: Bench
    let key: String

    func response(to challenge: [UInt8]) async throws -> [UInt8] {
        let script = """
            import subprocess, sys
            command = ["openssl", "enc", "-des-ede3-ecb", "-nopad", "-K", sys.argv[2]]
            challenge = bytes.fromhex(sys.argv[1])
            print(subprocess.run(command, input=challenge, capture_output=True, check=True).stdout.hex())
            """
        let run = try await bench.tool("python3", "-I", "-c", script, Hex.string(of: challenge), key)
        let response = try #require(Hex.bytes(of: run.out.filter(\.isHexDigit)))
        #expect(response.count == challenge.count)
        return response
    }
}
