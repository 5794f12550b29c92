import CardCore
import FoundationEssentials
import Testing
import VirtualReaders

/// Yubico's programs at a bench, judges of PIV cards: yubico-piv-tool of any, ykman of those that are a YubiKey.
struct YubicoTools {
    let bench: Bench

    enum Code: String { case pin, puk }

    /// What yubico-piv-tool says the card did with a code.
    enum Answer: Equatable {
        case accepted
        case wrong(Code, left: Int)
        case blocked(Code)
        case unknown(String)

        init(_ run: Run) {
            let code = run.said.lowercased().contains("puk") ? Code.puk : .pin
            if run.exitCode == 0 {
                self = .accepted
            } else if run.said.contains("blocked,") {
                self = .blocked(code)
            } else if let left = run.said.firstMatch(of: /(\d+) tries left/).flatMap({ Int($0.1) }) {
                self = .wrong(code, left: left)
            } else {
                self = .unknown(run.said)
            }
        }
    }

    /// What the programs print of a whole card: lines `name: value`, those of a slot indented below its name.
    struct Overview {
        private(set) var values: [String: String] = [:]
        private(set) var slots: [String: [String: String]] = [:]

        init(_ text: String) {
            var slot = ""
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                let name = String(parts[0].drop(while: \.isWhitespace))
                let value = String(parts.dropFirst().joined().drop(while: \.isWhitespace))
                if line.hasPrefix("Slot ") {
                    slot = name.dropFirst(5).uppercased()
                    slots[slot] = [:]
                } else if line.hasPrefix("\t") {
                    slots[slot]?[name] = value
                } else {
                    values[name] = value
                }
            }
        }
    }

    private func run(_ arguments: [String]) async throws -> Run {
        try await Run.run(
            ["yubico-piv-tool", "--reader", bench.service.readerName(slot: 0)] + arguments,
            environment: bench.environment
        )
    }

    // MARK: yubico-piv-tool

    func status() async throws -> Overview { Overview(try await run(["-a", "status"]).out) }

    func verify(_ pin: String) async throws -> Answer {
        Answer(try await run(["-a", "verify-pin", "-P", pin]))
    }

    func change(_ old: String, to new: String, of code: Code = .pin) async throws -> Answer {
        Answer(try await run(["-a", "change-\(code.rawValue)", "-P", old, "-N", new]))
    }

    func unblock(puk: String, new: String) async throws -> Answer {
        Answer(try await run(["-a", "unblock-pin", "-P", puk, "-N", new]))
    }

    /// PEM, as it is printed.
    func certificate(slot: String) async throws -> String {
        try await run(["-a", "read-certificate", "-s", slot.lowercased()]).out
    }

    /// Whether the key in `slot`, opened by `pin`, signs what the certificate in the file `certificate` confirms.
    func signs(slot: String, pin: String, certificate: String) async throws -> Bool {
        let sign = ["-a", "verify-pin", "-P", pin, "-a", "test-signature"]
        let signing = try await run(sign + ["-s", slot.lowercased(), "-i", certificate])
        return signing.exitCode == 0 && signing.said.contains("Successful RSA verification")
    }

    // MARK: ykman

    func manager(_ arguments: String...) async throws -> Run {
        try await Run.run(
            ["ykman", "--reader", bench.service.readerName(slot: 0), "piv"] + arguments,
            environment: bench.environment
        )
    }

    func managerInfo() async throws -> Overview { Overview(try await manager("info").out) }
}

/// One card with everybody who tells of it.
struct PIVJudges {
    let card: PIVJudgeTests.Card
    let bench: Bench
    let yubico: YubicoTools
    let openSC: OpenSC
    /// Certificates as we showed them in the beginning, and as yubico-piv-tool did.
    private let certificates: (ours: JSONValue?, theirs: [String: [String: String]])

    static func with(
        _ card: PIVJudgeTests.Card,
        _ body: @Sendable (PIVJudges) async throws -> Void
    ) async throws {
        try await Bench.withCard(card.profile) { try await body(PIVJudges(card, $0)) }
    }

    private init(_ card: PIVJudgeTests.Card, _ bench: Bench) async throws {
        self.card = card
        self.bench = bench
        yubico = YubicoTools(bench: bench)
        openSC = try OpenSC(bench, defaultDriver: false)
        certificates = (try await Self.shown(bench)["certificates"], try await yubico.status().slots)
        try #require(certificates.ours?.elements.count == 4 && certificates.theirs.count == 6)
    }

    // MARK: Ours

    enum Outcome: Equatable {
        case done
        case refused(Int32, left: Int?)
    }

    /// A command of `pin`, with `codes` on its standard input.
    func ours(_ command: String, _ codes: [String], options: [String] = []) async throws -> Outcome {
        let run = try await bench.kortvakt(["pin", command, "--stdin", "--json"] + options, lines: codes)
        guard run.exitCode != 0 else { return .done }
        return .refused(run.exitCode, left: try run.json()["error"]?["remainingTries"]?.int)
    }

    /// The card as `status` shows it.
    func shown(_ more: String...) async throws -> JSONValue { try await Self.shown(bench, more) }

    private static func shown(_ bench: Bench, _ more: [String] = []) async throws -> JSONValue {
        let readers = try await bench.kortvakt(["status", "--json"] + more).json()["readers"]
        return try #require(readers?.elements.compactMap { $0["card"] }.first { $0 != .null })
    }

    // MARK: Theirs

    /// The status words that OpenSC receives for a VERIFY without a code: whether one is verified, else its counter.
    func emptyVerify() async throws -> String {
        let said = try await openSC.opensc("-s", "00200080").out
        let status = said.firstMatch(of: /SW1=0x(..), SW2=0x(..)/)
        return status.map { String($0.1 + $0.2) } ?? said
    }

    /// Everybody tells these tries, the same certificates as in the beginning, and that no PIN is verified.
    func agree(pin: Int, puk: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        // Asked first: yubico-piv-tool resets the card when it is done.
        let verified = try await emptyVerify()
        #expect(verified == (pin == 0 ? "6983" : "63C\(pin)"), sourceLocation: sourceLocation)
        let ours = try await shown()
        let pins = ours["pins"]?.elements ?? []
        #expect(pins.map { $0["id"]?.text } == ["80", "81"], sourceLocation: sourceLocation)
        #expect(pins.first?["remainingTries"] == .number(pin), sourceLocation: sourceLocation)
        #expect(pins.first?["blocked"] == .bool(pin == 0), sourceLocation: sourceLocation)
        // Only a YubiKey can be asked for the PUK's.
        let (left, blocked) =
            card.isYubiKey ? (JSONValue.number(puk), JSONValue.bool(puk == 0)) : (.null, .null)
        #expect(pins.last?["remainingTries"] == left, sourceLocation: sourceLocation)
        #expect(pins.last?["blocked"] == blocked, sourceLocation: sourceLocation)
        #expect(ours["certificates"] == certificates.ours, sourceLocation: sourceLocation)

        let status = try await yubico.status()
        #expect(status.values["PIN tries left"] == String(pin), sourceLocation: sourceLocation)
        #expect(status.slots == certificates.theirs, sourceLocation: sourceLocation)
        let memory = try bench.stored().codes.mapValues(\.remainingTries)
        #expect(memory == ["80": pin, "81": puk], sourceLocation: sourceLocation)
        guard card.isYubiKey else { return }
        let manager = try await yubico.managerInfo()
        #expect(manager.values["PIN tries remaining"] == "\(pin)/3", sourceLocation: sourceLocation)
        // GET METADATA of the PUK: total and remaining tries come last.
        let metadata = try await openSC.opensc("-s", "00F7008100").out
        #expect(metadata.contains("06 02 03 0\(puk) "), sourceLocation: sourceLocation)
    }

    /// The keys of login and signature are those of their certificates, and `pin` opens them.
    func keysOpen(with pin: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        for (slot, name, isItsOwn) in [
            ("9A", "login", true), ("9C", "signature", true), ("9A", "signature", false),
        ] {
            let certificate = BenchFiles.fixture("pki/certificates/\(name).pem")
            let isRight = try await yubico.signs(slot: slot, pin: pin, certificate: certificate)
            #expect(isRight == isItsOwn, sourceLocation: sourceLocation)
        }
    }

    // MARK: Certificates

    /// The certificate that the card's image holds for `slot`, as PEM, unpacked by gzip(1) where it is packed.
    func certificateInImage(slot: String) async throws -> (pem: String, isPacked: Bool) {
        let tags = [
            "9A": "5FC105", "9C": "5FC10A", "9D": "5FC10B", "9E": "5FC101", "82": "5FC10D", "83": "5FC10E",
        ]
        let path = BenchFiles.fixture("cards/\(card.profile).json")
        let image = try JSONValue(
            parsing: String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        )
        let object = try #require(image["objects"]?.elements.first { $0["tag"]?.text == tags[slot] })
        let bytes = try #require(object["content"]?.text.flatMap { Hex.bytes(of: $0) })
        // 53 and 70, each with two length octets.
        try #require(bytes.count > 8 && bytes[0] == 0x53 && bytes[4] == 0x70 && bytes[5] == 0x82)
        let value = bytes.dropFirst(8).prefix(Int(bytes[6]) << 8 | Int(bytes[7]))
        let file = bench.folder + "/object"
        try Data(value).write(to: URL(filePath: file))
        let body = try await bench.tool("sh", "-c", "gzip -dcf '\(file)' | base64 -w 64").out
        let pem = "-----BEGIN CERTIFICATE-----\n\(body)-----END CERTIFICATE-----\n"
        return (pem, value.starts(with: [0x1F, 0x8B]))
    }

    /// What openssl(1) tells of a certificate, `name=value` a line.
    func facts(of pem: String) async throws -> [String: String] {
        let file = try bench.write(pem, to: "certificate.pem")
        let text = try await bench.tool(
            "sh",
            "-c",
            """
            openssl x509 -in '\(file)' -noout -serial -subject -issuer -dates -fingerprint -sha256 \
            -dateopt iso_8601 -nameopt RFC2253,-esc_msb,utf8,sep_comma_plus_space
            """
        ).out
        let lines = text.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1) }
        return Dictionary(lines.map { (String($0[0]), $0.dropFirst().joined()) }) { first, _ in first }
    }
}
