import Testing

/// OpenSC is asked before and after each of our operations, and we after each of its own.
@Suite(.timeLimit(.minutes(10)))
struct JudgeTests {
    /// Cards whose counters both can read, with the references of their codes by id.
    static let counting: [(profile: String, references: [String: UInt8])] = [
        ("siths", ["01": 0x81, "02": 0x82, "03": 0x83]),
        ("siths-t1", ["01": 0x81, "02": 0x82, "03": 0x83]),
        ("reservkort", ["01": 0x81, "03": 0x83]),
    ]

    @Test(arguments: ["siths", "siths-t1", "siths-two-step", "reservkort", "fineid"])
    func openSCWorksWithTheCard(profile: String) async throws {
        try await Bench.withCard(profile) { bench in
            let judge = try OpenSC(bench)
            let dump = try await judge.pkcs15("--dump")
            #expect(dump.exitCode == 0)
            #expect(dump.said.contains("X.509 Certificate"))
            #expect(dump.said.contains("Private RSA Key"))
            let list = try await judge.pkcs15("--list-pins")
            let ours = try await bench.pins()
            let ids = list.said.split(separator: "\n").filter { $0.hasPrefix("\tID ") }
                .compactMap { $0.split(separator: ":").last.map { $0.filter { $0 != " " } } }
            #expect(Set(ids) == Set(ours.keys))
            #expect(try await judge.accepts("246810"))
            #expect(
                try await judge.pkcs15("--verify-pin", "--auth-id", "01", "--pin", "000000").exitCode == 255
            )
            #expect(try await judge.change("246810", to: "975310"))
            // The default driver unblocks in one step; on the other card that must not work.
            let unblocks = try await judge.unblock(puk: "13572468", new: "864202")
            #expect(unblocks == (profile != "siths-two-step"))
            #expect(try await judge.accepts(unblocks ? "864202" : "975310"))
        }
    }

    @Test(arguments: counting)
    func whatWeDoOpenSCConfirmsAndTheCountersAgree(
        card: (profile: String, references: [String: UInt8])
    ) async throws {
        try await Bench.withCard(card.profile) { bench in
            let judge = try OpenSC(bench)
            func agree(_ auth: Int, _ puk: Int, line: Int = #line) async throws {
                let theirs = try await judge.counters(card.references.values.sorted())
                let ours = try await bench.tries()
                let location = SourceLocation(fileID: #fileID, filePath: #filePath, line: line, column: 1)
                #expect(ours["01"] == auth && ours["03"] == puk, sourceLocation: location)
                #expect(ours == card.references.compactMapValues { theirs[$0] }, sourceLocation: location)
            }
            try await agree(3, 10)
            #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["246810"]).exitCode == 0)
            try await agree(3, 10)
            let wrong = try await bench.kortvakt("pin", "verify", "--stdin", lines: ["111222"])
            #expect(wrong.exitCode == 6 && wrong.err.contains("2"))
            try await agree(2, 10)
            #expect(try await judge.accepts("246810"))
            try await agree(3, 10)

            let change = try await bench.kortvakt("pin", "change", "--stdin", lines: ["246810", "975310"])
            #expect(change.exitCode == 0)
            try await agree(3, 10)
            #expect(try await judge.accepts("975310"))
            #expect(try await !judge.accepts("246810"))
            try await agree(2, 10)
            #expect(
                try await bench.kortvakt("pin", "change", "--stdin", lines: ["246810", "864202"]).exitCode
                    == 6
            )
            try await agree(1, 10)
            // The last try is not spent without being asked for.
            #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["975310"]).exitCode == 8)
            try await agree(1, 10)
            let last = ["pin", "verify", "--stdin", "--last-try"]
            #expect(try await bench.kortvakt(last, lines: ["111222"]).exitCode == 7)
            try await agree(0, 10)
            #expect(try await !judge.accepts("975310"))
            #expect(try await bench.kortvakt(last, lines: ["975310"]).exitCode == 7)

            let unblock = ["pin", "unblock", "--stdin"]
            #expect(try await bench.kortvakt(unblock, lines: ["11112222", "864202"]).exitCode == 6)
            try await agree(0, 9)
            #expect(try await bench.kortvakt(unblock, lines: ["13572468", "864202"]).exitCode == 0)
            let puk = try #require(try await bench.tries()["03"])
            try await agree(3, puk)
            #expect(try await judge.accepts("864202"))
            #expect(try await !judge.accepts("975310"))
            try await agree(2, puk)
        }
    }

    @Test(arguments: counting)
    func whatOpenSCDoesWeSee(card: (profile: String, references: [String: UInt8])) async throws {
        try await Bench.withCard(card.profile) { bench in
            let judge = try OpenSC(bench)
            #expect(try await judge.change("246810", to: "975310"))
            #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["975310"]).exitCode == 0)
            #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["246810"]).exitCode == 6)
            #expect(try await !judge.accepts("246810"))
            #expect(try await bench.tries()["01"] == 1)
            #expect(try await !judge.accepts("246810"))
            #expect(try await bench.pins()["01"]?["blocked"] == .bool(true))
            #expect(try await !judge.unblock(puk: "11112222", new: "864202"))
            #expect(try await bench.tries()["03"] == 9)
            #expect(try await judge.unblock(puk: "13572468", new: "864202"))
            #expect(try await bench.pins()["01"]?["blocked"] == .bool(false))
            #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["864202"]).exitCode == 0)
        }
    }

    /// Padding, references without a common pattern; counters by GET DATA, so that the last try needs its own word.
    @Test func fineidIsChangedBlockedAndUnblockedAndOpenSCConfirmsIt() async throws {
        try await Bench.withCard("fineid") { bench in
            let judge = try OpenSC(bench)
            let references: [UInt8] = [0x11, 0x82, 0x83]
            func auth() async throws -> Int? { try await judge.counters(references)[0x11] }
            let pins = try await bench.pins()
            #expect(pins["01"]?["role"] == .string("auth") && pins["02"]?["role"] == .string("sign"))
            #expect(pins["01"]?["remainingTries"] == .number(5) && pins["01"]?["blocked"] == .bool(false))
            #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["111222"]).exitCode == 6)
            #expect(try await auth() == 4)
            #expect(
                try await bench.kortvakt("pin", "change", "--stdin", lines: ["246810", "9753"]).exitCode == 0
            )
            #expect(try await judge.accepts("9753"))
            #expect(try await !judge.accepts("246810"))
            #expect(try await auth() == 4)
            for left in [3, 2, 1] {
                #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["111222"]).exitCode == 6)
                #expect(try await auth() == left)
            }
            #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["111222"]).exitCode == 8)
            #expect(try await auth() == 1)
            let blocking = try await bench.kortvakt(
                "pin",
                "verify",
                "--stdin",
                "--last-try",
                lines: ["111222"]
            )
            #expect(try await auth() == 0)
            #expect(blocking.exitCode == 7)
            let unblock = try await bench.kortvakt(
                "pin",
                "unblock",
                "--pin",
                "auth",
                "--stdin",
                lines: ["13572468", "864202"]
            )
            #expect(unblock.exitCode == 0)
            #expect(try await auth() == 5)
            #expect(try await judge.accepts("864202"))
            #expect(try await !judge.accepts("9753"))
        }
    }

    @Test func theTwoStepCardIsUnblockedByUsAndOpenSCConfirmsIt() async throws {
        try await Bench.withCard("siths-two-step") { bench in
            let judge = try OpenSC(bench)
            for _ in 1...3 { _ = try await judge.accepts("111222") }
            #expect(try await !judge.accepts("246810"))
            let unblock = try await bench.kortvakt(
                "pin",
                "unblock",
                "--pin",
                "auth",
                "--stdin",
                lines: ["13572468", "864202"]
            )
            #expect(unblock.exitCode == 0)
            #expect(try await judge.accepts("864202"))
            #expect(try await judge.accepts("135790", id: "02"))
            #expect(
                try await bench.kortvakt("pin", "change", "--stdin", lines: ["864202", "975310"]).exitCode
                    == 0
            )
            #expect(try await judge.accepts("975310"))
            #expect(try await !judge.accepts("864202"))
        }
    }
}
