import CardCore
import CardOperations
import Testing
import VirtualCards

/// T2: responses of every unreasonable length, to every single command of every operation.
@Suite struct ResponseLengthTests {
    private static let statuses: [UInt16] = [0x9000, 0x6982, 0x6F42, 0x61FF, 0x6C10, 0x63C5]

    private static var responses: [InMemoryReader.Interference] {
        [0, 1].map { .loseAnswer(.truncatedResponse(length: $0)) }
            + statuses.flatMap { raw in
                [0, 1, 65_536].map { length in
                    let data = [UInt8](repeating: 0x30, count: length)
                    return .answer(ResponseAPDU(data: data, status: StatusWord(rawValue: raw)))
                }
            }
    }

    @Test(arguments: [CardProfile.siths, .sithsT1, .sithsTwoStep], Operation.allCases)
    func noLengthMakesACodeGoOutTwice(profile: CardProfile, operation: Operation) throws {
        for response in Self.responses {
            var number = 1
            var wasMet = true
            while wasMet {
                let bench = try OperationBench(
                    profile,
                    tries: [.authentication: operation == .unblock ? 0 : 2, .puk: 9]
                )
                let wanted = number
                bench.reader.interfere = { sent, _ in sent == wanted ? response : .proceed }
                _ = bench.outcome(operation)
                // In two steps the PUK goes out alone and the new PIN after it.
                let allowed = profile == .sithsTwoStep && operation == .unblock ? 2 : 1
                #expect(bench.reader.commandsWithSecret <= allowed, "\(response) to command \(number)")
                #expect(bench.reader.commands < 100)
                bench.expectOrder()
                wasMet = bench.reader.commands >= number
                number += 1
            }
            #expect(number > 6)
        }
    }
}
