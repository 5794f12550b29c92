internal import CardApplications
internal import CardCore
internal import CardOperations

extension CardRules {
    /// How many tries are left after a wrong code is what the card has said since, and never what was read before.
    func judgeTries(
        _ outcome: CardTarget.Outcome,
        _ last: HostileCard.Command?,
        _ broken: inout BrokenRules
    ) {
        guard card.counters.isOn, case .failed(.code(.wrong(_, let told?), _)) = outcome, let last else {
            return
        }
        // 630X is how old YubiKeys say it.
        let inStatus = last.finalStatus.flatMap { $0.sw1 == 0x63 ? Int($0.sw2 & 0x0F) : nil }
        let isHeard =
            inStatus == told || card.counters.sinceCode.values.contains { $0.remainingTries == told }
        broken.expect(isHeard, "a counter of before the code told as the one after it")
    }
}
