internal import CardApplications
internal import CardCore

/// One operation with a card and a person, in which each code is presented at most once.
///
/// It reads in one transaction, asks the person without holding any, and presents the code in a second one, in which the counter
/// is read again. When it ends, and a code was presented, the security status is dropped, also where it failed.
struct CardOperation<Connection: CardConnection & ~Copyable, Person: Dialog>: ~Copyable {
    /// How far the operation has gone towards leaving something verified on the card.
    private enum PresentationState {
        /// No code was presented.
        case untouched
        /// One was, and the card may remember it.
        case presented
        /// One was, and the application has forgotten it.
        case loggedOut
    }

    var connection: Connection
    var dialog: Person
    let budget: TryBudget
    private var securityStatus = PresentationState.untouched

    private init(_ connection: consuming Connection, _ dialog: Person, _ budget: TryBudget) {
        self.connection = connection
        self.dialog = dialog
        self.budget = budget
    }

    /// Runs `body`, and drops the security status if it presented a code.
    static func run<R>(
        on connection: consuming Connection,
        budget: TryBudget,
        dialog: inout Person,
        _ body: (inout Self) throws(OperationError) -> R
    ) throws(OperationError) -> R {
        var operation = Self(connection, dialog, budget)
        let result: Result<R, OperationError>
        do throws(OperationError) {
            result = .success(try body(&operation))
        } catch {
            result = .failure(error)
        }
        dialog = operation.end()
        return try result.get()
    }

    private consuming func end() -> Person {
        var dialog = dialog
        switch securityStatus {
        case .untouched: break
        case .presented: dialog.securityStatusEnded(connection.dropSecurityStatus())
        case .loggedOut:
            let isAnswering = !connection.serviceStoppedAnswering
            dialog.securityStatusEnded(isAnswering ? .dropped : .serviceNotAnswering(mayRemember: false))
        }
        return dialog
    }

    /// The first transaction: finds the application, reads its codes, and what `body` needs besides.
    mutating func survey<R>(
        _ body: (inout CardSurvey, inout ApplicationSession) throws(OperationError) -> R
    ) throws(OperationError) -> (CardSurvey, R) {
        dialog.cardWork(isGoingOn: true)
        defer { dialog.cardWork(isGoingOn: false) }
        return try CardSurvey.take(of: &connection, body)
    }

    /// Refuses to present a code in a form that is not known to be the card's, unless the person accepts the risk.
    mutating func confirmForm(of policy: PINPolicy) throws(OperationError) {
        guard policy.formEvidence == .unknown, !budget.untested else { return }
        guard dialog.isInteractive else { throw .refused(.untestedForm, policy) }
        guard try dialog.confirm(.useUntestedCodeForm) else { throw .cancelled }
    }

    /// Asks the person for the code of `policy`, whose counter is in view, and refuses one that cannot be right.
    mutating func askForCode(
        _ purpose: CodeRequest.Purpose,
        of policy: PINPolicy,
        _ survey: CardSurvey
    ) throws(OperationError) -> SecretBytes {
        let request = CodeRequest(purpose: purpose, pin: policy, status: survey.report(policy).status)
        let code = try dialog.code(request)
        do throws(PINFormatError) { try policy.check(code) } catch { throw .refused(.format(error), policy) }
        return code
    }

    /// Asks for a new code and applies the rules for new codes.
    mutating func askForNewCode(
        of policy: PINPolicy,
        _ survey: CardSurvey
    ) throws(OperationError) -> SecretBytes {
        let status = survey.report(policy).status
        let policy = policy.forNewCode
        let new = try dialog.code(CodeRequest(purpose: .new, pin: policy, status: status))
        do throws(PINFormatError) {
            try policy.check(new)
        } catch {
            throw .refused(.newCodeFormat(error), policy)
        }
        switch NewPINRules.judge(new) {
        case .fine: break
        case .trivial: guard budget.allowTrivialPINs else { throw .refused(.trivialPIN, policy) }
        case .date:
            if dialog.isInteractive {
                guard try dialog.confirm(.useDate) else { throw .cancelled }
            } else {
                dialog.warnOfDate()
            }
        }
        return new
    }

    /// Asks the card for a challenge in a transaction of its own, as late as can be: anything in between voids it.
    mutating func requestChallenge(
        of puk: PINPolicy,
        _ survey: inout CardSurvey
    ) throws(OperationError) -> [UInt8] {
        dialog.cardWork(isGoingOn: true)
        defer { dialog.cardWork(isGoingOn: false) }
        return try connection.withTransaction { (channel) throws(OperationError) in
            var session = try survey.reopen(toPresent: puk, on: &channel)
            let challenge: [UInt8]
            do throws(CardError) { challenge = try session.requestChallenge(of: puk) } catch {
                throw .card(error)
            }
            survey.take(session)
            return challenge
        }
    }

    /// The second transaction: `send` sends what it has, once, after the counters of `counted` have been read again.
    ///
    /// The application is opened again to present the code of the first of them. Also after an error the application is told
    /// to forget what is verified, unless `selectsAfterwards`: behind another SELECT another one would be told. Throws
    /// `challengeLost` where a response has no challenge to answer any more.
    mutating func present(
        counting counted: [PINPolicy],
        _ survey: inout CardSurvey,
        selectsAfterwards: Bool = false,
        _ send: (inout CardSurvey, inout ApplicationSession) throws(OperationError) -> Void
    ) throws(OperationError) {
        guard let first = counted.first else { return }
        dialog.cardWork(isGoingOn: true)
        defer { dialog.cardWork(isGoingOn: false) }
        var status = securityStatus
        defer { securityStatus = status }
        let (budget, person) = (budget, dialog)
        try connection.withTransaction { (channel) throws(OperationError) in
            var session = try survey.open(for: first, on: &channel)
            for policy in counted where policy.kind != .key {
                try survey.recheck(policy, budget, in: &session)
            }
            let result: Result<Void, OperationError>
            do throws(OperationError) {
                result = .success(try send(&survey, &session))
            } catch {
                result = .failure(error)
            }
            if session.hasPresented {
                status = .presented
                // A card that did not answer is asked nothing more: it is reset.
                let isAnswering = if case .failure(.code(.outcomeUnknown, _)) = result { false } else { true }
                if isAnswering { person.outcomeIsKnown() }
                if isAnswering, !selectsAfterwards, (try? session.logOut()) == true { status = .loggedOut }
            }
            try result.get()
        }
    }
}
