internal import Configuration
internal import Texts

/// Words for a settings file that is refused.
enum SettingsWording {
    static func sentence(_ error: ConfigurationError, _ texts: Texts) -> Sentence {
        let place = [error.file, error.group.map { "[\($0)]" }, error.key].compactMap { $0 }
        return texts.damagedSettings(place.joined(separator: " "), reason(error.reason, texts))
    }

    private static func reason(_ reason: ConfigurationError.Reason, _ texts: Texts) -> String {
        switch reason {
        case .unreadable: texts.settingsUnreadable
        case .notAFile: texts.settingsNotAFile
        case .tooLarge: texts.settingsTooLarge
        case .tooManyFiles: texts.settingsTooMany
        case .wrongOwner: texts.settingsWrongOwner
        case .wrongMode: texts.settingsWrongMode
        case .notText: texts.settingsNotText
        case .syntax(let line): line.map(texts.settingsSyntax) ?? texts.settingsSenseless
        case .unknownGroup: texts.settingsUnknownGroup
        case .unknownKey: texts.settingsUnknownKey
        case .doubledGroup, .doubledKey: texts.settingsDoubled
        case .missingKey: texts.settingsMissingKey
        case .wrongValue: texts.settingsWrongValue
        }
    }
}
