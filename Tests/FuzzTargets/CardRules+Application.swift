internal import CardApplications
internal import CardCore

/// A code reaches only the application that is meant.
extension CardRules {
    /// In the transaction of a code the card has accepted a proof of selection before it, of the same application as when the
    /// card was surveyed, and no other application was selected in between.
    func judgeApplication(_ secrets: [HostileCard.Command], _ broken: inout BrokenRules) {
        let surveyed = card.commands.filter { $0.transaction == 1 }.compactMap(provenFamily).last
        for (index, secret) in card.commands.enumerated() where secret.carriesSecret {
            let before = card.commands[..<index].filter {
                $0.transaction == secret.transaction && !$0.carriesSecret
            }
            let proven = before.compactMap(provenFamily)
            guard let family = proven.last else {
                broken.expect(false, "a code sent without a proof of selection in its transaction")
                continue
            }
            broken.expect(
                surveyed.map { $0 == family } ?? true,
                "a code sent to \(family), and \(surveyed ?? "nothing") was surveyed"
            )
        }
    }

    /// Whether a challenge was asked for.
    private var isChallenged: Bool {
        card.commands.contains {
            $0.header[1] == Instruction.getChallenge && $0.finalStatus?.isSuccess == true
        }
    }

    /// The family whose application `command` selected, or showed to be selected; `nil` where the card did not accept it.
    private func provenFamily(_ command: HostileCard.Command) -> String? {
        guard command.wasSent, let status = command.finalStatus,
            status.isSuccess || (0x61...0x62).contains(status.sw1)
        else { return nil }
        switch Array(command.header.dropFirst()) {
        case [Instruction.select, 0x04, 0x00], [Instruction.select, 0x04, 0x04],
            [Instruction.select, 0x04, 0x0C]:
            return CardFamilies.all.first { family in
                family.applicationIdentifiers.contains { command.data.hasPrefix(Hex.string(of: $0)) }
            }?.name ?? "another application"
        // The last way into PKCS#15 is a path.
        case [Instruction.select, 0x08, 0x00], [Instruction.select, 0x08, 0x04],
            [Instruction.select, 0x08, 0x0C],
            [Instruction.select, 0x00, 0x00], [Instruction.select, 0x00, 0x04],
            [Instruction.select, 0x00, 0x0C]:
            return command.data.hasPrefix("5015") ? PKCS15Family.name : nil
        case [Instruction.getDataWithTags, 0x3F, 0xFF] where command.data.hasPrefix("5C017E"):
            return PIVFamily.name
        case [0xF7, 0x00, 0x80], [0xF7, 0x00, 0x81]: return PIVFamily.name
        case [Instruction.getData, 0x00, 0x6E]: return OpenPGPFamily.name
        case [Instruction.getDataWithTags, 0xA0, 0x00] where command.data.hasPrefix("5C02DF1F"):
            return GIDSFamily.name
        // The card identifier, read again without a SELECT after a challenge.
        case [Instruction.readBinary, 0x00, 0x00] where isChallenged: return IDPrimeFamily.name
        default: return nil
        }
    }
}
