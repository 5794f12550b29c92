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

    /// What is needed to answer a challenge.
    private struct Challenge {
        let application: any CardApplication
        let pin: PINPolicy
        let key: PINPolicy
        let bytes: [UInt8]
    }

    /// Reads the codes in one transaction and requests a challenge in another.
    private func requestChallenge(_ bench: GIDSFamilyBench) throws -> Challenge {
        let (found, policies) = try bench.withSession { session in
            let policies = try session.readPINs(roles: false)
            return (session.application, policies)
        }
        defer { bench.forgetCommands() }
        return try bench.withReopened(found, toPresent: policies[1]) { session in
            let bytes = try session.requestChallenge(of: policies[1])
            return Challenge(
                application: session.application,
                pin: policies[0],
                key: policies[1],
                bytes: bytes
            )
        }
    }

    private func unblock(
        _ session: inout ApplicationSession,
        _ challenge: Challenge,
        _ response: [UInt8],
        to new: String = "804629"
    ) -> PINError? {
        do throws(PINError) {
            let (pin, key) = (challenge.pin, challenge.key)
            try session.unblock(pin, by: pin.unblocking[0], of: key, secret(response), to: secret(new))
            return nil
        } catch { return error }
    }

    @Test func rightResponseUnblocks() throws {
        let bench = try GIDSFamilyBench(tries: 0)
        let challenge = try requestChallenge(bench)
        #expect(challenge.bytes.count == 8)
        let right = try response(challenge.bytes)
        let isLoggedOut = try bench.withChallenge(of: challenge.application) { session in
            #expect(unblock(&session, challenge, right) == nil)
            #expect(try session.status(of: challenge.pin).remainingTries == 3)
            return try session.logOut()
        }
        #expect(isLoggedOut == true)
        #expect(bench.headers == ["00CBA000", "00870000", "002C0280", "00CB3FFF", "00200082"])
        #expect(bench.card.state.codes["80"]?.value == "804629")
    }

    @Test func wrongResponseIsAWrongAdministratorCodeAndNothingFollowsIt() throws {
        let bench = try GIDSFamilyBench(tries: 0)
        let challenge = try requestChallenge(bench)
        let wrong = try response(challenge.bytes, key: Self.otherKey)
        let right = try response(challenge.bytes)
        let errors = try bench.withChallenge(of: challenge.application) { session in
            let first = unblock(&session, challenge, wrong)
            #expect(bench.headers == ["00CBA000", "00870000"])
            // The challenge is used up: even the right response is nothing the card can judge.
            return [first, unblock(&session, challenge, right)]
        }
        #expect(
            errors == [
                .wrong(id: "admin", remainingTries: nil),
                .notAllowed(id: "admin", .conditionsNotSatisfied),
            ]
        )
        #expect(bench.card.state.codes["80"]?.remainingTries == 0)
        #expect(bench.card.state.codes["B080"]?.remainingTries == 4)
    }

    @Test func blockedKeyIsReportedAsBlocked() throws {
        let bench = try GIDSFamilyBench(tries: 0)
        for _ in 0..<5 {
            bench.send("002281A403830180")
            bench.send("00870000047C02810000")
            bench.send("008700000C7C0A82080001020304050607")
        }
        let challenge = try requestChallenge(bench)
        let right = try response(challenge.bytes)
        let error = try bench.withChallenge(of: challenge.application) { session in
            unblock(&session, challenge, right)
        }
        #expect(error == .blocked(id: "admin"))
    }

    @Test func challengeIsVoidWhereTheApplicationIsNotSelected() throws {
        let bench = try GIDSFamilyBench(tries: 0)
        let challenge = try requestChallenge(bench)
        bench.reset()
        let result: Void? = try bench.withChallenge(of: challenge.application) { _ in }
        #expect(result == nil)
        #expect(bench.headers == ["00CBA000"])
    }

    @Test func refusedNewPINIsNotAWrongResponse() throws {
        let bench = try GIDSFamilyBench(tries: 0)
        let challenge = try requestChallenge(bench)
        let right = try response(challenge.bytes)
        let error = try bench.withChallenge(of: challenge.application) { session in
            unblock(&session, challenge, right, to: "123")
        }
        #expect(error == .newCodeRefused(id: "80", .wrongLength))
        #expect(bench.card.state.codes["B080"]?.remainingTries == 5)
    }

    @Test func responseOfWrongLengthIsNotSent() throws {
        let bench = try GIDSFamilyBench(tries: 0)
        let challenge = try requestChallenge(bench)
        let result: Void? = try bench.withChallenge(of: challenge.application) { session in
            for length in [1, 7, 9, 40] {
                let bytes = [UInt8](repeating: 1, count: length)
                #expect(unblock(&session, challenge, bytes) == .card(.notSupported))
            }
        }
        #expect(result != nil)
        #expect(bench.headers == ["00CBA000"])
    }

    @Test(arguments: [
        ("6A81", CardError.notSupported), ("6D00", .notSupported), ("9000", .malformed(file: "challenge")),
        ("7C009000", .malformed(file: "challenge")), ("7C0281009000", .malformed(file: "challenge")),
        ("7C0981070001020304050" + "69000", .malformed(file: "challenge")),
        ("7C12811000010203040506070001020304050607" + "9000", .malformed(file: "challenge")),
        ("7C0A82080001020304050607" + "9000", .malformed(file: "challenge")),
        ("7C0A810900010203040506079000", .malformed(file: "challenge")),
    ])
    func malformedChallengeIsAnError(answer: String, error: CardError) throws {
        let bench = try GIDSFamilyBench(tries: 0)
        let bytes = try #require(Hex.bytes(of: answer))
        bench.habit = { $0[1] == 0x87 ? bytes : nil }
        try bench.withSession { session in
            let key = try #require(try session.readPINs(roles: false).last)
            #expect(throws: error) { try session.requestChallenge(of: key) }
        }
    }

    @Test func aCardWithoutTheKeyHasNoChallenge() throws {
        let bench = try GIDSFamilyBench()
        bench.habit = { $0[1] == 0x22 ? [0x6A, 0x88] : nil }
        try bench.withSession { session in
            let key = try #require(try session.readPINs(roles: false).last)
            #expect(throws: CardError.notSupported) {
                try session.requestChallenge(of: key)
            }
        }
        #expect(!bench.headers.contains("00870000"))
    }

    @Test func aLyingCardLeavesThePINBlocked() throws {
        let bench = try GIDSFamilyBench(tries: 0, fault: .lyingUnblock)
        let challenge = try requestChallenge(bench)
        let status = try bench.withChallenge(of: challenge.application) { session in
            #expect(unblock(&session, challenge, [UInt8](repeating: 0, count: 8)) == nil)
            return try session.status(of: challenge.pin)
        }
        #expect(status?.isBlocked == true)
    }
}
