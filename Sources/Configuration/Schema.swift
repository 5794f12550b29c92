/// Every group and key that a kind of file may contain; whatever is not listed here refuses the file.
struct Schema: Sendable {
    let groups: [Group]

    /// `kortvakt.conf` and `kortvakt.conf.d/*.conf`.
    static let settings = Schema(groups: [
        Group(
            name: "PINPolicy",
            qualifier: .none,
            keys: [Key(name: "AllowTrivial", kind: .boolean)]
        ),
        Group(
            name: "Certificates",
            qualifier: .none,
            keys: [
                Key(name: "WarnDays", kind: .days),
                Key(name: "WarnDaysReservkort", kind: .days),
                Key(name: "RevocationMaxAgeHours", kind: .hours),
            ]
        ),
        Group(
            name: "Lock",
            qualifier: .none,
            keys: [
                Key(name: "Bind", kind: .choice(["present", "owner", "explicit"])),
                Key(name: "Owners", kind: .path),
                Key(name: "Revocation", kind: .choice(["off", "cached", "online"])),
                Key(name: "Action", kind: .choice(["lock", "terminate", "none"])),
                Key(name: "Escalate", kind: .choice(["none", "terminate"])),
                Key(name: "GraceSec", kind: .seconds),
                Key(name: "ServicePatienceSec", kind: .seconds),
                Key(name: "ConfirmSec", kind: .seconds),
                Key(name: "RequireCardSec", kind: .seconds),
                Key(name: "LockOnSleep", kind: .boolean),
                Key(name: "IgnoreReaders", kind: .texts),
                Key(name: "Cards", kind: .texts),
            ]
        ),
        Group(name: "Reader", qualifier: .pattern, keys: [Key(name: "Seat", kind: .seat, isRequired: true)]),
        Group(
            name: "Advice",
            qualifier: .optionalWord,
            keys: [
                Key(name: "Text", kind: .text, isTranslated: true),
                Key(name: "Contact", kind: .text, isTranslated: true),
            ]
        ),
    ])

    /// `cards.d/*.conf`, shipped and the administrator's.
    static let cards = Schema(groups: [
        Group(
            name: "Card",
            qualifier: .text,
            keys: [
                Key(name: "ATR", kind: .atrPattern, isRequired: true),
                Key(name: "Name", kind: .text, isRequired: true),
                Key(name: "Kind", kind: .word),
                Key(name: "Families", kind: .words),
                Key(name: "Source", kind: .text, isRequired: true),
            ]
        ),
        Group(
            name: "Application",
            qualifier: .text,
            keys: [
                Key(name: "AID", kind: .applicationIdentifier, isRequired: true),
                Key(name: "Family", kind: .word, isRequired: true),
                Key(name: "Source", kind: .text, isRequired: true),
            ]
        ),
    ])

    /// The languages that a translated key can carry in brackets.
    static let languages = ["sv", "nb", "nn", "en"]

    struct Group: Sendable {
        let name: String
        let qualifier: Qualifier
        let keys: [Key]

        /// What follows the name in the brackets, after one space.
        enum Qualifier: Sendable { case none, optionalWord, text, pattern }

        /// Whether `[header]` is this group.
        func matches(_ header: String) -> Bool {
            let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = parts.first, first == name else { return false }
            let rest = parts.dropFirst().first.map(String.init)
            return switch qualifier {
            case .none: rest == nil
            case .optionalWord: rest.map(ValueKind.word.accepts) ?? true
            case .text: rest.map { $0.first != " " && ValueKind.text.accepts($0) } ?? false
            // Quotes around it are allowed; longer than any reader's name (pcsc-lite's MAX_READERNAME) it fits none.
            case .pattern:
                rest.map {
                    (1...200).contains(LockSettings.unquoted($0).utf8.count) && ValueKind.text.accepts($0)
                }
                    ?? false
            }
        }

        /// The key that `name`, possibly with a language in brackets, stands for.
        func key(_ name: String) -> Key? {
            keys.first { key in
                key.name == name
                    || key.isTranslated && Schema.languages.contains { "\(key.name)[\($0)]" == name }
            }
        }
    }

    struct Key: Sendable {
        let name: String
        let kind: ValueKind
        var isTranslated = false
        var isRequired = false
    }
}

extension ValueKind {
    /// Whether `value`, with GLib's escapes already resolved, is of this kind.
    func accepts(_ value: String) -> Bool {
        switch self {
        case .boolean: return value == "true" || value == "false"
        case .text:
            return (1...2000).contains(value.unicodeScalars.count)
                && value.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        case .word:
            return (1...40).contains(value.utf8.count)
                && value.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                        UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
        case .words: return Self.words(of: value).map { (1...20).contains($0.count) } ?? false
        case .days: return Self.number(value, in: 0...3650) != nil
        case .hours: return Self.number(value, in: 0...8760) != nil
        case .seconds: return Self.number(value, in: 0...86_400) != nil
        case .choice(let words): return words.contains(value)
        case .texts: return Self.texts(of: value) != nil
        // seat0, or what udev rules call others (logind's rule: letters, digits, - and _).
        case .seat:
            return value.hasPrefix("seat") && (5...64).contains(value.utf8.count)
                && value.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
        case .path: return value.hasPrefix("/") && ValueKind.text.accepts(value)
        case .atrPattern: return ATRPattern(value) != nil
        case .applicationIdentifier: return ApplicationName.identifier(value) != nil
        case .ownerMarks(let field): return OwnerMark.marks(in: value, of: field) != nil
        }
    }

    /// Digits alone, without a sign.
    static func number(_ value: String, in range: ClosedRange<Int>) -> Int? {
        guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(value) else {
            return nil
        }
        return range.contains(number) ? number : nil
    }

    /// The texts of a list, `nil` when one is not a text.
    ///
    /// A `;` may close the list, as GLib writes it; an empty list is none.
    static func texts(of value: String) -> [String]? {
        guard !value.isEmpty else { return [] }
        var texts = value.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        if texts.last == "" { texts.removeLast() }
        let isSound = texts.allSatisfy { ValueKind.text.accepts($0) && $0.utf8.count <= 200 }
        return isSound && texts.count <= 64 ? texts : nil
    }

    /// The words of a list, `nil` when one is not a word.
    ///
    /// A `;` may close the list, as GLib writes it.
    static func words(of value: String) -> [String]? {
        var words = value.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        if words.last == "" { words.removeLast() }
        return words.allSatisfy(ValueKind.word.accepts) ? words : nil
    }
}
