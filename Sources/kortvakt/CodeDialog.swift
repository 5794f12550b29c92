internal import CardApplications
internal import CardCore
internal import CardOperations
internal import Texts

/// Asks for codes on the terminal, or takes them from standard input with `--stdin`.
struct CodeDialog: Dialog {
    private enum Source {
        case terminal
        case lines
        case none
    }

    private let source: Source
    private let wording: FailureWording
    private let progress = Progress()
    private var texts: Texts { Program.texts }
    /// What became of the security status; shown after the result.
    private(set) var ending: SecurityStatusDrop?
    /// The code that was asked for last; once there is one, the next work with the card presents it.
    private var lastAsked: PINPolicy?
    private var interruption: Interruption?

    init(stdin: Bool, wording: FailureWording) {
        self.wording = wording
        source = stdin ? .lines : Terminal.isPresent ? .terminal : .none
    }

    /// Refuses before the card is touched where codes can come from nowhere.
    func requireSource() throws(Failure) {
        guard case .none = source else { return }
        throw Failure(64, "usage", texts.noTerminal, json: wording.json)
    }

    var isInteractive: Bool {
        if case .terminal = source { true } else { false }
    }

    mutating func cardWork(isGoingOn: Bool) {
        if isGoingOn, interruption == nil, let pin = lastAsked {
            let unknown = OperationError.code(.outcomeUnknown(id: pin.id, .serviceLost), pin)
            interruption = Interruption(failure: wording.failure(unknown))
        }
        progress.cardWork(isGoingOn: isGoingOn)
    }

    mutating func code(_ request: CodeRequest) throws(OperationError) -> SecretBytes {
        if request.purpose != .new { lastAsked = request.pin }
        if case .response(let challenge, _) = request.purpose { show(challenge: challenge) }
        switch source {
        case .lines:
            // Lines that a person types are not shown either.
            if Terminal.isPresent { return try typed("") }
            guard let code = StandardInput.readCode() else { throw .cancelled }
            return code
        case .terminal: return try ask(request)
        case .none: throw .cancelled
        }
    }

    private func ask(_ request: CodeRequest) throws(OperationError) -> SecretBytes {
        let name = wording.name(request.pin)
        switch request.purpose {
        case .current, .unblocking:
            if request.status.remainingTries == nil, request.purpose == .current {
                let isPUK = request.pin.kind == .puk
                Output.prompt((isPUK ? texts.pukAttemptsNotCounted : texts.attemptsNotCounted) + "\n")
            }
            return try typed(texts.enter(name, state(request.status)))
        case .response(_, let length): return try typed(texts.enterResponse(digits: length * 2))
        case .new:
            let first = try typed(texts.enterNew(name, wording.length(request.pin)))
            // A code that will be refused anyway is not asked for twice.
            do throws(PINFormatError) {
                try request.pin.check(first)
            } catch {
                return first
            }
            let second = try typed(texts.enterAgain(name))
            guard first.isEqual(to: second) else { throw .refused(.confirmationDiffers, request.pin) }
            return first
        }
    }

    /// In groups of four digits, to be read out; also for whoever gives codes by `--stdin`.
    private func show(challenge: [UInt8]) {
        let digits = Array(Hex.string(of: challenge))
        let groups = stride(from: 0, to: digits.count, by: 4).map { String(digits[$0...].prefix(4)) }
        Output.prompt(texts.challenge(groups.joined(separator: " ")) + "\n")
    }

    private func typed(_ prompt: String) throws(OperationError) -> SecretBytes {
        do throws(Terminal.Failure) { return try Terminal.readCode(prompt: prompt) } catch {
            throw .cancelled
        }
    }

    private func answered(_ prompt: String) throws(OperationError) -> String {
        do throws(Terminal.Failure) { return try Terminal.readAnswer(prompt: prompt) } catch {
            throw .cancelled
        }
    }

    /// The counter in words.
    func state(_ status: PINStatus) -> String {
        if status == .blockedOrNeverSet { return texts.blockedOrNeverSet() }
        if status.isBlocked == true { return texts.blocked() }
        return status.remainingTries.map(texts.triesLeft) ?? texts.triesUnknown()
    }

    mutating func choose(
        among pins: [PINReport],
        for purpose: ChoicePurpose
    ) throws(OperationError) -> PINPolicy {
        Output.prompt((purpose == .unblocking ? texts.whichBlocked : texts.whichUnblocking) + "\n")
        for (index, pin) in pins.enumerated() {
            Output.prompt("  \(index + 1)  \(wording.name(pin.policy).bare): \(state(pin.status))\n")
        }
        let answer = try answered(texts.number)
        let chosen = pins.enumerated().first { "\($0.offset + 1)" == answer }
        guard let chosen else { throw .cancelled }
        return chosen.element.policy
    }

    mutating func confirm(_ question: Question) throws(OperationError) -> Bool {
        switch question {
        case .useUntestedForm: return try confirm(texts.askUntested)
        case .useUntestedCodeForm: return try confirm(texts.askUntestedCodeForm)
        case .useDate: return try confirm("\(texts.dateWarning) \(texts.askDate)")
        }
    }

    /// Asks until yes; anything else is no.
    func confirm(_ question: String) throws(OperationError) -> Bool {
        let answer = try answered("\(question) (\(texts.yesNo)) ").lowercased()
        return texts.yesWords.split(separator: " ").contains { answer == $0 }
    }

    mutating func show(_ plan: UnblockPlan) {
        let pin = wording.name(plan.pin.policy)
        Output.prompt(texts.planUnblock(pin, state(plan.pin.status)) + "\n")
        if plan.unblocking.isResponse {
            Output.prompt(texts.planResponse + "\n")
        } else {
            let puk = plan.puk
            let code = texts.planCode(wording.name(puk.policy), state(puk.status), wording.length(puk.policy))
            Output.prompt(code + "\n")
        }
        Output.prompt(texts.planNew(pin, wording.length(plan.pin.policy.forNewCode)) + "\n")
        switch plan.unblocking.evidence {
        case .tested: Output.prompt(texts.evidenceTested + "\n")
        case .documented: Output.prompt(texts.evidenceDocumented + "\n")
        case .unknown: Output.prompt(texts.evidenceUnknown + "\n")
        }
        guard plan.puk.status.remainingTries == nil else { return }
        let isResponse = plan.unblocking.isResponse
        Output.prompt((isResponse ? texts.responsesNotCounted : texts.pukAttemptsNotCounted) + "\n")
    }

    mutating func warnOfDate() { Output.error(texts.dateWarning) }

    func outcomeIsKnown() { interruption?.outcomeIsKnown() }

    mutating func securityStatusEnded(_ drop: SecurityStatusDrop) {
        ending = drop
        interruption?.end()
        interruption = nil
        lastAsked = nil
    }

    /// Says it where the card may still hold a verified code.
    func showEnding() {
        switch ending {
        case .left(let others): Output.error(texts.leftVerified(others))
        case .serviceNotAnswering(let mayRemember):
            let sentence = texts.serviceStoppedAnswering
            Output.error("\(sentence.happened) \(sentence.next)")
            if mayRemember { Output.error(texts.mayBeVerified) }
        case .unknown: Output.error(texts.mayBeVerified)
        case .dropped, nil: break
        }
    }
}
