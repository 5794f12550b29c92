import CardApplications
import CardCore
import Glibc
import Testing
import VirtualCards

/// Unblocking by the administrator's key, whose holder is the openssl command.
@Suite struct GIDSChallengeTests {
    private static let key = "0123456789ABCDEF1032547698BADCFE23456789ABCDEF01"
    private static let otherKey = "FEDCBA98765432100123456789ABCDEFFEDCBA9876543210"

    /// One block of triple DES by OpenSSL's own program.
    private func response(_ challenge: [UInt8], key: String = key) throws -> [UInt8] {
        let text = Hex.string(of: challenge)
        let command =
            "printf '\(octal(challenge))' | openssl enc -des-ede3-cbc -K \(key) -iv 0000000000000000 -nopad"
            + " | od -An -v -tx1"
        let pipe = unsafe try #require(unsafe popen(command, "r"))
        defer { unsafe pclose(pipe) }
        var line = [CChar](repeating: 0, count: 200)
        _ = unsafe fgets(&line, 200, pipe)
        let digits = line.map { UInt8(bitPattern: $0) }.filter { $0 > 0x20 }
        let bytes = try #require(Hex.bytes(of: String(decoding: digits, as: UTF8.self).uppercased()))
        #expect(bytes.count == 8, "openssl did not answer \(text)")
        return bytes
    }

    private func octal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 8)
            return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }.joined()
    }

    /// What a blocked card and its owner need: PIN, key, and the challenge asked for in a first transaction.
    private func withChallenge<R>(
        _ bench: GIDSFamilyBench,
        _ body: (inout any CardApplication, PINPolicy, PINPolicy, [UInt8], inout AnyCardChannel) throws -> R
    ) throws -> R {
        try bench.withApplication { application, channel in
            let policies = try application.readPINs(roles: false, on: &channel)
            let (pin, key) = (policies[0], policies[1])
            try application.resume(for: key, on: &channel)
            let challenge = try application.requestChallenge(of: key, on: &channel)
            bench.forgetCommands()
            return try body(&application, pin, key, challenge, &channel)
        }
    }

    private func unblock(
        _ application: inout any CardApplication,
        _ pin: PINPolicy,
        _ key: PINPolicy,
        _ response: [UInt8],
        to new: String = "804629",
        on channel: inout AnyCardChannel
    ) -> PINError? {
        do throws(PINError) {
            let way = pin.unblocking[0]
            try application.unblock(pin, by: way, of: key, secret(response), to: secret(new), on: &channel)
            return nil
        } catch { return error }
    }

    @Test func theResponseOfWhoeverHasTheKeyUnblocks() throws {
        let bench = try GIDSFamilyBench(tries: 0)
        try withChallenge(bench) { application, pin, key, challenge, channel in
            #expect(challenge.count == 8)
            let right = try response(challenge)
            #expect(try application.challengeStands(of: key, on: &channel))
            #expect(unblock(&application, pin, key, right, on: &channel) == nil)
            #expect(try application.status(of: pin, on: &channel).remainingTries == 3)
            #expect(try application.endSecurityStatus(on: &channel))
        }
        #expect(bench.headers == ["00CBA000", "00870000", "002C0280", "00CB3FFF", "00200082"])
        #expect(bench.card.state.codes["80"]?.value == "804629")
    }

    @Test func anotherKeysResponseIsAWrongAdministratorCodeAndNothingElseIsSent() throws {
        let bench = try GIDSFamilyBench(tries: 0)
        try withChallenge(bench) { application, pin, key, challenge, channel in
            let wrong = try response(challenge, key: Self.otherKey)
            #expect(
                unblock(&application, pin, key, wrong, on: &channel)
                    == .wrong(id: "admin", remainingTries: nil)
            )
            #expect(bench.headers == ["00870000"])
            // The challenge is used up: even the right response is nothing the card can judge.
            let right = try response(challenge)
            #expect(
                unblock(&application, pin, key, right, on: &channel)
                    == .notAllowed(id: "admin", .conditionsNotSatisfied)
            )
        }
        #expect(bench.card.state.codes["80"]?.remainingTries == 0)
        #expect(bench.card.state.codes["B080"]?.remainingTries == 4)
    }

    @Test func aKeyThatIsBlockedIsToldSo() throws {
        let bench = try GIDSFamilyBench(tries: 0)
        for _ in 0..<5 {
            bench.send("002281A403830180")
            bench.send("00870000047C02810000")
            bench.send("008700000C7C0A82080001020304050607")
        }
        try withChallenge(bench) { application, pin, key, challenge, channel in
            let right = try response(challenge)
            #expect(unblock(&application, pin, key, right, on: &channel) == .blocked(id: "admin"))
        }
    }

    @Test func aChallengeDoesNotStandWhereAnotherApplicationIsSelected() throws {
        let bench = try GIDSFamilyBench(tries: 0)
        try withChallenge(bench) { application, _, key, _, channel in
            bench.reset()
            let stands = try application.challengeStands(of: key, on: &channel)
            #expect(!stands)
            #expect(bench.headers == ["00CBA000"])
        }
    }

    @Test func aNewPINThatTheCardRefusesIsNotTheKeysFault() throws {
        let bench = try GIDSFamilyBench(tries: 0)
        try withChallenge(bench) { application, pin, key, challenge, channel in
            let right = try response(challenge)
            #expect(
                unblock(&application, pin, key, right, to: "123", on: &channel)
                    == .newCodeRefused(id: "80", .wrongLength)
            )
        }
        #expect(bench.card.state.codes["B080"]?.remainingTries == 5)
    }

    @Test func aResponseOfTheWrongLengthIsNotSent() throws {
        let bench = try GIDSFamilyBench(tries: 0)
        try withChallenge(bench) { application, pin, key, _, channel in
            for length in [1, 7, 9, 40] {
                let bytes = [UInt8](repeating: 1, count: length)
                #expect(unblock(&application, pin, key, bytes, on: &channel) == .card(.notSupported))
            }
        }
        #expect(bench.commands.isEmpty)
    }

    @Test(arguments: [
        ("6A81", CardError.notSupported), ("6D00", .notSupported), ("9000", .malformed(file: "challenge")),
        ("7C009000", .malformed(file: "challenge")), ("7C0281009000", .malformed(file: "challenge")),
        ("7C0981070001020304050" + "69000", .malformed(file: "challenge")),
        ("7C12811000010203040506070001020304050607" + "9000", .malformed(file: "challenge")),
        ("7C0A82080001020304050607" + "9000", .malformed(file: "challenge")),
        ("7C0A810900010203040506079000", .malformed(file: "challenge")),
    ])
    func aChallengeThatIsNoneEndsTheMatter(answer: String, error: CardError) throws {
        let bench = try GIDSFamilyBench(tries: 0)
        let bytes = try #require(Hex.bytes(of: answer))
        bench.habit = { $0[1] == 0x87 ? bytes : nil }
        try bench.withApplication { application, channel in
            let key = try #require(try application.readPINs(roles: false, on: &channel).last)
            #expect(throws: error) { try application.requestChallenge(of: key, on: &channel) }
        }
    }

    @Test func aCardWithoutTheKeyHasNoChallenge() throws {
        let bench = try GIDSFamilyBench()
        bench.habit = { $0[1] == 0x22 ? [0x6A, 0x88] : nil }
        try bench.withApplication { application, channel in
            let key = try #require(try application.readPINs(roles: false, on: &channel).last)
            #expect(throws: CardError.notSupported) {
                try application.requestChallenge(of: key, on: &channel)
            }
        }
        #expect(!bench.headers.contains("00870000"))
    }

    @Test func aLyingCardLeavesThePINBlocked() throws {
        let bench = try GIDSFamilyBench(tries: 0, fault: .lyingUnblock)
        try withChallenge(bench) { application, pin, key, _, channel in
            #expect(unblock(&application, pin, key, [UInt8](repeating: 0, count: 8), on: &channel) == nil)
            let status = try application.status(of: pin, on: &channel)
            #expect(status.isBlocked == true)
        }
    }
}
