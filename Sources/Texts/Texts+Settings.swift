/// Why a settings file is not used, to stand behind its name.
extension Texts {
    package var settingsUnreadable: String { text("it cannot be read") }
    package var settingsNotAFile: String { text("it is not a file") }
    package var settingsTooLarge: String { text("it is too large") }
    package var settingsTooMany: String { text("there are too many files in it") }
    package var settingsWrongOwner: String { text("it belongs to somebody who is neither root nor you") }
    package var settingsWrongMode: String { text("others may write to it") }
    package var settingsNotText: String { text("it is not text") }
    package func settingsSyntax(_ line: Int) -> String {
        text("line {line} makes no sense", ["line": "\(line)"])
    }
    package var settingsSenseless: String { text("it makes no sense") }
    package var settingsUnknownGroup: String { text("there is no such group") }
    package var settingsUnknownKey: String { text("there is no such key") }
    package var settingsDoubled: String { text("it stands twice") }
    package var settingsMissingKey: String { text("it is missing") }
    package var settingsWrongValue: String { text("its value is not allowed") }
}
