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
    package static let defaultCodes: [CodeRole: String] = [
        .authentication: "246810", .signature: "135790", .puk: "13572468", .resettingCode: "97531864",
        .administrator: "86421357",
    ]

    /// A fresh card: every counter full.
    package init(fresh image: any SoftwareCardImage, codes: [CodeRole: String] = [:]) {
        profile = image.profile
        self.codes = [:]
        for rule in image.codeRules {
            let value = codes[rule.role] ?? (rule.isSetUp ? Self.defaultCodes[rule.role] : nil)
            self.codes[rule.name] = Code(
                value: rule.length == 0...0 ? "" : value ?? "",
                remainingTries: value == nil ? 0 : rule.maximumTries,
                initialized: value != nil
            )
        }
    }

    /// Sets the counter of the code with `role`; 0 blocks it.
    package mutating func setRemainingTries(
        _ tries: Int,
        of role: CodeRole,
        on image: any SoftwareCardImage
    ) {
        for rule in image.codeRules where rule.role == role {
            codes[rule.name]?.remainingTries = min(max(tries, 0), rule.maximumTries)
        }
    }

    /// What is wrong with this state for a card made of `image`; `nil` when it fits.
    package func flaw(for image: any SoftwareCardImage) -> String? {
        guard version == 1 else { return "version \(version) is not known" }
        guard profile == image.profile else { return "it belongs to a \(profile) card" }
        let rules = image.codeRules
        guard Set(codes.keys) == Set(rules.map(\.name)) else {
            return "its codes are not those of a \(profile) card"
        }
        for rule in rules {
            guard let code = codes[rule.name] else { continue }
            guard rule.allows(Array(code.value.utf8)) || !code.initialized && code.value.isEmpty else {
                let (least, most) = (rule.length.lowerBound, rule.length.upperBound)
                return "the \(rule.role.rawValue) code must have \(least) to \(most) digits"
            }
            guard (0...rule.maximumTries).contains(code.remainingTries) else {
                return "code \(rule.name) cannot have \(code.remainingTries) tries left"
            }
        }
        return nil
    }
}

extension CardState {
    /// The state kept at `path`, `nil` when there is no such file yet; a file that does not fit is never replaced.
    package static func load(
        from path: String,
        for image: any SoftwareCardImage
    ) throws(CardFileError) -> CardState? {
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
