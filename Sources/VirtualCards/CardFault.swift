/// One way for a software card to misbehave, as seen on cards and readers in the field.
package enum CardFault: Equatable, Sendable {
    /// The card leaves the reader when the Nth command arrives; that one is not executed.
    case removeBefore(Int)
    /// The Nth command is executed and the card leaves before it answers.
    case removeAfter(Int)
    /// The Nth command is never answered, nor anything after it.
    case mute(Int)
    /// No code has been set up: `6984`.
    case noActivation
    /// CHANGE REFERENCE DATA is refused with `6985`.
    case noChange
    /// Each transparent file ends after so many bytes.
    case truncateFiles(Int)
    /// RESET RETRY COUNTER answers `9000` to any code and changes nothing (PivApplet issue 67).
    case lyingUnblock
    /// A blocked code answers `63C0` for ever, also to the right code.
    case blockedAs63C0
    /// A wrong and a blocked code that unblocks are both answered with `6982`, without a counter.
    case unblockAs6982
    /// A card that holds nothing we know.
    case unknownCard

    /// Every fault as `--fault` spells it, with what it does.
    package static let help: [(name: String, meaning: String)] = [
        ("remove-before:N", "the card leaves when the Nth command arrives"),
        ("remove-after:N", "the card leaves after executing the Nth command, unanswered"),
        ("mute:N", "the Nth command and later ones are never answered"),
        ("no-activation", "no code has been set up (6984)"),
        ("no-change", "codes cannot be changed (6985)"),
        ("truncate-files:N", "each file ends after N bytes"),
        ("lying-unblock", "unblocking answers 9000 and changes nothing"),
        ("blocked-63c0", "a blocked code answers 63C0 for ever"),
        ("unblock-6982", "a wrong or blocked PUK is answered with 6982"),
        ("unknown", "a card without any known application"),
    ]

    /// The fault that `text` spells, `nil` when it spells none.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let number = parts.count == 2 ? Int(parts[1]).flatMap { $0 >= 0 ? $0 : nil } : nil
        switch (parts[0], number, parts.count) {
        case ("remove-before", let number?, _): self = .removeBefore(number)
        case ("remove-after", let number?, _): self = .removeAfter(number)
        case ("mute", let number?, _): self = .mute(number)
        case ("truncate-files", let number?, _): self = .truncateFiles(number)
        case ("no-activation", nil, 1): self = .noActivation
        case ("no-change", nil, 1): self = .noChange
        case ("lying-unblock", nil, 1): self = .lyingUnblock
        case ("blocked-63c0", nil, 1): self = .blockedAs63C0
        case ("unblock-6982", nil, 1): self = .unblockAs6982
        case ("unknown", nil, 1): self = .unknownCard
        default: return nil
        }
    }
}
