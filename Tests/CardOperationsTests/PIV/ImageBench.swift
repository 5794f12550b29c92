import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// A software card made of an edited image, and a person in front of it.
final class ImageBench {
    let card: any SoftwareCard
    let wire: RecordingCard
    let reader: InMemoryReader
    let ledger = Ledger()
    let families: [String]
    var dialog: ScriptedDialog

    static let pin = "246810"
    static let wrong = "975318"
    static let wrongPUK = "86427531"
    static let new = "804629"

    /// A fresh card but for `tries` and `codes`; it answers by `answerInstead` of `wire` where a test sets that.
    init<Image: SoftwareCardImage>(
        _ profile: CardProfile,
        families: [String]? = nil,
        tries: [CodeRole: Int] = [:],
        codes: [CodeRole: String] = [:],
        edit: (inout Image) throws -> Void
    ) throws {
        var image = try Image.load(from: OperationBench.fixtures + "/cards/\(profile.rawValue).json")
        try edit(&image)
        #expect(image.flaw == nil)
        var state = CardState(fresh: image, codes: codes)
        for (role, left) in tries { state.setRemainingTries(left, of: role, on: image) }
        card = image.makeCard(state: state, fault: nil)
        wire = RecordingCard(card)
        reader = InMemoryReader(card: wire)
        self.families = families ?? profile.families
        dialog = ScriptedDialog(ledger: ledger)
        dialog.isInteractive = false
        dialog.codes = [
            .current: [codes[.authentication] ?? Self.pin], .new: [Self.new],
            .unblocking: [CardState.defaultCodes[.puk] ?? ""],
        ]
    }

    var connection: MemoryConnection {
        MemoryConnection(reader: reader, ledger: ledger, families: families)
    }

    func verify(_ choice: PINChoice = .unnamed, _ budget: TryBudget = TryBudget()) -> String {
        outcome { () throws(OperationError) in
            try PINOperations.verify(choice, on: connection, budget: budget, dialog: &dialog)
        }
    }

    func change(_ choice: PINChoice = .unnamed, _ budget: TryBudget = TryBudget()) -> String {
        outcome { () throws(OperationError) in
            try PINOperations.change(choice, on: connection, budget: budget, dialog: &dialog)
        }
    }

    func unblock(
        _ choice: PINChoice = .unnamed,
        with: String? = nil,
        _ budget: TryBudget = TryBudget()
    ) -> String {
        outcome { () throws(OperationError) in
            try PINOperations.unblock(choice, with: with, on: connection, budget: budget, dialog: &dialog)
        }
    }

    func run(_ operation: Operation, _ budget: TryBudget = TryBudget()) -> String {
        switch operation {
        case .verify: verify(.unnamed, budget)
        case .change: change(.unnamed, budget)
        case .unblock: unblock(.unnamed, budget)
        }
    }

    func report(_ wish: CardReport.Wish = [.identity, .certificates]) throws(OperationError) -> CardReport {
        var connection = connection
        return try CardReport.read(wish, from: &connection)
    }

    /// Answers each command that begins with `prefix` by `answer`, both in hexadecimal.
    func answer(_ prefix: String, _ answer: String) {
        let (prefix, answer) = (Hex.bytes(of: prefix) ?? [], Hex.bytes(of: answer) ?? [])
        wire.answerInstead = { $0.starts(with: prefix) ? answer : nil }
    }

    /// Answers GET DATA of the PIV object with `tag`, in whichever form of the command, by `answer`.
    func answerObject(_ tag: String, _ answer: String) {
        let (list, answer) = (Hex.bytes(of: "5C03" + tag) ?? [], Hex.bytes(of: answer) ?? [])
        wire.answerInstead = { command in
            let isAsked =
                command[1] == Instruction.getDataWithTags
                && command.indices.contains { command[$0...].starts(with: list) }
            return isAsked ? answer : nil
        }
    }
}
