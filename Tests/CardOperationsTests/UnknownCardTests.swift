import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// Cards that nobody knows are shown with what can be read, and nothing is tried on them.
@Suite struct UnknownCardTests {
    /// An application template with an AID that is no family's and a label.
    private static let directory: [UInt8] =
        [0x61, 0x0F, 0x4F, 0x06, 0xA0, 0x00, 0x00, 0x09, 0x99, 0x01, 0x50, 0x05] + Array("Local".utf8)

    /// A card with EF.DIR alone, whose ATR is Buypass's.
    private func bench() throws -> OperationBench {
        let bench = try OperationBench(.sithsT1) { image in
            image.atr = HexBytes([
                0x3B, 0x9F, 0x96, 0x40, 0x0A, 0x80, 0x31, 0xE0, 0x6B, 0x04, 0x52, 0x05, 0x02, 0x4F, 0x55,
                0x55,
                0x55, 0x55, 0x55, 0x55, 0x00,
            ])
            image.applications = []
            image.files.removeAll { $0.path.bytes != [0x3F, 0x00, 0x2F, 0x00] }
            try image.edit([0x3F, 0x00, 0x2F, 0x00]) { $0 = Self.directory }
        }
        bench.families = []
        return bench
    }

    @Test func whatTheCardListsIsShown() throws {
        let bench = try bench()
        let report = try bench.report()
        #expect(report.family == nil)
        #expect(report.pins.isEmpty && report.certificates.isEmpty)
        #expect(report.applications.map(\.aid) == [[0xA0, 0x00, 0x00, 0x09, 0x99, 0x01]])
        #expect(report.applications.map(\.label) == ["Local"])
    }

    @Test(arguments: Operation.allCases)
    func noPINOperationIsOfferedAndNothingIsAsked(operation: Operation) throws {
        let bench = try bench()
        #expect(bench.outcome(operation) == "card not recognised")
        #expect(bench.dialog.requests.isEmpty && bench.dialog.plans.isEmpty)
        // Questions about counters cost a try on some cards: none is asked where no card has named a code.
        let forbidden = Instruction.carryingSecrets
        #expect(bench.wire.commands.allSatisfy { !forbidden.contains($0[1]) })
        #expect(bench.reader.commands <= 16)
    }
}
