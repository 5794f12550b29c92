package import CardApplications
package import CardCore

/// Whoever asks the person, handed in by the program: a terminal, lines of standard input, later a window.
///
/// Nothing of it is called while a transaction is held.
package protocol Dialog {
    /// Whether somebody can answer questions.
    var isInteractive: Bool { get }
    /// The card is being talked to from now on, or no longer; for showing that something happens.
    mutating func cardWork(isGoingOn: Bool)
    /// Reads one code. A new code is asked for twice where there is a terminal.
    mutating func code(_ request: CodeRequest) throws(OperationError) -> SecretBytes
    mutating func choose(
        among codes: [PINReport],
        for purpose: ChoicePurpose
    ) throws(OperationError) -> PINPolicy
    mutating func confirm(_ question: Question) throws(OperationError) -> Bool
    /// Shown before anything is asked.
    mutating func show(_ plan: UnblockPlan)
    /// A new PIN reads as a date, and nobody can be asked.
    mutating func warnOfDate()
    /// The card has answered a code: what comes of the operation is known, and only its end may still take time.
    ///
    /// Called inside the transaction; must not wait.
    func outcomeIsKnown()
    /// A code was presented, the operation is over, and this became of the security status.
    mutating func securityStatusEnded(_ drop: SecurityStatusDrop)
}

extension Dialog {
    package func outcomeIsKnown() {}
}

/// Which code is asked for.
package struct CodeRequest: Hashable, Sendable {
    package enum Purpose: Hashable, Sendable {
        case current
        case unblocking
        case new
        /// `length` octets, typed as hexadecimal digits, that answer `challenge`.
        case response(challenge: [UInt8], length: Int)
    }

    package let purpose: Purpose
    package let pin: PINPolicy
    package let status: PINStatus
}

/// What a person chooses among.
package enum ChoicePurpose: Hashable, Sendable {
    /// The PIN that is to be unblocked.
    case unblocking
    /// The code that unblocks it.
    case unblockingWith
}

/// What only a person can decide.
package enum Question: Hashable, Sendable {
    /// The unblocking form of this card is not known from a test or a document.
    case useUntestedForm
    /// Nor is the form, padded or not, in which this card takes its codes.
    case useUntestedCodeForm
    /// The new PIN reads as a date.
    case useDate
}

/// What an unblocking is going to do.
package struct UnblockPlan: Hashable, Sendable {
    package let pin: PINReport
    package let puk: PINReport
    package let unblocking: Unblocking
}

/// A code with its counter as last read.
package struct PINReport: Hashable, Sendable {
    package var policy: PINPolicy
    package var status: PINStatus

    package init(policy: PINPolicy, status: PINStatus) {
        self.policy = policy
        self.status = status
    }
}

extension [PINReport] {
    /// The codes and keys that can still unblock what `policy` unblocks or is, in their order.
    package func waysLeft(of policy: PINPolicy) -> [PINPolicy] {
        let unblocked = map(\.policy).filter { pin in pin.unblocking.contains { $0.by == policy.id } }
        let pins = policy.kind == .pin ? [policy] : unblocked
        let ways = pins.filter(\.unblockIsAllowed).flatMap { $0.unblocking.map(\.by) }.compactMap { id in
            first { $0.policy.id == id && id != policy.id }
        }
        return ways.filter { $0.policy.isInitialized && $0.status.isUsable }.map(\.policy)
    }
}

/// Which code a person means.
package enum PINChoice: Hashable, Sendable {
    /// Nothing was said.
    case unnamed
    case role(PINRole)
    /// An id or label as `status` shows it.
    case name(String)

    /// `auth`, `sign`, `puk`, `admin` and `resetting-code` are roles; anything else is an id or a label.
    package init(argument: String?) {
        guard let argument else {
            self = .unnamed
            return
        }
        self = PINRole(rawValue: argument).map(PINChoice.role) ?? .name(argument)
    }
}

/// What the person allowed beyond the careful default.
package struct TryBudget: Hashable, Sendable {
    package var lastTry: Bool
    package var lastPUKTry: Bool
    package var untested: Bool
    package var allowTrivialPINs: Bool

    package init(
        lastTry: Bool = false,
        lastPUKTry: Bool = false,
        untested: Bool = false,
        allowTrivialPINs: Bool = false
    ) {
        self.lastTry = lastTry
        self.lastPUKTry = lastPUKTry
        self.untested = untested
        self.allowTrivialPINs = allowTrivialPINs
    }

    /// Refuses what would be pointless or would spend the last try unasked.
    ///
    /// `CardSurvey.check` adds the ways that are left to what this throws.
    func check(_ status: PINStatus, of pin: PINPolicy) throws(OperationError) {
        guard pin.isInitialized else { throw .refused(.notInitialized, pin) }
        guard status != .blockedOrNeverSet || pin.kind != .pin else {
            throw .refused(.blockedOrNeverSet, pin)
        }
        guard status.isUsable else { throw .blocked(pin, ways: []) }
        guard status.remainingTries == 1 else { return }
        switch pin.kind {
        case .pin: guard lastTry else { throw .refused(.lastTry, pin) }
        case .puk, .key: guard lastPUKTry else { throw .refused(.lastPUKTry, pin) }
        }
    }
}
