import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// How a PKCS#15 application is found and its files are selected on cards that know fewer forms.
@Suite struct WayInTests {
    /// The Rutoken ECP has no name for it, only a place (OpenSC's fuzzing corpus, `fuzz_pkcs11/e9907948…`).
    private func nameless(hasDirectory: Bool, tries: [CodeRole: Int] = [:]) throws -> OperationBench {
        let bench = try InitialisedCard.osEIDT1.bench(tries: tries) { image in
            image.applications = []
            if !hasDirectory { image.files.removeAll { $0.path.bytes == [0x3F, 0x00, 0x2F, 0x00] } }
        }
        bench.dialog.answers = [.useUntestedForm: true]
        return bench
    }

    @Test(arguments: [false, true], Operation.allCases)
    func applicationWithoutANameIsFoundByItsPlace(hasDirectory: Bool, operation: Operation) throws {
        let bench = try nameless(hasDirectory: hasDirectory)
        #expect(try bench.report().pins.map(\.policy.id) == ["01", "01/puk"])
        let presenting = try nameless(hasDirectory: hasDirectory)
        #expect(presenting.outcome(operation) == "ok")
        presenting.expectOrder()
    }

    /// In the same corpus a file identifier alone finds nothing below that place.
    @Test func filesBelowAPlaceAreSelectedByTheirWholePath() throws {
        let bench = try nameless(hasDirectory: true)
        bench.wire.answerInstead = { command in
            command[1] == Instruction.select && command[2] == 0x02 ? [0x6A, 0x82] : nil
        }
        #expect(try bench.report().pins.map(\.policy.id) == ["01", "01/puk"])
        #expect(bench.outcome(.verify) == "ok")
    }

    /// The directory alone proves nothing: a card may accept any SELECT.
    @Test func placeWithoutAnObjectDirectoryIsNoApplication() throws {
        let bench = try nameless(hasDirectory: false)
        bench.wire.answerInstead = { command in
            if command[1] == Instruction.select { return command[2] == 0x04 ? [0x6A, 0x82] : [0x90, 0x00] }
            return [0x6D, 0x00]
        }
        #expect(try bench.report([]).family == nil)
        #expect(bench.outcome(.verify) == "card not recognised")
        #expect(bench.reader.commandsWithSecret == 0)
    }

    /// Between the two transactions another program selects an application that has a directory of the same number.
    @Test func codeGoesToTheSameObjectDirectoryOnly() throws {
        let bench = try nameless(hasDirectory: false)
        bench.ledger.beforeTransaction = { number in
            guard number == 2 else { return }
            bench.wire.answerInstead = { command in
                switch command[1] {
                case Instruction.select: [0x90, 0x00]
                case Instruction.readBinary:
                    DER.object(0xA8, DER.path([0x3F, 0x00, 0x50, 0x15, 0x44, 0x09])) + [0xFF, 0x90, 0x00]
                default: nil
                }
            }
        }
        #expect(bench.outcome(.verify) == "card not recognised")
        #expect(bench.reader.commandsWithSecret == 0)
        bench.expectOrder()
    }

    /// Once the card has refused P2 = 0C, it is not asked so again (Aventra MyEID 4.5, the same corpus).
    @Test func refusedFormOfSelectIsNotRepeated() throws {
        let bench = try InitialisedCard.myEID.bench(hasSignaturePIN: true)
        #expect(try bench.report().certificates.count == 2)
        #expect(bench.wire.commands.count { $0[1] == Instruction.select && $0[3] == 0x0C } == 1)
    }

    /// A card may know the FCP template alone, P2 = 04.
    @Test func fcpIsAskedForWhereNothingElseIsTaken() throws {
        let bench = try InitialisedCard.myEID.bench(hasSignaturePIN: true)
        bench.wire.answerInstead = { command in
            command[1] == Instruction.select && command[2] != 0x04 && command[3] != 0x04 ? [0x6A, 0x86] : nil
        }
        #expect(try bench.report().certificates.count == 2)
        #expect(bench.wire.commands.count { $0[1] == Instruction.select && $0[3] == 0x0C } == 1)
    }
}
