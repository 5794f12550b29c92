import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// A PUK that the card's directory does not name is there all the same on most cards, and is offered as untested.
///
/// `pkcs15-tool --unblock-pin` sends RESET RETRY COUNTER with the PIN's reference, and the PUK padded like the PIN
/// (OpenSC, `sc_pkcs15_unblock_pin`).
@Suite struct UnnamedPUKTests {
    @Test(arguments: InitialisedCard.allCases)
    func blockedPINIsUnblocked(card: InitialisedCard) throws {
        let bench = try card.bench(tries: [.authentication: 0])
        bench.dialog.answers = [.useUntestedForm: true]
        let unblocked = try bench.unblock()
        #expect(unblocked.pin.policy.id == "01" && unblocked.puk.policy.id == "01/puk")
        #expect(bench.value(.authentication) == OperationBench.new && bench.tries(.authentication) == 3)
        #expect(bench.dialog.questions == [.useUntestedForm])
        let sent = bench.wire.commands.filter { $0[1] == Instruction.resetRetryCounter }
        let data = Array(OperationBench.puk.utf8) + Array(OperationBench.new.utf8) + [0x00, 0x00]
        #expect(sent == [[0x00, 0x2C, 0x00, 0x01, 0x10] + data])
        bench.expectOrder()
    }

    @Test func nothingIsSentWithoutThePersonsWord() throws {
        let bench = try InitialisedCard.isoApplet.bench(tries: [.authentication: 0])
        bench.dialog.isInteractive = false
        #expect(bench.outcome(.unblock) == "refused untestedForm 01")
        #expect(bench.outcome(.unblock, TryBudget(untested: true)) == "ok")
        let refusing = try InitialisedCard.isoApplet.bench(tries: [.authentication: 0])
        #expect(refusing.outcome(.unblock) == "cancelled" && refusing.reader.commandsWithSecret == 0)
        refusing.expectOrder()
    }

    @Test func wrongPUKIsToldAsSuch() throws {
        let bench = try InitialisedCard.myEID.bench(tries: [.authentication: 0])
        bench.dialog.answers = [.useUntestedForm: true]
        bench.dialog.codes[.unblocking] = [OperationBench.wrongPUK]
        #expect(bench.outcome(.unblock) == "wrong 01/puk 9 (01/puk)")
        #expect(bench.counters == [0, nil, 9])
        bench.expectOrder()
    }

    /// `unblockedBy` names a code that the list has, and each PIN has one of its own.
    @Test func listNamesWhatUnblocks() throws {
        let report = try InitialisedCard.isoApplet.bench(hasSignaturePIN: true).report([])
        #expect(report.pins.map(\.policy.id) == ["01", "02", "01/puk", "02/puk"])
        #expect(report.pins.map(\.policy.unblockedBy) == ["01/puk", "02/puk", nil, nil])
        #expect(report.pins.map(\.policy.kind) == [.pin, .pin, .puk, .puk])
        #expect(report.pins.suffix(2).allSatisfy { $0.status == .unknown && $0.policy.maximumTries == nil })
        #expect(report.evidence == .unknown)
    }

    /// A blocked PIN's own message asks whether anything unblocks it (`FailureWording`).
    @Test func blockedPINSaysWhatUnblocksIt() throws {
        let bench = try InitialisedCard.isoApplet.bench(tries: [.authentication: 0])
        do {
            _ = try bench.verify()
            Issue.record("a blocked PIN was verified")
        } catch .blocked(let pin, let ways) {
            #expect(pin.id == "01" && ways.map(\.id) == ["01/puk"])
        } catch {
            Issue.record("\(error.brief)")
        }
    }

    @Test func unnamedPUKIsPresentedInNoOtherWay() throws {
        let bench = try InitialisedCard.isoApplet.bench()
        #expect(
            outcome { () throws(OperationError) in try bench.verify(.role(.puk)) }
                == "refused verifyNotAllowed 01/puk"
        )
        #expect(
            outcome { () throws(OperationError) in try bench.change(.name("01/puk")) }
                == "refused changeNotAllowed 01/puk"
        )
        #expect(bench.reader.commandsWithSecret == 0)
        // By hand the reference is the PIN's, and {puk} what unblocks it.
        let byHand = try InitialisedCard.isoApplet.bench(tries: [.authentication: 0])
        #expect(try byHand.outcome(sending: ["002C0001{puk}{new}"]) == "ok")
        #expect(byHand.value(.authentication) == OperationBench.new)
        let pin = try InitialisedCard.isoApplet.bench()
        #expect(try pin.outcome(sending: ["00200001{pin}"]) == "ok")
    }

    /// A counter by GET DATA would be the PIN's, under whose reference the PUK is.
    @Test func counterOfThePINIsNotThePUKs() throws {
        let bench = try InitialisedCard.isoApplet.bench { image in
            image.atr = HexBytes([
                0x3B, 0xFF, 0x96, 0, 0, 0x81, 0x31, 0xFE, 0x43, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x85, 0x04, 0,
                0x11, 0x73, 0xB6, 0x21, 0x40, 0x81, 0x05, 0x30,
            ])
            image.behaviour.countersByGetData = true
        }
        #expect(try bench.report([]).pins.map(\.status.remainingTries) == [3, nil])
    }

    private func entries(_ entries: [UInt8]..., in card: InitialisedCard = .isoApplet) throws -> [PINReport] {
        let bench = try card.bench(hasSignaturePIN: true) { image in
            try image.edit(InitialisedCard.authenticationObjects) { $0 = entries.flatMap(\.self) }
        }
        return try bench.report([]).pins
    }

    @Test func onlyAPINWithoutAPUKGetsOne() throws {
        let unblockDisabled = DER.bits(0, 3, 4, 5)
        let never = try entries(PINEntry(id: 1, flags: unblockDisabled, reference: 1).bytes)
        #expect(never.map(\.policy.id) == ["01"] && never[0].policy.unblockedBy == nil)
        let puk = PINEntry(id: 3, label: "PUK", flags: DER.bits(0, 4, 5, 6), reference: 3).bytes
        let named = try entries(PINEntry(id: 1, unblockedBy: 3, reference: 1).bytes, puk)
        #expect(named.map(\.policy.id) == ["01", "03"] && named[0].policy.unblockedBy == "03")
        let only = try entries(PINEntry(id: 1, reference: 1).bytes, puk)
        #expect(only.map(\.policy.unblockedBy) == ["03", nil])
        let dangling = try entries(PINEntry(id: 1, unblockedBy: 9, reference: 1).bytes)
        #expect(dangling.map(\.policy.unblockedBy) == ["01/puk", nil])
        // Two PUKs, of which none is said to be this PIN's.
        let other = PINEntry(id: 4, label: "PUK 2", flags: DER.bits(0, 4, 5, 6), reference: 4).bytes
        #expect(
            try entries(PINEntry(id: 1, reference: 1).bytes, puk, other).map(\.policy.unblockedBy) == [
                nil, nil, nil,
            ]
        )
    }

    /// A PUK that is listed and cannot be used, or may be listed in an entry that cannot be read, is no unnamed one.
    @Test func listedPUKThatCannotBeUsedIsNotReplaced() throws {
        let pin = PINEntry(id: 1, unblockedBy: 3, reference: 1).bytes
        var unknownType = PINEntry(id: 3, label: "PUK", flags: DER.bits(0, 4, 5, 6), reference: 3).bytes
        let type = unknownType.indices.first { unknownType[$0...].starts(with: [0x0A, 0x01, 0x01]) } ?? 0
        unknownType[type + 2] = 0x09
        #expect(try entries(pin, unknownType).map(\.policy.id) == ["01"])
        var damaged = unknownType
        damaged[type] = 0x05
        #expect(try entries(pin, damaged).map(\.policy.id) == ["01"])
    }
}
