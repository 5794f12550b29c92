internal import Presence

/// What the daemon wrote down, as somebody else could have left it.
enum StateTarget {
    static func run(_ input: [UInt8], _ broken: inout BrokenRules) {
        guard case .guards(let guards) = StateText.state(from: input) else { return }
        let again = StateText.state(from: Array(StateText.text(of: guards).utf8))
        broken.expect(again == .guards(guards), "guards that change when they are written and read again")
    }
}
