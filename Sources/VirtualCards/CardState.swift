internal import CardCore
internal import FoundationEssentials

/// What a software card remembers without power: codes, counters, whether they are set up.
///
/// The codes are made-up ones of a card for tests and training, so they may be kept in plain text.
package struct CardState: Codable, Equatable, Sendable {
    package struct Code: Codable, Equatable, Sendable {
        /// Digits.
        package var value: String
        package var remainingTries: Int
        /// Whether the code has been set up; one that has not answers `6984`.
        package var initialized: Bool
    }

    package var version = 1
    package var profile: String
    /// By reference in hexadecimal, two digits.
    package var codes: [String: Code]

    /// Codes that a card has unless told otherwise.
    package static let defaultCodes: [CardImage.PIN.Role: String] = [
        .authentication: "246810", .signature: "135790", .puk: "13572468",
    ]

    /// A fresh card: every counter full.
    package init(fresh image: CardImage, codes: [CardImage.PIN.Role: String] = [:]) {
        profile = image.profile
        self.codes = [:]
        for pin in image.pins {
            self.codes[pin.reference.text] = Code(
                value: codes[pin.role] ?? Self.defaultCodes[pin.role] ?? "",
                remainingTries: pin.maximumTries,
                initialized: true
            )
        }
    }

    /// Sets the counter of the code with `role`; 0 blocks it.
    package mutating func setRemainingTries(_ tries: Int, of role: CardImage.PIN.Role, on image: CardImage) {
        for pin in image.pins where pin.role == role {
            codes[pin.reference.text]?.remainingTries = min(max(tries, 0), pin.maximumTries)
        }
    }

    /// What is wrong with this state for a card made of `image`; `nil` when it fits.
    package func flaw(for image: CardImage) -> String? {
        guard version == 1 else { return "version \(version) is not known" }
        guard profile == image.profile else { return "it belongs to a \(profile) card" }
        guard Set(codes.keys) == Set(image.pins.map(\.reference.text)) else {
            return "its codes are not those of a \(profile) card"
        }
        for pin in image.pins {
            guard let code = codes[pin.reference.text] else { continue }
            guard pin.allows(Array(code.value.utf8)) else {
                return
                    "the \(pin.role.rawValue) code must have \(pin.minimumLength) to \(pin.maximumLength) digits"
            }
            guard (0...pin.maximumTries).contains(code.remainingTries) else {
                return "code \(pin.reference.text) cannot have \(code.remainingTries) tries left"
            }
        }
        return nil
    }
}

extension CardState {
    /// The state kept at `path`, `nil` when there is no such file yet; a file that does not fit is never replaced.
    package static func load(from path: String, for image: CardImage) throws(CardFileError) -> CardState? {
        let bytes: [UInt8]
        do throws(CardFileError) {
            bytes = try WholeFile.read(path)
        } catch .missing {
            return nil
        }
        let state: CardState
        do {
            state = try JSONDecoder().decode(CardState.self, from: Data(bytes))
        } catch {
            throw .damaged(path: path, reason: "it is not the state of a software card")
        }
        if let flaw = state.flaw(for: image) { throw .damaged(path: path, reason: flaw) }
        return state
    }

    /// Puts this state at `path`, atomically.
    package func save(to path: String) throws(CardFileError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let encoded: Data
        do {
            encoded = try encoder.encode(self)
        } catch {
            throw .notWritable(path: path, reason: "\(error)")
        }
        try WholeFile.replace(path, with: Array(encoded) + [UInt8(ascii: "\n")])
    }
}

extension HexBytes {
    /// Upper-case hexadecimal.
    var text: String { Hex.string(of: bytes) }
}

extension CardImage.PIN {
    /// Whether `code` may become this card's code: digits, as many as the card takes.
    func allows(_ code: [UInt8]) -> Bool {
        (minimumLength...maximumLength).contains(code.count)
            && code.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
