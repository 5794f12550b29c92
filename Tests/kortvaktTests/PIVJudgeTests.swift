import Testing

/// Yubico's tools and OpenSC are asked before and after each of our operations, and we after each of their own.
@Suite(.timeLimit(.minutes(10)))
struct PIVJudgeTests {
    struct Card: Sendable, CustomTestStringConvertible {
        let profile: String
        /// Of a fresh PUK.
        let pukTries: Int
        var isYubiKey: Bool { profile == "piv-yubikey" }
        var testDescription: String { profile }
    }

    static let cards = [Card(profile: "piv", pukTries: 10), Card(profile: "piv-yubikey", pukTries: 3)]

    @Test(arguments: cards)
    func theirProgramsKnowTheCardAndTellTheSameOfIt(card: Card) async throws {
        try await PIVJudges.with(card) { judges in
            #expect(try await judges.openSC.opensc("-n").out == "Personal Identity Verification Card\n")
            let ours = try await judges.shown()
            let number = try #require(ours["serialNumber"]?.text)
            let status = try await judges.yubico.status()
            let holder = try #require(status.values["CHUID"])
            let guid = try #require(holder.firstMatch(of: /3410([0-9a-f]{32})3508/)?.1)
            let dump = try await judges.openSC.pkcs15("--dump").out
            #expect(dump.contains("Serial number  : \(guid)\n"))
            #expect(
                dump.contains("Reference      : 128 (0x80)") && dump.contains("Reference      : 129 (0x81)")
            )
            if card.isYubiKey {
                #expect(number == status.values["Serial Number"])
                let version = try #require(try await judges.yubico.managerInfo().values["PIV version"])
                #expect(ours["product"] == .string("YubiKey " + version))
                #expect(status.values["Version"] == version)
            } else {
                #expect(number == guid.uppercased())
                #expect(ours["product"] == .null && status.values["Version"] == "No data available")
            }
            try await judges.agree(pin: 3, puk: card.pukTries)
        }
    }

    @Test(arguments: cards)
    func everybodyReadsTheCertificatesThatTheCardHolds(card: Card) async throws {
        try await PIVJudges.with(card) { judges in
            let ours = try await judges.shown("--retired")["certificates"]?.elements ?? []
            let slots = ["9A", "9C", "9D", "9E", "82", "83"]
            #expect(ours.map { $0["id"]?.text } == slots)
            let status = try await judges.yubico.status()
            let manager = card.isYubiKey ? try await judges.yubico.managerInfo() : nil
            for (index, (slot, summary)) in zip(slots, ours).enumerated() {
                let (pem, isPacked) = try await judges.certificateInImage(slot: slot)
                #expect(isPacked == (!card.isYubiKey && ["9D", "83"].contains(slot)))
                // OpenSC numbers the slots that have a certificate.
                let theirs = try await judges.openSC.pkcs15("--read-certificate", "0\(index + 1)").out
                #expect(theirs == pem, "\(slot)")
                let facts = try await judges.facts(of: theirs)
                let serialNumber = try #require(facts["serial"])
                #expect(summary["serialNumber"] == .string(serialNumber), "\(slot)")
                for name in ["subject", "issuer", "notBefore", "notAfter"] {
                    let fact = name.hasPrefix("not") ? facts[name]?.replacing(" ", with: "T") : facts[name]
                    #expect(fact != nil && summary[name]?.text == fact, "\(slot)")
                }
                // yubico-piv-tool 2.2 and ykman 4.0 stop at packed certificates.
                guard !isPacked else { continue }
                #expect(try await judges.yubico.certificate(slot: slot) == pem, "\(slot)")
                let fingerprint = try #require(facts["sha256 Fingerprint"]).filter(\.isHexDigit).lowercased()
                #expect(status.slots[slot]?["Fingerprint"] == fingerprint, "\(slot)")
                guard let manager else { continue }
                #expect(manager.slots[slot]?["Fingerprint"] == fingerprint, "\(slot)")
                let number = try #require(UInt64(serialNumber, radix: 16))
                #expect(manager.slots[slot]?["Serial"] == String(number), "\(slot)")
            }
        }
    }

    @Test(arguments: cards)
    func whatWeDoTheyConfirmAndTheCountersAgree(card: Card) async throws {
        try await PIVJudges.with(card) { judges in
            let (yubico, openSC, full) = (judges.yubico, judges.openSC, card.pukTries)
            try await judges.agree(pin: 3, puk: full)
            #expect(try await judges.ours("verify", ["246810"]) == .done)
            try await judges.agree(pin: 3, puk: full)
            #expect(try await judges.ours("verify", ["111222"]) == .refused(6, left: 2))
            try await judges.agree(pin: 2, puk: full)
            #expect(try await judges.ours("change", ["111222", "975310"]) == .refused(6, left: 1))
            try await judges.agree(pin: 1, puk: full)
            // The last try is not spent without being asked for.
            #expect(try await judges.ours("change", ["246810", "975310"]) == .refused(8, left: 1))
            try await judges.agree(pin: 1, puk: full)
            #expect(try await judges.ours("change", ["246810", "975310"], options: ["--last-try"]) == .done)
            try await judges.agree(pin: 3, puk: full)
            #expect(try await yubico.verify("246810") == .wrong(.pin, left: 2))
            #expect(try await yubico.verify("975310") == .accepted)
            try await judges.keysOpen(with: "975310")

            for left in [2, 1] {
                #expect(try await judges.ours("verify", ["111222"]) == .refused(6, left: left))
            }
            #expect(
                try await judges.ours("verify", ["111222"], options: ["--last-try"]) == .refused(7, left: 0)
            )
            try await judges.agree(pin: 0, puk: full)
            #expect(try await yubico.verify("975310") == .blocked(.pin))
            #expect(try await !openSC.accepts("975310"))

            #expect(try await judges.ours("unblock", ["11112222", "864202"]) == .refused(6, left: full - 1))
            try await judges.agree(pin: 0, puk: full - 1)
            #expect(try await judges.ours("unblock", ["13572468", "864202"]) == .done)
            try await judges.agree(pin: 3, puk: full)
            #expect(try await yubico.verify("975310") == .wrong(.pin, left: 2))
            #expect(try await openSC.accepts("864202"))
            try await judges.keysOpen(with: "864202")
            try await judges.agree(pin: 3, puk: full)
        }
    }

    @Test(arguments: cards)
    func thePUKIsChangedAndBlockedByUsAndTheyConfirmIt(card: Card) async throws {
        try await PIVJudges.with(card) { judges in
            let (yubico, openSC, full) = (judges.yubico, judges.openSC, card.pukTries)
            func puk(_ codes: [String], _ more: String...) async throws -> PIVJudges.Outcome {
                try await judges.ours("change", codes, options: ["--pin", "puk"] + more)
            }
            #expect(try await puk(["11112222", "86421357"]) == .refused(6, left: full - 1))
            try await judges.agree(pin: 3, puk: full - 1)
            #expect(try await puk(["13572468", "86421357"]) == .done)
            try await judges.agree(pin: 3, puk: full)
            #expect(try await yubico.unblock(puk: "13572468", new: "975310") == .wrong(.puk, left: full - 1))
            try await judges.agree(pin: 3, puk: full - 1)
            #expect(try await yubico.unblock(puk: "86421357", new: "975310") == .accepted)
            #expect(try await openSC.unblock(puk: "86421357", new: "864202"))
            try await judges.agree(pin: 3, puk: full)
            #expect(try await yubico.verify("864202") == .accepted)

            for left in (1..<full).reversed() {
                #expect(
                    try await yubico.change("11112222", to: "97531864", of: .puk) == .wrong(.puk, left: left)
                )
            }
            try await judges.agree(pin: 3, puk: 1)
            if card.isYubiKey {
                // Leave for the last try of a PIN is none for that of the PUK.
                #expect(try await puk(["86421357", "97531864"], "--last-try") == .refused(8, left: 1))
                try await judges.agree(pin: 3, puk: 1)
            }
            #expect(try await puk(["11112222", "97531864"], "--last-puk-try") == .refused(7, left: 0))
            try await judges.agree(pin: 3, puk: 0)
            #expect(try await yubico.change("86421357", to: "97531864", of: .puk) == .blocked(.puk))
            #expect(try await yubico.unblock(puk: "86421357", new: "975310") == .blocked(.puk))
            #expect(try await !openSC.unblock(puk: "86421357", new: "975310"))
            #expect(try await judges.ours("unblock", ["86421357", "975310"]) == .refused(7, left: 0))
            // The PIN is not touched by any of it.
            #expect(try await judges.ours("verify", ["864202"]) == .done)
            try await judges.agree(pin: 3, puk: 0)
        }
    }

    @Test(arguments: cards)
    func whatTheyDoWeSee(card: Card) async throws {
        try await PIVJudges.with(card) { judges in
            let (yubico, openSC, full) = (judges.yubico, judges.openSC, card.pukTries)
            #expect(try await yubico.change("111222", to: "975310") == .wrong(.pin, left: 2))
            try await judges.agree(pin: 2, puk: full)
            #expect(try await yubico.change("246810", to: "975310") == .accepted)
            try await judges.agree(pin: 3, puk: full)
            #expect(try await judges.ours("verify", ["246810"]) == .refused(6, left: 2))
            #expect(try await judges.ours("verify", ["975310"]) == .done)
            #expect(try await yubico.change("13572468", to: "86421357", of: .puk) == .accepted)
            #expect(try await judges.ours("unblock", ["13572468", "864202"]) == .refused(6, left: full - 1))
            try await judges.agree(pin: 3, puk: full - 1)

            #expect(try await yubico.verify("111222") == .wrong(.pin, left: 2))
            try await judges.agree(pin: 2, puk: full - 1)
            #expect(try await !openSC.accepts("111222"))
            try await judges.agree(pin: 1, puk: full - 1)
            // The answer to the last try tells that it was the last one.
            #expect(try await yubico.verify("111222") == .blocked(.pin))
            try await judges.agree(pin: 0, puk: full - 1)
            #expect(try await judges.ours("verify", ["975310"]) == .refused(7, left: 0))
            #expect(try await yubico.unblock(puk: "86421357", new: "864202") == .accepted)
            try await judges.agree(pin: 3, puk: full)
            #expect(try await judges.ours("verify", ["864202"]) == .done)

            #expect(try await openSC.change("864202", to: "135791"))
            #expect(try await judges.ours("verify", ["135791"]) == .done)
            #expect(try await openSC.change("86421357", to: "13572468", id: "02"))
            #expect(try await judges.ours("unblock", ["13572468", "975310"]) == .done)
            #expect(try await openSC.unblock(puk: "13572468", new: "246802"))
            #expect(try await judges.ours("change", ["246802", "975310"]) == .done)
            try await judges.agree(pin: 3, puk: full)

            guard card.isYubiKey else { return }
            let change = try await yubico.manager("access", "change-pin", "-P", "975310", "-n", "Ab-9 xyz")
            #expect(change.exitCode == 0)
            #expect(try await judges.ours("verify", ["Ab-9 xyz"]) == .done)
            let wrong = try await yubico.manager("access", "unblock-pin", "-p", "11112222", "-n", "864202")
            #expect(wrong.exitCode == 1 && wrong.said.contains("2 tries left"))
            try await judges.agree(pin: 3, puk: 2)
        }
    }

    /// Without a maker's own questions a verified PIN hides its counter; on a YubiKey OpenSC ends what it finds.
    @Test func aPINThatSomebodyElseHasVerifiedStaysSoUntilWeUseIt() async throws {
        try await PIVJudges.with(Self.cards[0]) { judges in
            #expect(try await judges.openSC.accepts("246810"))
            #expect(try await judges.emptyVerify() == "9000")
            let pins = try await judges.shown()["pins"]?.elements ?? []
            #expect(pins.first?["remainingTries"] == .null && pins.first?["blocked"] == .bool(false))
            #expect(try await judges.emptyVerify() == "9000")
            #expect(try await judges.ours("verify", ["246810"]) == .done)
            try await judges.agree(pin: 3, puk: 10)
        }
    }
}
