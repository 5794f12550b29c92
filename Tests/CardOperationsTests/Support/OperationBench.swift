import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// One software card, somebody in front of it, and what is left of both after an operation.
final class OperationBench {
    typealias Role = CodeRole

    let profile: CardProfile
    let card: FileSystemCard
    let wire: RecordingCard
    let reader: InMemoryReader
    let ledger = Ledger()
    var dialog: ScriptedDialog
    /// What card data says of the card.
    var families = ["pkcs15"]
    /// The names of applets that card data gives a family.
    var applications: [CardHints.Application] = []

    static let auth = "246810"
    static let sign = "135790"
    static let puk = "13572468"
    static let wrong = "975318"
    static let wrongPUK = "86427531"
    static let new = "804629"

    static var fixtures: String {
        let parts = #filePath.split(separator: "/").dropLast(4)
        return "/" + parts.joined(separator: "/") + "/Fixtures"
    }

    /// Images read once: some tests make thousands of cards.
    private static let images = Dictionary(
        uniqueKeysWithValues: CardProfile.pkcs15.map { profile in
            (profile, Result { try FileSystemImage.load(from: fixtures + "/cards/\(profile.rawValue).json") })
        }
    )

    static func image(_ profile: CardProfile) throws -> FileSystemImage {
        try #require(images[profile]).get()
    }

    /// A fresh card but for `tries`, with the files that `edit` leaves.
    init(
        _ profile: CardProfile,
        fault: CardFault? = nil,
        tries: [Role: Int] = [:],
        edit: (inout FileSystemImage) throws -> Void = { _ in }
    ) throws {
        var image = try Self.image(profile)
        try edit(&image)
        var state = CardState(fresh: image)
        for (role, left) in tries { state.setRemainingTries(left, of: role, on: image) }
        self.profile = profile
        card = FileSystemCard(image: image, state: state, fault: fault)
        wire = RecordingCard(card)
        reader = InMemoryReader(card: wire)
        dialog = ScriptedDialog(ledger: ledger)
        dialog.codes = [.current: [Self.auth], .unblocking: [Self.puk], .new: [Self.new]]
    }

    var connection: MemoryConnection {
        MemoryConnection(reader: reader, ledger: ledger, families: families, applications: applications)
    }
    var atr: ATR? { try? ATR(parsing: card.atr) }

    func verify(
        _ choice: PINChoice = .unnamed,
        _ budget: TryBudget = TryBudget()
    ) throws(OperationError) -> PINReport {
        try PINOperations.verify(choice, on: connection, budget: budget, dialog: &dialog)
    }

    func change(
        _ choice: PINChoice = .unnamed,
        _ budget: TryBudget = TryBudget()
    ) throws(OperationError) -> PINReport {
        try PINOperations.change(choice, on: connection, budget: budget, dialog: &dialog)
    }

    func unblock(
        _ choice: PINChoice = .unnamed,
        _ budget: TryBudget = TryBudget()
    ) throws(OperationError) -> Unblocked {
        try PINOperations.unblock(choice, on: connection, budget: budget, dialog: &dialog)
    }

    /// The card that nothing is known of: its ATR names no maker, and it answers to no question about itself.
    static func unknown(tries: [Role: Int] = [:]) throws -> OperationBench {
        try OperationBench(.siths, tries: tries) { image in image.atr = HexBytes([0x3B, 0x00]) }
    }

    func report(_ wish: CardReport.Wish = [.identity, .certificates]) throws(OperationError) -> CardReport {
        var connection = connection
        return try CardReport.read(wish, from: &connection)
    }

    func send(_ texts: [String], _ budget: TryBudget = TryBudget()) throws -> [String] {
        var answers: [String] = []
        try PINOperations.send(
            RawCommand.parse(texts),
            on: connection,
            budget: budget,
            dialog: &dialog
        ) { answers.append(Hex.string(of: $0.bytes)) }
        return answers
    }

    /// One of the operations, by name; the error in words, or `ok`.
    func outcome(_ operation: Operation, _ budget: TryBudget = TryBudget()) -> String {
        do throws(OperationError) {
            switch operation {
            case .verify: _ = try verify(.unnamed, budget)
            case .change: _ = try change(.unnamed, budget)
            case .unblock: _ = try unblock(.name("01"), budget)
            }
            return "ok"
        } catch {
            return error.brief
        }
    }

    // MARK: What became of the card

    /// The reference of the code with `role`, in hexadecimal.
    func reference(_ role: Role) -> String {
        Hex.string(of: card.image.pins.first { $0.role == role }?.reference.bytes ?? [])
    }

    private func code(_ role: Role) -> CardState.Code? { card.state.codes[reference(role)] }

    func tries(_ role: Role) -> Int? { code(role)?.remainingTries }
    func value(_ role: Role) -> String? { code(role)?.value }

    /// Tries of login PIN, signature PIN and PUK.
    var counters: [Int?] { [tries(.authentication), tries(.signature), tries(.puk)] }

    /// What holds after every operation, whatever it was and however it ended.
    func expectOrder(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(ledger.violations.isEmpty, sourceLocation: sourceLocation)
        #expect(ledger.begun == ledger.ended, sourceLocation: sourceLocation)
        #expect(dialog.isAtRest, sourceLocation: sourceLocation)
        #expect(dialog.drops.count == ledger.drops, sourceLocation: sourceLocation)
        #expect(card.verified.isEmpty, "something stayed verified", sourceLocation: sourceLocation)
        // A code that was presented is forgotten again; where none was, nobody else's work is disturbed.
        let presented = reader.commandsWithSecret > 0
        #expect(ledger.drops == (presented ? 1 : 0), sourceLocation: sourceLocation)
        for code in [Self.auth, Self.sign, Self.puk, Self.wrong, Self.wrongPUK, Self.new] {
            #expect(
                wire.count(of: code) <= 1,
                "a code reached the card twice",
                sourceLocation: sourceLocation
            )
        }
    }
}

/// The operations that present a code.
enum Operation: String, CaseIterable, Sendable {
    case verify, change, unblock
}

/// Runs `body`; its error in words, or `ok`.
func outcome<R>(_ body: () throws(OperationError) -> R) -> String {
    do throws(OperationError) {
        _ = try body()
        return "ok"
    } catch {
        return error.brief
    }
}
