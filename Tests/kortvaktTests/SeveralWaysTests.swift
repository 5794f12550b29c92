import Testing

/// What is said of a card with several codes that unblock, when one of them cannot be used.
@Suite(.timeLimit(.minutes(10)))
struct SeveralWaysTests {
    /// An OpenPGP card with a blocked PW1 and so many tries of the others; a resetting code that is not set has none.
    private func withCard<R: Sendable>(
        resettingCode: Int?,
        pw3: Int,
        _ body: @Sendable (Bench) async throws -> R
    ) async throws -> R {
        try await Bench.run { bench in
            var state = StoredState()
            state.profile = "openpgp"
            state.codes = [
                "81": .init(value: "246810", remainingTries: 0),
                "D3": .init(
                    value: resettingCode == nil ? "" : "97531864",
                    remainingTries: resettingCode ?? 0,
                    initialized: resettingCode != nil
                ),
                "83": .init(value: "86421357", remainingTries: pw3),
            ]
            try bench.store(state)
            try await bench.insert("openpgp")
            return try await body(bench)
        }
    }

    private static let untrue = ["cannot be unblocked any more", "need a new card", "has not been activated"]

    @Test(arguments: [nil, 0] as [Int?])
    func aResettingCodeThatCannotBeUsedIsNoCardThatWasNotActivated(tries: Int?) async throws {
        try await withCard(resettingCode: tries, pw3: 3) { bench in
            let lines = ["97531864", "975310"]
            let run = try await bench.kortvakt(
                ["pin", "unblock", "--with", "resetting-code", "--stdin"],
                lines: lines
            )
            #expect(run.exitCode == 7, "\(run.said)")
            for text in Self.untrue { #expect(!run.err.contains(text), "\(run.err)") }
            #expect(run.err.contains("--with admin"), "\(run.err)")
        }
    }

    @Test func aBlockedAdministratorPINIsNoEndWhileTheResettingCodeWorks() async throws {
        for tries in [0, 1] {
            try await withCard(resettingCode: 3, pw3: tries) { bench in
                // The last try is spent on a wrong one, as was asked for.
                let run = try await bench.kortvakt(
                    ["pin", "unblock", "--with", "admin", "--last-puk-try", "--stdin"],
                    lines: ["11112222", "975310"]
                )
                #expect(run.exitCode == 7, "\(run.said)")
                for text in Self.untrue { #expect(!run.err.contains(text), "\(run.err)") }
                let other = try await bench.kortvakt(
                    ["pin", "unblock", "--with", "resetting-code", "--stdin"],
                    lines: ["97531864", "975310"]
                )
                #expect(other.exitCode == 0, "\(other.said)")
            }
        }
    }

    /// A blocked administrator PIN says nothing of the holder's own, which still works.
    @Test func aBlockedAdministratorPINIsNotTheEndOfACardWhosePINWorks() async throws {
        try await withCard(resettingCode: nil, pw3: 0) { bench in
            let run = try await bench.kortvakt("pin", "unblock", "--stdin", lines: ["86421357", "975310"])
            #expect(run.exitCode == 7, "\(run.said)")
            #expect(!run.err.contains("has not been activated"), "\(run.err)")
        }
    }
}
