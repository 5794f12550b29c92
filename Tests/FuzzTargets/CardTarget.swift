internal import CardApplications
internal import CardCore
internal import CardOperations

/// What a person does with a card, on a card that does what the input says, judged by `CardRules`.
enum CardTarget {
    /// What an operation came to.
    enum Outcome {
        case report(CardReport)
        case done
        case proof(PossessionProof)
        case notProven(ProofError)
        case failed(OperationError)
        /// The commands of `kortvakt apdu` were refused as they were typed.
        case notStarted
    }

    /// Feeds `bytes`, a card that is taken for one of `families` first, and returns what happened, for a person to read.
    @discardableResult
    static func run(_ bytes: [UInt8], families: [String], _ broken: inout BrokenRules) -> () -> String {
        let input = HostileInput(decoding: bytes)
        let card = HostileCard(input)
        let lines = TraceLines()
        let trace = CardTrace { lines.append($0) }
        var dialog = MarkerDialog(input, seed: seed(of: bytes), card: card)
        let rules = CardRules(input: input, card: card, budget: dialog.budget)
        let connection = HostileConnection(
            card,
            families: families,
            trace: trace,
            refusedTransaction: Int(input.options[5] & 7)
        )
        let outcome = run(input, on: connection, card: card, dialog: &dialog, rules: rules)
        rules.judge(outcome, dialog: dialog, trace: lines.all, &broken)
        let budget = dialog.budget
        return {
            let text = String(decoding: input.text, as: UTF8.self)
            let lines = lines.all.joined()
            return "\(input.operation) \(text.debugDescription) \(budget)\n\(lines)-> \(outcome)\n"
        }
    }

    /// The steps of a run without any, on a card that answers.
    static func steps(
        of input: HostileInput,
        families: [String],
        answering answer: @escaping ([UInt8]) -> [UInt8],
        rightCode: @escaping (CodeRequest) -> [UInt8]?
    ) -> [HostileInput.Step] {
        let card = HostileCard(input)
        card.answer = answer
        var dialog = MarkerDialog(input, seed: seed(of: input.encoded), card: card)
        dialog.rightCode = rightCode
        let rules = CardRules(input: input, card: card, budget: dialog.budget)
        let connection = HostileConnection(
            card,
            families: families,
            trace: CardTrace { _ in },
            refusedTransaction: 0
        )
        _ = run(input, on: connection, card: card, dialog: &dialog, rules: rules)
        return card.answered
    }

    private static func run(
        _ input: HostileInput,
        on connection: consuming HostileConnection,
        card: HostileCard,
        dialog: inout MarkerDialog,
        rules: CardRules
    ) -> Outcome {
        let text = String(decoding: input.text.prefix(4_096), as: UTF8.self)
        let budget = dialog.budget
        // For unblocking the second line is what unblocks.
        let names = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init
        )
        let name = input.operation == .unblock ? names.first ?? "" : text
        let choice = PINChoice(argument: name.isEmpty ? nil : name)
        do throws(OperationError) {
            switch input.operation {
            case .report:
                var connection = connection
                var wish: CardReport.Wish = [.identity, .certificates]
                if input.wantsRetiredCertificates { wish.insert(.retiredCertificates) }
                return .report(try CardReport.read(wish, from: &connection))
            case .verify:
                _ = try PINOperations.verify(
                    choice,
                    on: connection,
                    budget: budget,
                    dialog: &dialog
                )
            case .change:
                _ = try PINOperations.change(
                    choice,
                    on: connection,
                    budget: budget,
                    dialog: &dialog
                )
            case .unblock:
                _ = try PINOperations.unblock(
                    choice,
                    with: names.count > 1 ? names[1] : nil,
                    on: connection,
                    budget: budget,
                    dialog: &dialog
                )
            case .prove: return prove(name, input, on: connection, card: card, dialog: &dialog)
            case .raw:
                let lines = text.split(separator: "\n").prefix(16).map(String.init)
                guard let commands = try? RawCommand.parse(lines) else { return .notStarted }
                card.counters.isOn = rules.mayWatchCounters(of: commands)
                try PINOperations.send(
                    commands,
                    on: connection,
                    budget: budget,
                    dialog: &dialog,
                    received: { _ in }
                )
            }
            return .done
        } catch {
            return .failed(error)
        }
    }

    private static func prove(
        _ name: String,
        _ input: HostileInput,
        on connection: consuming HostileConnection,
        card: HostileCard,
        dialog: inout MarkerDialog
    ) -> Outcome {
        let budget = dialog.budget
        do throws(ProofError) {
            let proof = try PINOperations.prove(
                name.isEmpty ? .login : .id(name),
                on: connection,
                budget: budget,
                dialog: &dialog
            ) { certificate, forms in
                card.makesRequest(for: certificate, forms)
                return ProofRules.request(among: forms, choice: input.options[4] >> 4)
            }
            return .proof(proof)
        } catch {
            if case .operation(let error) = error { return .failed(error) }
            return .notProven(error)
        }
    }

    /// FNV-1a, 64 bits (draft-eastlake-fnv): the same input leads to the same codes.
    private static func seed(of bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
