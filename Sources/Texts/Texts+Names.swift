/// What things are called.
extension Texts {
    /// How sentences name a code: by its role, by the card's own label, by both where they differ, else by its id.
    package func codeName(role: String?, label: String, id: String) -> CodeName {
        let words: (bare: String, definite: String)? =
            switch role {
            case "auth": (text("login PIN"), text("the login PIN"))
            case "sign": (text("signature PIN"), text("the signature PIN"))
            case "puk": (text("PUK"), text("the PUK"))
            case "resetting-code": (text("resetting code"), text("the resetting code"))
            case "admin": (text("administrator PIN"), text("the administrator PIN"))
            case "admin-key": (text("administrator key"), text("the administrator key"))
            default: nil
            }
        guard let words else {
            // “PIN PIV PIN” would be no name: a label that says what it is stands alone.
            if Self.namesCode(label) {
                return CodeName(bare: Self.printable(label), definite: text("the {label}", ["label": label]))
            }
            let arguments = ["id": label.isEmpty ? id : label]
            return CodeName(bare: text("PIN {id}", arguments), definite: text("the PIN {id}", arguments))
        }
        // A label that says no more than the role, such as Legitimering for legitimeringskod, is left out.
        if words.bare.lowercased().hasPrefix(label.lowercased()) {
            return CodeName(bare: words.bare, definite: words.definite)
        }
        return CodeName(
            bare: text("{role} ({label})", ["role": words.bare, "label": label]),
            definite: text("{role} ({label})", ["role": words.definite, "label": label])
        )
    }

    /// Whether a label has a word for a code in it, such as `Basic PIN`, `PIN1` or `Signeringskod`.
    private static func namesCode(_ label: String) -> Bool {
        let words = label.lowercased().split { !$0.isLetter }
        return words.contains { word in
            ["pin", "puk"].contains { word.hasPrefix($0) || word.hasSuffix($0) }
                || ["kod", "kode", "koden", "code"].contains { word.hasSuffix($0) }
        }
    }

    package func triesLeft(_ count: Int) -> String {
        text("{count} try left", "{count} tries left", count: count)
    }

    package func triesUnknown() -> String { text("tries left not known") }
    package func blocked() -> String { text("blocked") }
    package func blockedOrNeverSet() -> String { text("blocked or never set") }
    package func notInitialized() -> String { text("not activated yet") }
    /// In the place of a length: a key has none.
    package var challengeAndResponse: String { text("challenge and response") }

    package func digits(_ length: ClosedRange<Int>) -> String {
        length.lowerBound == length.upperBound
            ? text("{count} digit", "{count} digits", count: length.upperBound)
            : text(
                "{lower} to {upper} digits",
                ["lower": "\(length.lowerBound)", "upper": "\(length.upperBound)"]
            )
    }

    package func characters(_ length: ClosedRange<Int>) -> String {
        length.lowerBound == length.upperBound
            ? text("{count} character", "{count} characters", count: length.upperBound)
            : text(
                "{lower} to {upper} characters",
                ["lower": "\(length.lowerBound)", "upper": "\(length.upperBound)"]
            )
    }
}

/// A code's name as sentences need it.
package struct CodeName: Hashable, Sendable {
    /// Without an article: `login PIN`.
    package let bare: String
    /// As something known: `the login PIN`.
    package let definite: String

    /// What fills `{pin}` and `{the_pin}`.
    var arguments: [String: String] { ["pin": bare, "the_pin": definite] }
}

extension String {
    /// A sentence may begin with a name that is written in lower case elsewhere.
    var startingUpperCase: String { prefix(1).uppercased() + dropFirst() }
}
