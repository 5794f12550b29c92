import CardCore
import Testing
import VirtualCards

@Suite struct GIDSAdministratorTests {
    private func blocked(fault: CardFault? = nil) throws -> GIDSBench {
        let bench = try GIDSBench(fault: fault)
        for _ in 0..<3 { bench.verify("111111") }
        return bench
    }

    @Test func theRightResponseUnblocksOnce() throws {
        let bench = try blocked()
        #expect(bench.reset("975310") == "6982")
        let response = bench.sealed(try bench.challenge())
        #expect(bench.respond(response) == "9000")
        #expect(bench.reset("975310") == "9000")
        #expect(bench.tries == "03")
        // The applet ends the administrator's authentication with the command.
        #expect(bench.reset("111111") == "6982")
        #expect(bench.respond(response) == "6985")
        #expect(bench.verify("975310") == "9000")
    }

    @Test func aWrongResponseIsCountedAndVoidsTheChallenge() throws {
        let bench = try blocked()
        let response = bench.sealed(try bench.challenge())
        #expect(bench.respond([0, 1, 2, 3, 4, 5, 6, 7]) == "6982")
        #expect(bench.card.state.codes["B080"]?.remainingTries == 4)
        #expect(bench.respond(response) == "6985")
        #expect(bench.reset("975310") == "6982")
        #expect(bench.respond(bench.sealed(try bench.challenge())) == "9000")
        #expect(bench.card.state.codes["B080"]?.remainingTries == 5)
    }

    @Test(arguments: [(nil, "6983"), (CardFault.unblockAs6982, "6982")])
    func tooManyWrongResponsesEndIt(fault: CardFault?, status: String) throws {
        let bench = try blocked(fault: fault)
        for _ in 0..<5 {
            _ = try bench.challenge()
            #expect(bench.respond([0, 1, 2, 3, 4, 5, 6, 7]) == "6982")
        }
        let response = bench.sealed(try bench.challenge())
        #expect(bench.respond(response) == status)
        #expect(bench.reset("975310") == "6982")
    }

    @Test(arguments: ["200082", GIDSBench.select, "reset"])
    func theChallengeEndsWithTheSession(by end: String) throws {
        let bench = try blocked()
        let response = bench.sealed(try bench.challenge())
        if end == "reset" {
            bench.card.reset()
            bench.send(GIDSBench.select)
        } else {
            bench.send(end)
        }
        #expect(bench.respond(response) == "6985")
        #expect(bench.card.state.codes["B080"]?.remainingTries == 5)
    }

    @Test func questionsLeaveTheChallengeAlone() throws {
        let bench = try blocked()
        let response = bench.sealed(try bench.challenge())
        for question in ["CBA000045C02DF1F00", "CB3FFF045C027F7100", "200080"] { bench.send(question) }
        #expect(bench.respond(response) == "9000")
    }

    @Test func theMutualFormProvesTheCardToo() throws {
        let bench = try GIDSBench()
        bench.send("22C1A403830180")
        let host = [UInt8](repeating: 0x5A, count: 16)
        let answer = bench.send("870000147C128110" + Hex.string(of: host) + "00")
        let challenge = try #require(Hex.bytes(of: String(answer.dropFirst(8).dropLast(4))))
        let material: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 0x80]
        let response = bench.sealed(challenge + host + material)
        let proof = bench.send("8700002C7C2A8228" + Hex.string(of: response) + "00")
        #expect(proof.hasPrefix("7C2A8228") && proof.hasSuffix("9000") && proof.count == 92)
        // The same blocks under the same key: the proof begins with the host's challenge.
        #expect(proof.dropFirst(8).prefix(32) == Hex.string(of: bench.sealed(host))[...])
    }

    @Test(arguments: [
        "87000000", "870000017C", "870000027C00", "870000037C0100", "870000047C027900", "870000047C028200",
    ])
    func nonsenseIsRefusedAndNotCounted(command: String) throws {
        let bench = try GIDSBench()
        #expect(["6984", "6985"].contains(bench.send(command)))
        #expect(bench.card.state.codes["B080"]?.remainingTries == 5)
    }

    @Test func theKeyItselfIsReplacedOnlyByTheAdministrator() throws {
        let bench = try GIDSBench()
        let new = String(repeating: "0123456789ABCDEF", count: 3)
        let command = "DB3FFF267024840180A51F8718\(new)8803B073DC"
        #expect(bench.send(command) == "6982")
        #expect(bench.respond(bench.sealed(try bench.challenge())) == "9000")
        #expect(bench.send(command) == "9000")
        bench.send("200082")
        #expect(bench.card.image.administratorKey.value.text == new)
        #expect(bench.respond(bench.sealed(try bench.challenge())) == "9000")
    }
}
