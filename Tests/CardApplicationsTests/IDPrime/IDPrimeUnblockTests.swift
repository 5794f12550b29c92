import CardApplications
import CardCore
import Testing
import VirtualCards

/// Unblocking by the administrator's key, in its two transactions.
@Suite struct IDPrimeUnblockTests {
    private let new = "80462913"

    /// Requests a challenge, runs `between`, and answers with what `answer` makes of the right response.
    ///
    /// `stands` is `false` where the challenge was void and nothing was answered.
    private func unblock(
        _ bench: FamilyBench,
        between: () throws -> Void = {},
        answer: ([UInt8]) -> [UInt8] = { $0 }
    ) throws -> (stands: Bool, error: PINError?) {
        let key = try #require(bench.card.image.administratorKey)
        let read = try bench.withSession(for: .codes) { session in
            let pins = try session.readPINs(roles: false)
            return (session.application, pins[0], try #require(pins.last))
        }
        let (found, pin, puk) = try #require(read)
        let (application, challenge) = try bench.withReopened(found, toPresent: puk) { session in
            let challenge = try session.requestChallenge(of: puk)
            return (session.application, challenge)
        }
        #expect(bench.commands.last == [0x00, 0x84, 0x00, 0x01, 0x08])
        try between()
        let before = bench.commands.count
        let response = answer(try #require(key.response(to: challenge)))
        let error = try bench.withChallenge(of: application) { session -> PINError? in
            #expect(Array(bench.commands.dropFirst(before)) == [[0x00, 0xB0, 0x00, 0x00, 0x10]])
            do throws(PINError) {
                try session.unblock(pin, by: pin.unblocking[0], of: puk, secret(response), to: secret(new))
                return nil
            } catch { return error }
        }
        return (error != nil, error ?? nil)
    }

    private func blocked() throws -> FamilyBench {
        let bench = try IDPrimeFamilyBench.make()
        let wrong = try IDPrimeFamilyBench.bytes("0020001110" + String(repeating: "39", count: 16))
        _ = bench.process(try IDPrimeFamilyBench.bytes(IDPrimeFamilyBench.select))
        for _ in 0..<3 { _ = bench.process(wrong) }
        bench.reset()
        return bench
    }

    @Test func theRightResponseGivesThePINItsNewValue() throws {
        let bench = try blocked()
        #expect(bench.card.state.codes["11"]?.remainingTries == 0)
        let outcome = try unblock(bench)
        #expect(outcome.stands && outcome.error == nil)
        let code = try #require(bench.card.state.codes["11"])
        #expect(code.value == new && code.remainingTries == 3)
        // One command for the response and one for the new PIN, padded.
        let sent = bench.commands.suffix(2)
        #expect(sent.map { Hex.string(of: Array($0.prefix(5))) } == ["0082001208", "002C021110"])
        #expect(sent.last?.suffix(8) == [0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test func aWrongResponseIsTheKeysAndNothingElseIsSent() throws {
        let bench = try blocked()
        let outcome = try unblock(bench, answer: { [$0[0] ^ 1] + $0.dropFirst() })
        #expect(outcome.error == .wrong(id: "12", remainingTries: 4))
        #expect(bench.card.state.codes["12"]?.remainingTries == 4)
        #expect(bench.card.state.codes["11"]?.remainingTries == 0)
        #expect(!bench.commands.contains { $0[1] == Instruction.resetRetryCounter })
    }

    @Test func theLastWrongResponseBlocksTheKey() throws {
        let bench = try blocked()
        for left in (0..<5).reversed() {
            let error = try unblock(bench, answer: { [$0[0] ^ 1] + $0.dropFirst() }).error
            #expect(error == (left == 0 ? .blocked(id: "12") : .wrong(id: "12", remainingTries: left)))
        }
        #expect(try unblock(bench).error == .blocked(id: "12"))
    }

    @Test func aChallengeFallsWithWhatIsSelected() throws {
        for command in [
            IDPrimeFamilyBench.select, "00A4080C020101", "00A4000C020211",
            Hex.string(of: [0, 0xA4, 4, 0x0C, 5, 0xA0, 0, 0, 0, 3]),
        ] {
            let bench = try blocked()
            let outcome = try unblock(
                bench,
                between: { _ = bench.process(try IDPrimeFamilyBench.bytes(command)) }
            )
            // A SELECT that fails leaves everything as it is.
            #expect(outcome.stands == command.hasSuffix("03"), "\(command)")
            #expect(bench.card.state.codes["12"]?.remainingTries == 5)
        }
        let bench = try blocked()
        #expect(try !unblock(bench, between: { bench.reset() }).stands)
        #expect(!bench.commands.contains { $0[1] == 0x82 })
    }

    @Test func anotherCardInThePlaceOfThisOneGetsNoResponse() throws {
        let bench = try blocked()
        let other = [UInt8](repeating: 0x4C, count: 16) + [0x90, 0x00]
        let outcome = try unblock(
            bench,
            between: { bench.habit = { $0 == [0x00, 0xB0, 0x00, 0x00, 0x10] ? other : nil } }
        )
        #expect(!outcome.stands)
        #expect(!bench.commands.contains { $0[1] == 0x82 })
    }

    @Test(arguments: [
        ("6A88", PINError.notAllowed(id: "12", StatusWord(rawValue: 0x6A88))),
        ("6985", .notAllowed(id: "12", StatusWord(rawValue: 0x6985))),
        ("6700", .notAllowed(id: "12", StatusWord(rawValue: 0x6700))),
        ("6A80", .notAllowed(id: "12", StatusWord(rawValue: 0x6A80))),
        ("6300", .wrong(id: "12", remainingTries: nil)), ("6982", .wrong(id: "12", remainingTries: nil)),
        ("63C0", .blocked(id: "12")), ("6F00", .unexpected(id: "12", StatusWord(rawValue: 0x6F00))),
    ])
    func everyRefusalOfTheResponseIsAboutTheKey(status: String, expected: PINError) throws {
        let bench = try blocked()
        let answer = try IDPrimeFamilyBench.bytes(status)
        bench.habit = { $0[1] == 0x82 ? answer : nil }
        #expect(try unblock(bench).error == expected)
        #expect(!bench.commands.contains { $0[1] == Instruction.resetRetryCounter })
    }

    @Test func anotherFormIsNotTried() throws {
        let bench = try blocked()
        let outcome = try bench.withSession(for: .codes) { session -> PINError? in
            let pins = try session.readPINs(roles: false)
            let before = bench.commands.count
            do throws(PINError) {
                try session.unblock(
                    pins[0],
                    by: Unblocking(by: "12", means: .codeAndNewPIN, evidence: .unknown),
                    of: pins[2],
                    secret("12345678"),
                    to: secret(new)
                )
                return nil
            } catch {
                #expect(bench.commands.count == before)
                return error
            }
        }
        #expect(outcome == .card(.notSupported))
    }

    @Test func challengesOfAnotherLengthAreNone() throws {
        for answer in ["9000", "01020304050607" + "9000", "6D00", "010203040506070809" + "9000"] {
            let bench = try blocked()
            let bytes = try IDPrimeFamilyBench.bytes(answer)
            bench.habit = { $0[1] == 0x84 ? bytes : nil }
            #expect(throws: CardError.self) { try unblock(bench) }
        }
        let without = try IDPrimeFamilyBench.make { try $0.setIDPrimeFile([0x02, 0x01], nil) }
        #expect(throws: CardError.malformed(file: "cardid")) { try unblock(without) }
    }
}
