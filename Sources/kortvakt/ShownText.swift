internal import CardOperations
internal import Texts

/// Text that somebody else wrote, as a person may see it: personal identity numbers masked unless they are asked for.
struct ShownText {
    let showPersonalData: Bool

    /// For a terminal: nothing in it steers one.
    func line(_ text: String) -> String { Texts.printable(json(text)) }

    /// For JSON, which escapes by itself.
    func json(_ text: String) -> String { showPersonalData ? text : PersonalData.masked(text) }
}
