/// What things are called.
extension Texts {
    /// How a sentence names a code: by its role, by the card's own label, by both where they differ, else by its id.
    package func pinName(role: String?, label: String, id: String) -> String {
        let word: String? =
            switch role {
            case "auth": text("login PIN")
            case "sign": text("signature PIN")
            case "puk": text("PUK")
            default: nil
            }
        guard let word else { return label.isEmpty ? text("PIN {id}", ["id": id]) : Self.printable(label) }
        if label.isEmpty || label.lowercased() == word.lowercased() { return word }
        return text("{role} ({label})", ["role": word, "label": label])
    }

    package var unknown: String { text("unknown") }

    package func triesLeft(_ count: Int) -> String {
        text("{count} try left", "{count} tries left", count: count)
    }

    package func triesUnknown() -> String { text("tries left not known") }
    package func blocked() -> String { text("blocked") }
    package func notInitialized() -> String { text("not set up yet") }

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
