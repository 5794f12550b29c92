internal import CardApplications
internal import CardCore
internal import CardOperations

/// What must hold of an operation, whatever the card did.
struct CardRules {
    let input: HostileInput
    let card: HostileCard
    let budget: TryBudget

    /// Whether the questions about counters that go over the wire are all our own.
    func mayWatchCounters(of commands: [RawCommand]) -> Bool {
        !commands.contains { $0.codes.isEmpty && [0x20, 0xCA, 0xCB, 0xF7].contains($0.bytes[1]) }
    }

    func judge(
        _ outcome: CardTarget.Outcome,
        dialog: MarkerDialog,
        trace: [String],
        _ broken: inout BrokenRules
    ) {
        for rule in card.broken.list + dialog.broken.list { broken.expect(false, rule) }
        let secrets = card.commands.filter(\.carriesSecret)
        judgeNumber(of: secrets, dialog, &broken)
        judgeCounters(secrets, dialog, &broken)
        judgeCodes(dialog, trace, &broken)
        judgeOutcome(outcome, secrets, &broken)
        judgeTries(outcome, secrets.last, &broken)
        judgeSecurityStatus(secrets, dialog, &broken)
        judgeChallenge(dialog, &broken)
        judgeApplication(secrets, &broken)
        if input.operation == .prove { ProofRules.judge(outcome, card.commands, &broken) }
        if case .failed(let error) = outcome { judgeText("\(error)", "an error", dialog, &broken) }
        if case .report(let report) = outcome { judge(report, &broken) }
    }

    /// One entry reaches the card at most once, in the form that the operation has.
    private func judgeNumber(
        of secrets: [HostileCard.Command],
        _ dialog: MarkerDialog,
        _ broken: inout BrokenRules
    ) {
        let forms = secrets.map(\.form)
        switch input.operation {
        case .report: broken.expect(forms.isEmpty, "a code sent while reading")
        case .verify, .prove:
            broken.expect(
                forms.isEmpty || forms == [[0x20, 0x00]],
                "\(input.operation) sent codes as \(forms)"
            )
        case .change:
            broken.expect(forms.isEmpty || forms == [[0x24, 0x00]], "change sent codes as \(forms)")
        case .unblock:
            let allowed: [[[UInt8]]] =
                switch dialog.plan?.unblocking.means {
                case nil: []
                case .codeAndNewPIN: [[[0x2C, 0x00]]]
                case .verifyThenNewPIN: [[[0x20, 0x00]], [[0x20, 0x00], [0x2C, 0x02]]]
                case .response:
                    // EXTERNAL AUTHENTICATE or GENERAL AUTHENTICATE.
                    [0x82, 0x87].flatMap { [[[$0, 0x00]], [[$0, 0x00], [0x2C, 0x02]]] }
                }
            broken.expect(forms.isEmpty || allowed.contains(forms), "unblock sent codes as \(forms)")
        case .raw:
            let lines = String(decoding: input.text, as: UTF8.self).split(separator: "\n")
            let most = lines.count { $0.contains("{") }
            broken.expect(forms.count <= most, "more commands with codes than were typed")
        }
        for command in secrets.dropLast() {
            broken.expect(command.finalStatus?.isSuccess == true, "a code sent after one that failed")
        }
    }

    /// No code goes out where the card said that it is the last try, or blocked.
    private func judgeCounters(
        _ secrets: [HostileCard.Command],
        _ dialog: MarkerDialog,
        _ broken: inout BrokenRules
    ) {
        for (number, command) in secrets.enumerated() {
            let reference: UInt8
            switch input.operation {
            case .report: continue
            case .verify, .change, .prove:
                // Not always P2: VERIFY of OpenPGP has its own names.
                guard let pin = dialog.codes.first?.request.pin else { continue }
                reference = pin.reference.rawValue
            case .unblock:
                guard number == 0, let plan = dialog.plan else { continue }
                reference = plan.puk.policy.reference.rawValue
            case .raw:
                guard command.header[1] != Instruction.resetRetryCounter else { continue }
                reference = command.reference
            }
            guard let status = command.counters[reference] else { continue }
            broken.expect(status.isBlocked != true, "a code sent to a blocked reference")
            guard status.remainingTries == 1 else { continue }
            let kinds = dialog.codes.map(\.request)
                .filter { $0.purpose != .new && $0.pin.reference.rawValue == reference }
                .map(\.pin.kind)
            let allowed =
                kinds.contains(.pin) && budget.lastTry
                || (kinds.contains(.puk) || kinds.contains(.key)) && budget.lastPUKTry
            broken.expect(allowed, "the last try spent unasked")
        }
    }

    /// Nothing stays verified: the card is reset, or has said that it has forgotten.
    private func judgeSecurityStatus(
        _ secrets: [HostileCard.Command],
        _ dialog: MarkerDialog,
        _ broken: inout BrokenRules
    ) {
        broken.expect(card.drops <= 1, "the security status dropped twice")
        guard !secrets.isEmpty else { return }
        broken.expect(dialog.endings == [.dropped], "nobody is told what became of the security status")
        guard card.drops == 0 else { return }
        let last = card.commands.lastIndex(where: \.carriesSecret) ?? 0
        let afterwards = card.commands[(last + 1)...].filter { $0.wasSent }
        broken.expect(
            FuzzedFamily.all.contains { $0.hasForgotten(secrets, afterwards) },
            "a verified code is left behind"
        )
    }

    /// A response goes out only where the challenge can still stand: something was asked, and nothing selected.
    private func judgeChallenge(_ dialog: MarkerDialog, _ broken: inout BrokenRules) {
        guard let before = dialog.commandsBeforeResponse,
            let response = card.commands.firstIndex(where: \.carriesSecret)
        else { return }
        broken.expect(response > before, "a response to a challenge that may not stand")
        if let reset = card.commandsBeforeReset {
            broken.expect(reset < before || reset > response, "a response to a challenge before a reset")
        }
        let between = card.commands[min(before, response)..<response]
        broken.expect(
            !between.contains { $0.header[1] == Instruction.select },
            "a SELECT between a challenge and its response"
        )
    }

    /// Each code appears in one command with a code, and nowhere else.
    private func judgeCodes(_ dialog: MarkerDialog, _ trace: [String], _ broken: inout BrokenRules) {
        for code in dialog.codes where code.isUnmistakable {
            guard dialog.codes.count(where: { $0.characters == code.characters }) == 1 else { continue }
            let carriers = card.commands.filter { command in
                command.carriesSecret && code.forms.contains { command.data.contains($0) }
            }
            broken.expect(carriers.count <= 1, "a code sent twice")
        }
        for command in card.commands where !command.carriesSecret {
            judgeText(command.data, "a command without codes", dialog, &broken)
        }
        var commands = card.commands[...]
        for line in trace {
            // What comes from the card is the card's own.
            if line.hasPrefix("<") { continue }
            judgeText(line, "the trace", dialog, &broken)
            guard line.hasPrefix(">"), let command = commands.popFirst() else { continue }
            guard command.carriesSecret else { continue }
            let length = Hex.string(of: [UInt8(truncatingIfNeeded: command.data.utf8.count / 2)])
            broken.expect(
                line == "> \(Hex.string(of: command.header))\(length) <secret>\n",
                "the trace shows a command with a code as something else"
            )
        }
    }

    private func judgeText(
        _ text: String,
        _ place: String,
        _ dialog: MarkerDialog,
        _ broken: inout BrokenRules
    ) {
        for code in dialog.codes where code.isUnmistakable {
            for form in code.unmistakableForms {
                broken.expect(!text.contains(form), "\(place) shows a code")
            }
        }
    }

    private func judgeOutcome(
        _ outcome: CardTarget.Outcome,
        _ secrets: [HostileCard.Command],
        _ broken: inout BrokenRules
    ) {
        if case .failed(.afterCode) = outcome {
            broken.expect(
                secrets.last?.finalStatus?.isSuccess == true,
                "an error says that a code was accepted, and none was"
            )
        }
        guard [.verify, .change, .unblock, .prove].contains(input.operation) else { return }
        switch outcome {
        case .done, .proof, .notProven(.notSigned):
            broken.expect(
                !secrets.isEmpty && secrets.allSatisfy { $0.finalStatus?.isSuccess == true },
                "success without the card's 9000"
            )
        case .failed(.card), .failed(.service), .failed(.refused), .failed(.cancelled), .failed(.noSuchPIN),
            .failed(.whichPIN), .failed(.whichUnblockingCode), .failed(.noSuchUnblockingCode),
            .failed(.challengeLost), .notProven:
            broken.expect(
                !secrets.contains { $0.wasSent },
                "an error says that no code was sent, and one was"
            )
        case .failed(.code), .failed(.blocked), .failed(.stillBlocked), .failed(.afterCode), .report,
            .notStarted:
            break
        }
    }

    private func judge(_ report: CardReport, _ broken: inout BrokenRules) {
        ReportRules.judge(report.pins.map(\.policy), &broken)
        ReportRules.judge(report.identity, &broken)
        let family = FuzzedFamily.all.first { $0.name == report.family }
        let retired = input.wantsRetiredCertificates ? family?.mostRetiredCertificates ?? 0 : 0
        ReportRules.judge(
            report.certificates,
            most: (family?.mostCertificates ?? 0) + retired,
            &broken
        )
    }
}
