internal import CardApplications
internal import CardCore
internal import CardOperations
internal import Configuration
internal import PCSC
internal import Texts

/// Maps every error to its exit code, its stable name and its words: the one place where that happens.
struct FailureWording {
    let site: Site
    /// The card's kind, which the site's advice goes by.
    let kind: String?
    var atr: [UInt8] = []
    let json: Bool

    var texts: Texts { Program.texts }

    func failure(_ error: OperationError) -> Failure {
        switch error {
        case .service(let error): service(error)
        case .card(let error): card(error)
        case .code(let error, let policy): code(error, policy)
        case .blocked(let policy, let ways): blocked(policy, ways)
        case .refused(let refusal, let policy): refused(refusal, policy)
        case .stillBlocked(let policy):
            make(1, "still-blocked", texts.stillBlocked(name(policy)), policy, advice: true)
        case .noSuchPIN(let name, let known): make(64, "usage", texts.noSuchPIN(name, list(known)))
        case .whichPIN(let pins): make(64, "usage", texts.whichPIN(list(pins)))
        case .whichUnblockingCode(let codes):
            make(64, "usage", texts.whichUnblockingCode(roles(codes)))
        case .noSuchUnblockingCode(let name, let known):
            make(64, "usage", texts.noSuchUnblockingCode(name, roles(known)))
        case .afterCode(let policy):
            make(1, "after-code", texts.afterCode(name(policy)), policy)
        case .challengeLost(let policy): make(11, "challenge-lost", texts.challengeLost, policy)
        case .cancelled: make(10, "cancelled", texts.cancelled)
        }
    }

    /// How sentences call a code.
    func name(_ policy: PINPolicy) -> CodeName {
        let role = policy.kind == .key ? "admin-key" : policy.role?.rawValue
        return texts.codeName(role: role, label: policy.label, id: policy.id)
    }

    /// What `--with` takes.
    private func roles(_ policies: [PINPolicy]) -> String {
        policies.map { $0.role?.rawValue ?? $0.id }.joined(separator: ", ")
    }

    private func list(_ policies: [PINPolicy]) -> String {
        policies.map { "\($0.role?.rawValue ?? $0.id) (\($0.label))" }.joined(separator: ", ")
    }

    func make(
        _ exitCode: Int32,
        _ code: String,
        _ sentence: Sentence,
        _ policy: PINPolicy? = nil,
        remaining: Int? = nil,
        advice: Bool = false
    ) -> Failure {
        Failure(
            exitCode: exitCode,
            code: code,
            happened: sentence.happened,
            next: sentence.next,
            advice: advice ? siteAdvice : [],
            pin: policy?.id,
            remainingTries: remaining,
            json: json
        )
    }

    /// The administrator's words for cards of this kind.
    var siteAdvice: [String] {
        guard let advice = site.settings.advice(kind: kind, language: texts.language.rawValue) else {
            return []
        }
        return [advice.text, advice.contact].compactMap { $0 }.map { Texts.printable($0, limit: 2_000) }
    }

    // MARK: Service and card

    private func service(_ error: PCSCError) -> Failure {
        switch error {
        case .serviceNotRunning: make(3, "service-not-running", texts.serviceNotRunning)
        case .serviceStopped: make(3, "service-stopped", texts.serviceStopped)
        case .serviceNotAnswering: make(3, "service-not-answering", texts.serviceNotAnswering)
        case .notPermitted: make(12, "not-permitted", texts.notPermitted)
        case .noReader: make(3, "no-reader", texts.noReader)
        case .readerNotFound, .readerUnavailable: make(3, "reader-gone", texts.readerGone)
        case .noCard: make(4, "no-card", texts.noCard)
        case .cardRemoved: make(4, "card-removed", texts.cardRemoved)
        case .cardReset: make(11, "card-reset", texts.cardReset)
        case .cardUnresponsive: make(5, "card-unresponsive", texts.cardUnresponsive, advice: true)
        case .busy(let programs):
            make(11, "card-busy", texts.busy(programs.programs.map { "\($0.name) (\($0.pid))" }))
        case .protocolMismatch: make(5, "protocol", texts.cardUnresponsive)
        case .other(let code, let name):
            make(1, "unexpected", texts.unexpected(name ?? Hex.string(of: withBigEndian(code))))
        }
    }

    private func withBigEndian(_ code: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: code >> $0) }
    }

    private func card(_ error: CardError) -> Failure {
        switch error {
        case .transport(let error): transport(error)
        case .notRecognised:
            make(5, "card-not-recognised", texts.notRecognised(atr: Hex.string(of: atr)), advice: true)
        case .notSupported: make(5, "not-supported", texts.notSupported, advice: true)
        case .applicationNotFound(let family):
            make(5, "no-such-application", texts.applicationNotFound(texts.applicationName(family)))
        case .terminated: make(5, "card-terminated", texts.terminated, advice: true)
        case .derivedCodes: make(5, "derived-codes", texts.derivedCodes, advice: true)
        case .malformed(let file): make(5, "card-damaged", texts.malformed(file), advice: true)
        case .unexpected(let status, _):
            make(5, "card-refused", texts.refusedStep(status: "\(status)"), advice: true)
        }
    }

    private func transport(_ error: TransportError) -> Failure {
        switch error {
        case .cardRemoved, .noAnswer(cardRemoved: true): make(4, "card-removed", texts.cardRemoved)
        case .cardReset: make(11, "card-reset", texts.cardReset)
        case .noAnswer(cardRemoved: false): make(5, "card-unresponsive", texts.cardUnresponsive, advice: true)
        case .truncatedResponse, .responseTooLong, .commandTooLong:
            make(5, "card-damaged", texts.senseless, advice: true)
        case .commandNotAllowed: make(8, "command-not-allowed", texts.commandNotAllowed)
        case .serviceLost: make(3, "service-stopped", texts.serviceStopped)
        case .reader(let code): make(1, "unexpected", texts.unexpected(Hex.string(of: withBigEndian(code))))
        }
    }

    // MARK: Codes

    private func code(_ error: PINError, _ policy: PINPolicy) -> Failure {
        let name = name(policy)
        switch error {
        case .wrong(_, let remaining) where policy.kind == .key:
            let sentence = texts.wrongResponse(remaining: remaining)
            return make(6, "response-wrong", sentence, policy, remaining: remaining)
        case .wrong(_, let remaining):
            return make(
                6,
                "\(policy.kind)-wrong",
                texts.wrong(name, remaining: remaining, isPUK: policy.kind == .puk),
                policy,
                remaining: remaining
            )
        case .blocked: return blocked(policy, [])
        case .notInitialized: return make(5, "not-activated", texts.notActivated(name), policy, advice: true)
        case .notAllowed(_, let status):
            return make(5, "not-allowed", texts.notAllowed(name, status: "\(status)"), policy, advice: true)
        case .newCodeRefused(_, let status):
            return make(5, "new-pin-refused", texts.newCodeRefused(name, status: "\(status)"), policy)
        case .newCodeTooSimple: return make(5, "new-pin-refused", texts.newCodeTooSimple(name), policy)
        case .newCodeNotSet(_, let status):
            return make(
                5,
                "new-pin-not-set",
                texts.newCodeNotSet(name, status: "\(status)"),
                policy,
                advice: true
            )
        case .unblockingRefused(_, let status):
            return make(
                5,
                "not-allowed",
                texts.unblockingRefused(name, status: "\(status)"),
                policy,
                advice: true
            )
        case .unexpected(_, let status):
            return make(1, "unexpected", texts.unexpectedStatus(name, status: "\(status)"), policy)
        case .outcomeUnknown: return make(13, "outcome-unknown", texts.outcomeUnknown(name), policy)
        case .card(let error): return card(error)
        }
    }

    /// Advice names only what can still unblock the PIN.
    private func blocked(_ policy: PINPolicy, _ ways: [PINPolicy]) -> Failure {
        let code = policy.kind == .pin ? "pin-blocked" : "puk-blocked"
        return make(7, code, blockedSentence(policy, ways), policy, remaining: 0, advice: true)
    }

    private func blockedSentence(_ policy: PINPolicy, _ ways: [PINPolicy]) -> Sentence {
        let name = name(policy)
        guard let way = ways.first else {
            // A PUK that the card does not name need not be the one that counts.
            let isNamed = policy.verifyIsAllowed || policy.changeIsAllowed
            return policy.kind == .pin || !isNamed
                ? texts.blockedPINWithoutWay(name) : texts.blockedPUK(name)
        }
        // Where it is not the only one it has to be named.
        let isUsual = policy.kind == .pin && policy.unblocking.count == 1
        let role = way.role?.rawValue ?? way.id
        let command = isUsual ? "kortvakt pin unblock" : "kortvakt pin unblock --with \(role)"
        if policy.role == .resettingCode { return texts.blockedResettingCode(name, command: command) }
        return way.kind == .key
            ? texts.blockedForDesk(name, command: command)
            : texts.blocked(name, way: self.name(way), command: command)
    }

    private func refused(_ refusal: OperationError.Refusal, _ policy: PINPolicy) -> Failure {
        let name = name(policy)
        let range = length(policy)
        switch refusal {
        case .format(.empty): return make(8, "empty", texts.empty(name), policy)
        case .format(.tooShort): return make(8, "too-short", texts.tooShort(name, range), policy)
        case .format(.tooLong): return make(8, "too-long", texts.tooLong(name, range), policy)
        case .format(.notDigits): return make(8, "not-digits", texts.notDigits(name), policy)
        case .format(.notText): return make(8, "not-text", texts.notText(name), policy)
        case .newCodeFormat(.notText): return make(8, "not-text", texts.newNotText(name), policy)
        case .newCodeFormat(.empty): return make(8, "empty", texts.newEmpty(name), policy)
        case .newCodeFormat(.tooShort): return make(8, "too-short", texts.newTooShort(name, range), policy)
        case .newCodeFormat(.tooLong): return make(8, "too-long", texts.newTooLong(name, range), policy)
        case .newCodeFormat(.notDigits): return make(8, "not-digits", texts.newNotDigits(name), policy)
        case .responseFormat(let digits):
            return make(8, "response-format", texts.responseFormat(digits: digits), policy)
        case .confirmationDiffers:
            return make(8, "confirmation-differs", texts.confirmationDiffers(name), policy)
        case .sameAsOld: return make(8, "same-as-old", texts.sameAsOld(name), policy)
        case .trivialPIN: return make(8, "trivial-pin", texts.trivial(name), policy)
        case .lastTry: return make(8, "last-try", texts.lastTry(name), policy, remaining: 1)
        case .lastPUKTry: return make(8, "last-puk-try", texts.lastPUKTry(name), policy, remaining: 1)
        case .untestedForm:
            let sentence = policy.formEvidence == .unknown ? texts.untestedCodeForm : texts.untestedForm
            return make(8, "untested", sentence, policy)
        case .verifyNotAllowed:
            let sentence =
                policy.kind != .key && policy.changeIsAllowed
                ? texts.verifyNotAllowed(name) : texts.notSupported
            return make(5, "not-allowed", sentence, policy)
        case .changeNotAllowed:
            return make(5, "not-allowed", texts.changeNotAllowed(name), policy, advice: true)
        case .unblockNotAllowed:
            return make(5, "not-allowed", texts.unblockNotAllowed(name), policy, advice: true)
        case .noUnblockingCode:
            return make(5, "not-allowed", texts.noUnblockingCode(name), policy, advice: true)
        case .notInitialized: return make(5, "not-activated", texts.notActivated(name), policy, advice: true)
        case .blockedOrNeverSet:
            return make(
                7,
                "pin-blocked",
                texts.blockedOrNeverSet(name),
                policy,
                remaining: 0,
                advice: true
            )
        }
    }

    /// The lengths that a card takes, in words.
    func length(_ policy: PINPolicy) -> String {
        guard policy.kind != .key else { return texts.challengeAndResponse }
        return policy.encoding == .utf8
            ? texts.characters(policy.allowedLength) : texts.digits(policy.allowedLength)
    }
}
