import CardCore

/// OpenSC at a bench: the judge that is not ours.
struct OpenSC {
    let bench: Bench
    private let environment: [String: String]

    /// With its default driver, which reads PKCS#15 and does every PIN operation; `false` lets it choose.
    init(_ bench: Bench, defaultDriver: Bool = true) throws {
        self.bench = bench
        guard defaultDriver else {
            environment = [:]
            return
        }
        let text = "app default { card_drivers = default; enable_default_driver = true; }\n"
        environment = ["OPENSC_CONF": try bench.write(text, to: "opensc.conf")]
    }

    private func run(_ command: [String]) async throws -> Run {
        try await Run.run(command, environment: bench.environment.merging(environment) { _, new in new })
    }

    func pkcs15(_ arguments: String...) async throws -> Run { try await run(["pkcs15-tool"] + arguments) }
    func pkcs11(_ arguments: String...) async throws -> Run { try await run(["pkcs11-tool"] + arguments) }
    func opensc(_ arguments: String...) async throws -> Run { try await run(["opensc-tool"] + arguments) }

    func accepts(_ pin: String, id: String = "01") async throws -> Bool {
        try await pkcs15("--verify-pin", "--auth-id", id, "--pin", pin).exitCode == 0
    }

    func change(_ pin: String, to new: String, id: String = "01") async throws -> Bool {
        try await pkcs15("--change-pin", "--auth-id", id, "--pin", pin, "--new-pin", new).exitCode == 0
    }

    func unblock(puk: String, new: String, id: String = "01") async throws -> Bool {
        try await pkcs15("--unblock-pin", "--auth-id", id, "--puk", puk, "--new-pin", new).exitCode == 0
    }

    /// The counter of each reference in `references`, as the card itself tells it: byte 20 of the answer to GET DATA.
    func counters(_ references: [UInt8]) async throws -> [UInt8: Int] {
        var arguments = ["-s", "00A4040C0CA000000063504B43532D3135"]
        for reference in references {
            arguments += ["-s", "00CB00FF05A0038301\(Hex.string(of: [reference]))00"]
        }
        let said = try await run(["opensc-tool"] + arguments).said
        let answers = said.split(separator: "Sending: 00 CB").dropFirst()
        var counters: [UInt8: Int] = [:]
        for (reference, answer) in zip(references, answers) {
            // Sixteen bytes a line, three columns each, then the same as text.
            let bytes = answer.split(separator: "\n").drop { !$0.hasPrefix("A0") }.flatMap {
                $0.prefix(48).split(separator: " ").compactMap { UInt8($0, radix: 16) }
            }
            if bytes.count > 20, bytes[4] == reference { counters[reference] = Int(bytes[20]) }
        }
        return counters
    }
}

extension Bench {
    /// The codes of the card in the only used reader, by id.
    func pins(_ more: String...) async throws -> [String: JSONValue] {
        let run = try await kortvakt(["status", "--json"] + more)
        let cards = try run.json()["readers"]?.elements.compactMap { $0["card"] }
        let pins = cards?.first { $0 != .null }?["pins"]?.elements ?? []
        return Dictionary(pins.map { ($0["id"]?.text ?? "", $0) }) { first, _ in first }
    }

    /// The tries left that `status` tells, by id; a code without a known counter is left out.
    func tries() async throws -> [String: Int] {
        try await pins().compactMapValues { $0["remainingTries"]?.int }
    }
}
