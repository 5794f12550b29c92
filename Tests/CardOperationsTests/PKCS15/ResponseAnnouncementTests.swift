import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// T=0 cards that answer `61XX` to a command that asked for no data, and `6985` to the GET RESPONSE after it (OsEID).
@Suite struct ResponseAnnouncementTests {
    private func checkedBench() throws -> OperationBench {
        let bench = try InitialisedCard.osEID.bench(hasSignaturePIN: true)
        // The card of the issue: what was announced is not there.
        let probe = FileSystemCard(image: bench.card.image)
        probe.reset()
        let name: [UInt8] = [0xA0, 0x00, 0x00, 0x00, 0x63] + Array("PKCS-15".utf8)
        #expect(probe.process([0x00, 0xA4, 0x04, 0x0C, 0x0C] + name) == [0x61, 0x00])
        #expect(probe.process([0x00, 0xA4, 0x02, 0x0C, 0x02, 0x50, 0x31]) == [0x61, 0x00])
        #expect(probe.process([0x00, 0xC0, 0x00, 0x00, 0x00]) == [0x69, 0x85])
        return bench
    }

    @Test func announcedDataIsNotFetched() throws {
        let bench = try checkedBench()
        let report = try bench.report()
        #expect(report.pins.map(\.policy.role) == [.auth, .sign, .puk, .puk])
        #expect(report.certificates.count == 2 && report.identity.label == "Card")
        for (command, next) in zip(bench.wire.commands, bench.wire.commands.dropFirst())
        where command[1] == Instruction.select && command[3] == 0x0C {
            #expect(next[1] != Instruction.getResponse)
        }
    }

    @Test(arguments: Operation.allCases)
    func codesArePresented(operation: Operation) throws {
        let bench = try checkedBench()
        bench.dialog.answers = [.useUntestedForm: true]
        #expect(bench.outcome(operation) == "ok")
        #expect(
            bench.value(.authentication) == (operation == .verify ? OperationBench.auth : OperationBench.new)
        )
        bench.expectOrder()
    }
}
