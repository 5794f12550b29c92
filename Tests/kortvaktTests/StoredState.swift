import FoundationEssentials

/// What a software card keeps in its state file: the truth about what was done to it.
struct StoredState: Codable, Equatable {
    struct Code: Codable, Equatable {
        var value: String
        var remainingTries: Int
        var initialized = true
    }

    var version = 1
    var profile = "siths"
    /// By reference in hexadecimal.
    var codes: [String: Code] = [
        "81": Code(value: "246810", remainingTries: 3),
        "82": Code(value: "135790", remainingTries: 3),
        "83": Code(value: "13572468", remainingTries: 10),
    ]

    /// A `siths` card with so many tries left.
    init(auth: Int = 3, sign: Int = 3, puk: Int = 10) {
        codes["81"]?.remainingTries = auth
        codes["82"]?.remainingTries = sign
        codes["83"]?.remainingTries = puk
    }

    /// Tries left of login PIN, signature PIN and PUK.
    var tries: [Int] { ["81", "82", "83"].map { codes[$0]?.remainingTries ?? -1 } }
    var authPIN: String? { codes["81"]?.value }
}

extension Bench {
    func stored(slot: Int = 0) throws -> StoredState {
        try JSONDecoder().decode(
            StoredState.self,
            from: Data(contentsOf: URL(filePath: stateFile(slot: slot)))
        )
    }

    func store(_ state: StoredState, slot: Int = 0) throws {
        try JSONEncoder().encode(state).write(to: URL(filePath: stateFile(slot: slot)))
    }

    /// Lends a bench with a `siths` card in this state.
    static func withCard<R: Sendable>(
        _ state: StoredState,
        _ options: [String] = [],
        _ body: @Sendable (Bench) async throws -> R
    ) async throws -> R {
        try await run { bench in
            try bench.store(state)
            try await bench.insert("siths", options)
            return try await body(bench)
        }
    }
}
