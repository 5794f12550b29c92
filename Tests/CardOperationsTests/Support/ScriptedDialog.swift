import CardApplications
import CardCore
import CardOperations

/// A person who has the codes written down, and remembers everything that was asked and shown.
struct ScriptedDialog: Dialog {
    let ledger: Ledger
    var isInteractive = true
    /// What is typed, for each purpose in turn; a person who is asked more often walks away.
    var codes: [CodeRequest.Purpose: [String]] = [:]
    /// The id that is chosen; `nil` walks away.
    var choice: String?
    var answers: [Question: Bool] = [:]
    /// What whoever has the administrator's key answers to a challenge, as it is typed.
    var respond: (([UInt8]) -> String)?

    private(set) var requests: [CodeRequest] = []
    private(set) var plans: [UnblockPlan] = []
    private(set) var questions: [Question] = []
    private(set) var offered: [[PINReport]] = []
    private(set) var dateWarnings = 0
    private(set) var drops: [SecurityStatusDrop] = []
    /// What happened, in order, by name.
    private(set) var events: [String] = []
    private var work = 0

    init(ledger: Ledger) { self.ledger = ledger }

    private mutating func note(_ event: String) {
        ledger.expect(!ledger.isInTransaction, "\(event) inside a transaction")
        events.append(event)
    }

    mutating func cardWork(isGoingOn: Bool) {
        ledger.expect(!ledger.isInTransaction, "card work inside a transaction")
        work = isGoingOn ? 1 : 0
    }

    mutating func code(_ request: CodeRequest) throws(OperationError) -> SecretBytes {
        note("code")
        ledger.expect(work == 0, "a code asked for while the card works")
        requests.append(request)
        if case .response(let challenge, _) = request.purpose {
            guard let answer = respond?(challenge) else { throw .cancelled }
            return secret(answer)
        }
        guard var waiting = codes[request.purpose], !waiting.isEmpty else { throw .cancelled }
        let typed = waiting.removeFirst()
        codes[request.purpose] = waiting
        return secret(typed)
    }

    mutating func choose(
        among pins: [PINReport],
        for purpose: ChoicePurpose
    ) throws(OperationError) -> PINPolicy {
        note("choose")
        ledger.expect(work == 0, "a choice asked for while the card works")
        offered.append(pins)
        guard let chosen = pins.first(where: { $0.policy.id == choice }) else { throw .cancelled }
        return chosen.policy
    }

    mutating func confirm(_ question: Question) throws(OperationError) -> Bool {
        note("confirm")
        questions.append(question)
        return answers[question] ?? false
    }

    mutating func show(_ plan: UnblockPlan) {
        note("plan")
        plans.append(plan)
    }

    mutating func warnOfDate() {
        note("date")
        dateWarnings += 1
    }

    mutating func securityStatusEnded(_ drop: SecurityStatusDrop) {
        note("drop")
        drops.append(drop)
    }

    /// Whether the card's work was said to be over.
    var isAtRest: Bool { work == 0 }
}

/// Made-up digits as a secret.
func secret(_ text: String) -> SecretBytes { secret(bytes: Array(text.utf8)) }

func secret(bytes: [UInt8]) -> SecretBytes {
    SecretBytes(capacity: bytes.count) { output in output.append(contentsOf: bytes.span) }
}
