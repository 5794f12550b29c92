import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// What each PIN is for: the same whichever command says it, and with no more reading than that takes.
@Suite struct RoleTests {
    /// The roles that a list gives, by id.
    private func listed(_ bench: OperationBench) throws -> [String: PINRole] {
        let pins = try bench.report([]).pins.map(\.policy)
        return Dictionary(uniqueKeysWithValues: pins.compactMap { pin in pin.role.map { (pin.id, $0) } })
    }

    private static let benches: [@Sendable () throws -> OperationBench] = [
        { try OperationBench(.siths) }, { try OperationBench(.fineid) }, { try OperationBench(.reservkort) },
        { try InitialisedCard.isoApplet.bench(hasSignaturePIN: true) }, { try InitialisedCard.osEID.bench() },
    ]

    @Test(arguments: benches.indices, ["01", "02"])
    func namedPINHasTheRoleOfTheList(index: Int, id: String) throws {
        let roles = try listed(Self.benches[index]())
        guard roles[id] == .auth || roles[id] == .sign else { return }
        let bench = try Self.benches[index]()
        bench.dialog.codes[.current] = [id == "01" ? OperationBench.auth : OperationBench.sign]
        #expect(try bench.verify(.name(id)).policy.role == roles[id])
        let unblocking = try Self.benches[index]()
        unblocking.dialog.answers = [.useUntestedForm: true]
        #expect(try unblocking.unblock(.name(id)).pin.policy.role == roles[id])
        let refusing = try Self.benches[index]()
        refusing.dialog.codes[.current] = []
        _ = outcome { () throws(OperationError) in try refusing.verify(.name(id)) }
        #expect(refusing.dialog.requests.map(\.pin.role) == [roles[id]])
    }

    /// FINEID's labels do not say what a PIN is for in this order: only the keys do.
    @Test func roleDoesNotComeFromTheLabelAlone() throws {
        let bench = try InitialisedCard.isoApplet.bench(hasSignaturePIN: true) { image in
            try image.edit(InitialisedCard.authenticationObjects) { bytes in
                bytes = PINEntry(id: 1, label: "Signing", reference: 1).bytes
                bytes += PINEntry(id: 2, label: "Login", reference: 2).bytes
            }
        }
        #expect(try listed(bench) == ["01": .auth, "02": .sign, "01/puk": .puk, "02/puk": .puk])
        #expect(try bench.verify(.name("01")).policy.role == .auth)
    }

    /// Keys that bind their holder beside keys that only log in tell the two PINs apart, with no certificate read.
    @Test func keyUsageIsEnough() throws {
        let bench = try InitialisedCard.osEIDT1.bench(hasSignaturePIN: true)
        #expect(try listed(bench)["02"] == .sign)
        let certificates = bench.wire.commands.filter {
            $0[1] == Instruction.select && $0.count > 6 && $0.suffix(2).first == 0x43
        }
        #expect(certificates.isEmpty)
    }

    /// Where both PINs open keys of the same usages, certificates tell.
    @Test func certificatesDecideWhereKeysDoNot() throws {
        let bench = try InitialisedCard.osEIDT1.bench(hasSignaturePIN: true) { image in
            try image.edit(InitialisedCard.place + [0x44, 0x02]) { bytes in
                bytes = KeyEntry(id: 0x46, pin: 1, usage: KeyEntry.signature, reference: 1).bytes
                bytes += KeyEntry(id: 0x45, pin: 2, usage: KeyEntry.signature, reference: 2).bytes
            }
        }
        let roles = try listed(bench)
        #expect(roles["01"] == .sign && roles["02"] == .auth)
    }

    @Test func onlyPINLogsInWithNothingRead() throws {
        let bench = try InitialisedCard.isoApplet.bench { image in
            try image.edit(InitialisedCard.authenticationObjects) { bytes in
                bytes = PINEntry(id: 1, label: "Signature PIN", reference: 1).bytes
            }
        }
        #expect(try listed(bench) == ["01": .auth, "01/puk": .puk])
        #expect(!bench.wire.commands.contains { $0.suffix(2) == [0x44, 0x02] })
    }
}
