/// The languages that the program speaks.
package enum Language: String, CaseIterable, Sendable {
    /// Swedish.
    case sv
    /// Norwegian bokmål.
    case nb
    /// Norwegian nynorsk.
    case nn
    /// English, the language of the sentences in the source.
    case en

    /// The language of a locale's name, for example `nn_NO.UTF-8`.
    ///
    /// The older `no` is bokmål. `nil` for any other language.
    package init?(locale: String) {
        let name = locale.prefix { !"_.@-".contains($0) }
        switch name {
        case "no": self = .nb
        default: self.init(rawValue: String(name))
        }
    }

    /// The language that the environment asks for, English where it asks for none that there is.
    ///
    /// As gettext does it: LC_ALL before LC_MESSAGES before LANG, and the list in LANGUAGE before these unless they say
    /// `C` or nothing. The locale need not exist on the machine.
    package init(environment: (String) -> String?) {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap(environment).first { !$0.isEmpty }
        guard let locale, locale != "C", locale != "POSIX" else {
            self = .en
            return
        }
        let wishes = (environment("LANGUAGE") ?? "").split(separator: ":").map(String.init) + [locale]
        self = wishes.lazy.compactMap(Language.init(locale:)).first ?? .en
    }
}
