import CardApplications
import CardOperations
import Testing
import VirtualCards

/// How many commands an operation sends at most, GET RESPONSE counted.
///
/// Time is not judged here.
@Suite struct CommandBudgetTests {
    @Test(arguments: [
        (CardProfile.siths, Operation.verify, 12), (.siths, .change, 12), (.siths, .unblock, 14),
        (.sithsT1, .verify, 10), (.sithsT1, .change, 10), (.sithsT1, .unblock, 12),
    ])
    func anOperationKeepsToItsBudget(profile: CardProfile, operation: Operation, limit: Int) throws {
        let bench = try OperationBench(profile, tries: [.authentication: operation == .unblock ? 0 : 2])
        #expect(bench.outcome(operation) == "ok")
        // A PIN that is named has its role read, as a list has it: the keys are two commands more.
        let limit = operation == .unblock ? limit + 2 : limit
        #expect((4...limit).contains(bench.reader.commands))
        // Unblocking without a name looks at every counter.
        if operation == .unblock {
            let unnamed = try OperationBench(profile, tries: [.authentication: 0])
            _ = try unnamed.unblock()
            #expect((4...(limit - 2)).contains(unnamed.reader.commands))
        }
    }

    @Test(arguments: [(CardProfile.siths, 12 + 2), (.sithsT1, 10 + 2)])
    func namedPINKeepsToItsBudget(profile: CardProfile, limit: Int) throws {
        let bench = try OperationBench(profile)
        #expect(try bench.verify(.name("01")).policy.role == .auth)
        #expect((4...limit).contains(bench.reader.commands))
    }

    @Test(arguments: [
        (CardProfile.siths, false, 20), (.siths, true, 40), (.sithsT1, false, 14), (.sithsT1, true, 24),
    ])
    func aReportKeepsToItsBudget(profile: CardProfile, isWhole: Bool, limit: Int) throws {
        let wish: CardReport.Wish = isWhole ? [.identity, .certificates] : []
        let bench = try OperationBench(profile)
        let report = try bench.report(wish)
        #expect(report.pins.map(\.policy.role) == [.auth, .sign, .puk])
        #expect(report.pins.map(\.status.remainingTries) == [3, 3, 10])
        #expect(report.certificates.count == (wish.isEmpty ? 0 : 2))
        #expect((4...limit).contains(bench.reader.commands))
        #expect(bench.ledger.begun == 1)
    }
}
