import CardApplications
import CardOperations
import Testing
import VirtualCards

/// What a card says of its codes in EF.AOD, where believing it would send a code to the wrong place.
@Suite struct CodeDirectoryTests {
    private func report(_ id: String, on bench: OperationBench) throws -> PINReport? {
        try bench.report([]).pins.first { $0.policy.id == id }
    }

    @Test func aSecondNameOfThePUKCountsAsThePUK() throws {
        func bench() throws -> OperationBench {
            let bench = try OperationBench(.siths, tries: [.puk: 1]) { image in try image.addAliasOfPUK() }
            bench.dialog.codes[.current] = [OperationBench.wrongPUK]
            return bench
        }
        let alias = try report("04", on: bench())
        #expect(alias?.policy.role == .puk && alias?.policy.kind == .puk)
        #expect(alias?.policy.reference.rawValue == 0x83)
        for budget in [TryBudget(), TryBudget(lastTry: true)] {
            let careful = try bench()
            #expect(
                outcome { () throws(OperationError) in try careful.verify(.name("04"), budget) }
                    == "refused lastPUKTry 04"
            )
            #expect(careful.dialog.requests.isEmpty && careful.reader.commandsWithSecret == 0)
            #expect(careful.tries(.puk) == 1)
            careful.expectOrder()
        }
        let insisting = try bench()
        let insisted = outcome { () throws(OperationError) in
            try insisting.verify(.name("04"), TryBudget(lastPUKTry: true))
        }
        #expect(insisted == "blocked 04 (04)" && insisting.tries(.puk) == 0)
    }

    @Test func aPaddedPINWhosePaddingNobodyTellsIsNotOffered() throws {
        func bench() throws -> OperationBench {
            try OperationBench(.siths) { image in try image.editFlags(ofCode: 0, set: [.needsPadding]) }
        }
        #expect(try bench().report([]).pins.map(\.policy.id) == ["02", "03"])
        for choice in [PINChoice.name("01"), .name("Legitimering")] {
            let bench = try bench()
            let refused = outcome { () throws(OperationError) in try bench.verify(choice) }
            #expect(refused.hasPrefix("no such PIN"))
            #expect(bench.dialog.requests.isEmpty && bench.reader.commandsWithSecret == 0)
            bench.expectOrder()
        }
    }

    @Test func aPINThatUnblocksItselfIsStillAPIN() throws {
        func bench() throws -> OperationBench {
            try OperationBench(.siths) { image in
                try image.replace([0x04, 0x01, 0x03], with: [0x04, 0x01, 0x01], inCode: 0)
            }
        }
        let login = try report("01", on: bench())
        #expect(login?.policy.kind == .pin && login?.policy.role == .auth)
        let verifying = try bench()
        #expect(verifying.outcome(.verify) == "ok")
        #expect(verifying.dialog.requests.map(\.pin.id) == ["01"])
        verifying.expectOrder()
    }

    /// The PIN with the empty label is the signature PIN, and the code that is typed would be wrong for it.
    @Test func anEmptyNameIsNobodysName() throws {
        let bench = try OperationBench(.siths) { image in try image.emptyLabelOfSignaturePIN() }
        #expect(try report("02", on: bench)?.policy.label == "")
        for operation in [bench.verify, bench.change] {
            let refused = outcome { () throws(OperationError) in
                try operation(PINChoice(argument: ""), TryBudget())
            }
            #expect(refused == "no such PIN ")
        }
        let refused = outcome { () throws(OperationError) in try bench.unblock(PINChoice(argument: "")) }
        #expect(refused == "no such PIN ")
        #expect(bench.dialog.requests.isEmpty && bench.reader.commandsWithSecret == 0)
        bench.expectOrder()
    }
}
