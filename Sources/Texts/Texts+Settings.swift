package import Configuration

/// Settings files that are refused.
extension Texts {
    /// For a person who only wants to use a card.
    package func damagedSettings(_ error: ConfigurationError) -> Sentence {
        Sentence(
            text(
                "A settings file is not used: {place}: {reason}.",
                ["place": place(of: error), "reason": reason(error.reason)]
            ),
            text("Tell the administrator. Going on without it.")
        )
    }

    /// For whoever wrote it.
    package func refusedSettings(_ error: ConfigurationError) -> Sentence {
        Sentence(
            text(
                "The settings are refused: {place}: {reason}.",
                ["place": place(of: error), "reason": reason(error.reason)]
            ),
            text("Correct this, and check again. A daemon that is running keeps its old settings.")
        )
    }

    /// The file, the group and the key.
    private func place(of error: ConfigurationError) -> String {
        [error.file, error.group.map { "[\($0)]" }, error.key].compactMap { $0 }.joined(separator: " ")
    }

    /// Why, to stand behind the place.
    package func reason(_ reason: ConfigurationError.Reason) -> String {
        switch reason {
        case .unreadable: settingsUnreadable
        case .notAFile: settingsNotAFile
        case .tooLarge: settingsTooLarge
        case .tooManyFiles: settingsTooMany
        case .wrongOwner: settingsWrongOwner
        case .wrongMode: settingsWrongMode
        case .notText: settingsNotText
        case .syntax(let line): line.map(settingsSyntax) ?? settingsSenseless
        case .unknownGroup: settingsUnknownGroup
        case .unknownKey: settingsUnknownKey
        case .doubledGroup, .doubledKey, .doubledValue: settingsDoubled
        case .missingKey: settingsMissingKey
        case .wrongValue: settingsWrongValue
        }
    }

    private var settingsUnreadable: String { text("it cannot be read") }
    private var settingsNotAFile: String { text("it is not a file") }
    private var settingsTooLarge: String { text("it is too large") }
    private var settingsTooMany: String { text("there are too many files in it") }
    private var settingsWrongOwner: String { text("it belongs to somebody who is neither root nor you") }
    private var settingsWrongMode: String { text("others may write to it") }
    private var settingsNotText: String { text("it is not text") }
    private func settingsSyntax(_ line: Int) -> String {
        text("line {line} makes no sense", ["line": "\(line)"])
    }
    private var settingsSenseless: String { text("it makes no sense") }
    private var settingsUnknownGroup: String { text("there is no such group") }
    private var settingsUnknownKey: String { text("there is no such key") }
    private var settingsDoubled: String { text("it stands twice") }
    private var settingsMissingKey: String { text("it is missing") }
    private var settingsWrongValue: String { text("its value is not allowed") }
}
