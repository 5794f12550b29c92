/// One sentence of what happened and one of what to do.
package struct Sentence: Hashable, Sendable {
    package let happened: String
    package let next: String

    init(_ happened: String, _ next: String) {
        self.happened = happened.startingUpperCase
        self.next = next
    }
}
