import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// A software card of any family, somebody in front of it, and what is left of both after an operation.
final class AnyCardBench {
    let profile: CardProfile
    let image: any SoftwareCardImage
    let card: any SoftwareCard
    let wire: RecordingCard
    let reader: InMemoryReader
    let ledger = Ledger()
    var dialog: ScriptedDialog

    static let wrong = "975318"
    static let wrongPUK = "86427531"
    static let new = "804629"

    /// A fresh card but for `tries`.
    init(_ profile: CardProfile, fault: CardFault? = nil, tries: [CodeRole: Int] = [:]) throws {
        let path = OperationBench.fixtures + "/cards/\(profile.rawValue).json"
        image = try profile.imageType.load(from: path)
        var state = CardState(fresh: image)
        for (role, left) in tries { state.setRemainingTries(left, of: role, on: image) }
        self.profile = profile
        card = image.makeCard(state: state, fault: fault)
        wire = RecordingCard(card)
        reader = InMemoryReader(card: wire)
        dialog = ScriptedDialog(ledger: ledger)
        dialog.codes = [.current: [code(.authentication)], .new: [Self.new]]
        dialog.codes[.unblocking] = [code(unblockingRole)]
        dialog.respond = { [card] challenge in Hex.string(of: card.response(to: challenge) ?? []) }
    }

    /// What unblocks the login PIN of this card where nobody says what.
    var unblockingRole: CodeRole {
        switch profile {
        case .openpgp: .resettingCode
        case .gids, .idprime940: .administrator
        default: .puk
        }
    }

    var isUnblockedByResponse: Bool { unblockingRole == .administrator }

    /// The card as it is found in a reader, with what card data says of it.
    var connection: MemoryConnection {
        MemoryConnection(reader: reader, ledger: ledger, families: profile.families)
    }

    func code(_ role: CodeRole) -> String { CardState.defaultCodes[role] ?? "" }
    func value(_ role: CodeRole) -> String? { state(role)?.value }
    func tries(_ role: CodeRole) -> Int? { state(role)?.remainingTries }
    func maximum(_ role: CodeRole) -> Int? { image.codeRules.first { $0.role == role }?.maximumTries }

    private func state(_ role: CodeRole) -> CardState.Code? {
        image.codeRules.first { $0.role == role }.flatMap { card.state.codes[$0.name] }
    }

    func verify(
        _ choice: PINChoice = .unnamed,
        _ budget: TryBudget = TryBudget()
    ) throws(OperationError)
        -> PINReport
    {
        try PINOperations.verify(choice, on: connection, budget: budget, dialog: &dialog)
    }

    func change(
        _ choice: PINChoice = .unnamed,
        _ budget: TryBudget = TryBudget()
    ) throws(OperationError)
        -> PINReport
    {
        try PINOperations.change(choice, on: connection, budget: budget, dialog: &dialog)
    }

    func unblock(
        _ choice: PINChoice = .role(.auth),
        with: String? = nil,
        _ budget: TryBudget = TryBudget(untested: true)
    ) throws(OperationError) -> Unblocked {
        try PINOperations.unblock(
            choice,
            with: with ?? (profile == .openpgp ? "resetting-code" : nil),
            on: connection,
            budget: budget,
            dialog: &dialog
        )
    }

    func report(_ wish: CardReport.Wish = [.identity, .certificates]) throws(OperationError) -> CardReport {
        var connection = connection
        return try CardReport.read(wish, from: &connection)
    }

    /// One of the operations, by name; the error in words, or `ok`.
    func outcome(_ operation: Operation, _ budget: TryBudget = TryBudget(untested: true)) -> String {
        do throws(OperationError) {
            switch operation {
            case .verify: _ = try verify(.unnamed, budget)
            case .change: _ = try change(.unnamed, budget)
            case .unblock: _ = try unblock(.role(.auth), budget)
            }
            return "ok"
        } catch {
            return error.brief
        }
    }

    /// What holds after every operation, whatever it was and however it ended.
    func expectOrder(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(ledger.violations.isEmpty, sourceLocation: sourceLocation)
        #expect(ledger.begun == ledger.ended, sourceLocation: sourceLocation)
        #expect(dialog.isAtRest, sourceLocation: sourceLocation)
        #expect(!card.holdsSecurityStatus, "something stayed verified", sourceLocation: sourceLocation)
        // Where a code was presented somebody has to have made sure that it is forgotten.
        let presented = reader.commandsWithSecret > 0
        #expect(dialog.drops.count == (presented ? 1 : 0), sourceLocation: sourceLocation)
        for code in CardState.defaultCodes.values + [Self.wrong, Self.wrongPUK, Self.new] {
            #expect(wire.count(of: code) <= 1, "a code went out twice", sourceLocation: sourceLocation)
        }
    }
}

extension CardProfile {
    /// The families that card data gives such a card.
    var families: [String] {
        switch self {
        case .piv: ["piv"]
        case .pivYubiKey: ["piv", "openpgp"]
        case .openpgp: ["openpgp"]
        case .gids: ["gids"]
        case .idprime940: ["idprime"]
        default: ["pkcs15"]
        }
    }
}
