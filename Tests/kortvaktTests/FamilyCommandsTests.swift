import CardCore
import Testing
import VirtualCards

/// Every profile by all commands, with the same words and exit codes, through a real card service.
@Suite(.timeLimit(.minutes(10)))
struct FamilyCommandsTests {
    struct Card: Sendable, CustomTestStringConvertible {
        let profile: CardProfile
        let family: String
        /// Tries of a fresh login PIN.
        let tries: Int
        /// What unblocks it, as it is typed; `nil` for a response.
        var unblockingCode: String? = "13572468"
        var tellsTries = true
        var unblocking: [String] = []
        var certificates = 2

        var testDescription: String { profile.rawValue }
    }

    static let cards: [Card] = [
        Card(profile: .siths, family: "pkcs15", tries: 3),
        Card(profile: .fineidHealth, family: "pkcs15", tries: 5, tellsTries: false),
        Card(profile: .piv, family: "piv", tries: 3, certificates: 4),
        Card(profile: .pivYubiKey, family: "piv", tries: 3, certificates: 4),
        Card(profile: .idprime940, family: "idprime", tries: 3, unblockingCode: nil, certificates: 3),
        Card(profile: .gids, family: "gids", tries: 3, unblockingCode: nil),
        Card(
            profile: .openpgp,
            family: "openpgp",
            tries: 3,
            unblockingCode: "97531864",
            unblocking: ["--with", "resetting-code"],
            certificates: 2
        ),
    ]

    @Test(arguments: cards)
    func aCardIsShown(card: Card) async throws {
        try await Bench.withCard(card.profile.rawValue) { bench in
            let status = try await bench.kortvakt("status", "--json")
            #expect(status.exitCode == 0, "\(status.said)")
            let shown = try #require(try status.json()["readers"]?.elements.first?["card"])
            #expect(shown["family"] == .string(card.family))
            #expect(shown["error"] == .null)
            #expect(shown["serialNumber"]?.text?.isEmpty == false)
            let pins = shown["pins"]?.elements ?? []
            let auth = try #require(pins.first { $0["role"] == .string("auth") })
            #expect(auth["kind"] == .string("pin"))
            #expect(auth["remainingTries"] == (card.tellsTries ? .number(card.tries) : .null))
            // Whatever unblocks the PIN is among the codes.
            let unblocker = try #require(auth["unblockedBy"]?.text)
            #expect(pins.contains { $0["id"] == .string(unblocker) })
            let certificates = shown["certificates"]?.elements ?? []
            #expect(certificates.count == card.certificates)
            #expect(certificates.allSatisfy { $0["subject"] != .null })
            #expect(certificates.contains { $0["pin"] == auth["id"] })

            let text = try await bench.kortvakt("status")
            #expect(text.exitCode == 0 && text.err.isEmpty)
            let list = try await bench.kortvakt("pin", "list", "--json")
            #expect(try list.json()["pins"]?.elements == pins)
        }
    }

    @Test(arguments: cards)
    func aPINIsVerifiedChangedBlockedAndUnblocked(card: Card) async throws {
        try await Bench.withCard(card.profile.rawValue) { bench in
            func pin(_ command: String, _ more: [String] = [], lines: [String]) async throws -> Run {
                try await bench.kortvakt(["pin", command, "--stdin", "--json"] + more, lines: lines)
            }
            let right = try await pin("verify", lines: ["246810"])
            #expect(right.exitCode == 0, "\(right.said)")
            let wrong = try await pin("verify", lines: ["864202"])
            #expect(wrong.exitCode == 6)
            #expect(wrong.errorCode == "pin-wrong")
            let left = try wrong.json()["error"]?["remainingTries"]
            #expect(left == .number(card.tries - 1))
            #expect(try await pin("change", lines: ["246810", "975310"]).exitCode == 0)
            #expect(try await pin("verify", lines: ["246810"]).exitCode == 6)
            // No card of ours takes three characters.
            let short = try await pin("change", lines: ["975310", "246"])
            #expect(short.exitCode == 8)
            #expect(short.errorCode == "too-short")
            #expect(try await pin("verify", lines: ["975310"]).exitCode == 0)

            var ending: Run?
            for _ in 0..<card.tries {
                ending = try await pin("verify", ["--last-try"], lines: ["864202"])
            }
            #expect(ending?.exitCode == 7)
            #expect(ending?.errorCode == "pin-blocked")
            if card.tellsTries {
                let blocked = try await pin("verify", lines: ["975310"])
                #expect(blocked.exitCode == 7)
                #expect(blocked.err.contains("kortvakt pin unblock"))
            }
            #expect(try await unblock(card, bench, new: "246802") == 0)
            #expect(try await pin("verify", lines: ["246802"]).exitCode == 0)
            #expect(try await pin("verify", lines: ["975310"]).exitCode == 6)
        }
    }

    /// With the code, or with the response of whoever has the administrator's key, on a terminal.
    private func unblock(_ card: Card, _ bench: Bench, new: String) async throws -> Int32 {
        let options = ["--pin", "auth", "--untested"] + card.unblocking
        guard let code = card.unblockingCode else {
            return try await SoftwareDesk(profile: card.profile).unblock(bench, options, new: new)
        }
        return try await bench.kortvakt(["pin", "unblock", "--stdin"] + options, lines: [code, new]).exitCode
    }

    @Test(arguments: cards)
    func aCardThatIsPulledIsSaidSo(card: Card) async throws {
        // Before the first command, and while it is read.
        for number in [1, 2] {
            let fault = ["--fault", "remove-before:\(number)"]
            try await Bench.withCard(card.profile.rawValue, fault) { bench in
                let run = try await bench.kortvakt("pin", "verify", "--stdin", lines: ["246810"])
                #expect(run.exitCode == 4, "\(run.said)")
            }
        }
    }
}
