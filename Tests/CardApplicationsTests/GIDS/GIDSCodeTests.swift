import CardApplications
import CardCore
import CardTesting
import Testing
import VirtualCards

@Suite struct GIDSCodeTests {
    private func pin(_ bench: GIDSFamilyBench) throws -> PINPolicy { try survey(bench).pin }

    /// The application and its PIN, read in one transaction.
    private func survey(_ bench: GIDSFamilyBench) throws -> (application: any CardApplication, pin: PINPolicy)
    {
        try bench.withSession { session in
            let pin = try #require(try session.readPINs(roles: false).first { $0.kind == .pin })
            return (session.application, pin)
        }
    }

    @Test func theListOfPINsCostsThreeCommands() throws {
        let bench = try GIDSFamilyBench(tries: 2)
        try bench.withSession { session in
            let policies = try session.readPINs(roles: true)
            #expect(policies.map(\.id) == ["80", "admin"])
            #expect(policies.map(\.kind) == [.pin, .key])
            let pin = try #require(policies.first)
            #expect(pin.reference.rawValue == 0x80 && pin.role == .auth && pin.maximumTries == 3)
            #expect(pin.allowedLength == 4...16)
            #expect(
                pin.unblocking == [
                    Unblocking(
                        by: "admin",
                        means: .response(challengeLength: 8, responseLength: 8),
                        evidence: .documented
                    )
                ]
            )
            #expect(try session.status(of: pin) == PINStatus(remainingTries: 2))
            #expect(try session.status(of: policies[1]) == .unknown)
        }
        #expect(bench.headers == ["00CBA000", "00CB3FFF", "00CB3FFF"])
    }

    @Test func aCounterThatWasReadIsToldOnceAndThenAskedFor() throws {
        let bench = try GIDSFamilyBench()
        try bench.withSession { session in
            let pin = try #require(try session.readPINs(roles: true).first)
            _ = try session.status(of: pin)
            bench.send("00200080063131313131" + "31")
            #expect(try session.status(of: pin).remainingTries == 2)
        }
    }

    @Test func counterIsReadAgainInALaterTransaction() throws {
        let bench = try GIDSFamilyBench()
        let (application, pin) = try survey(bench)
        bench.send("00200080063131313131" + "31")
        let status = try bench.withReopened(application, toPresent: pin) { try $0.status(of: pin) }
        #expect(status.remainingTries == 2)
    }

    @Test func theRightPINIsTakenAndForgottenAgain() throws {
        let bench = try GIDSFamilyBench()
        let pin = try pin(bench)
        bench.forgetCommands()
        try bench.withSession { session in
            try session.verify(pin, secret("246810"))
            #expect(bench.isUserVerified)
            #expect(try session.logOut())
        }
        #expect(!bench.isUserVerified)
        #expect(bench.headers == ["00CBA000", "00200080", "00200082"])
    }

    @Test func wrongAndBlockedPINsAreToldByTheirCounter() throws {
        let bench = try GIDSFamilyBench()
        let pin = try pin(bench)
        let errors: [PINError?] = try bench.withSession { session in
            (0..<4).map { _ in
                do throws(PINError) {
                    try session.verify(pin, secret("975318"))
                    return nil
                } catch { return error }
            }
        }
        #expect(
            errors == [
                .wrong(id: "80", remainingTries: 2), .wrong(id: "80", remainingTries: 1), .blocked(id: "80"),
                .blocked(id: "80"),
            ]
        )
    }

    @Test func aNewPINThatTheCardRefusesIsNotTakenForAWrongOne() throws {
        let bench = try GIDSFamilyBench()
        let pin = try pin(bench)
        // The software card keeps printable ASCII only.
        let error = #expect(throws: PINError.self) {
            try bench.withSession { session in
                try session.change(pin, from: secret("246810"), to: secret("Käsnäs1"))
            }
        }
        #expect(error == .newCodeRefused(id: "80", .incorrectData))
        #expect(bench.headers.filter { $0 == "00240080" }.count == 1)
        #expect(bench.card.state.codes["80"]?.value == "246810")
    }

    @Test func aPINMayHaveLetters() throws {
        let bench = try GIDSFamilyBench()
        let pin = try pin(bench)
        try bench.withSession { session in
            try session.change(pin, from: secret("246810"), to: secret("ny Kod-4711"))
        }
        #expect(bench.card.state.codes["80"]?.value == "ny Kod-4711")
        #expect(throws: Never.self) { try pin.check(secret("ny Kod-4711")) }
        #expect(throws: PINFormatError.tooLong(maximum: 16)) { try pin.check(secret("ååååååååå")) }
        #expect(throws: PINFormatError.tooShort(minimum: 4)) { try pin.check(secret("123")) }
    }

    @Test func applicationIsSelectedAgainBeforeACode() throws {
        let bench = try GIDSFamilyBench()
        let (application, pin) = try survey(bench)
        bench.reset()
        bench.forgetCommands()
        try bench.withReopened(application, toPresent: pin) { try $0.verify(pin, secret("246810")) }
        #expect(bench.headers == ["00CBA000", "00A40400", "00200080"])
    }

    @Test func noCodeIsSentWhereTheApplicationIsGone() throws {
        let bench = try GIDSFamilyBench()
        let (application, pin) = try survey(bench)
        for answer in ["6A82", "9000", "6D00"] {
            bench.habit = { _ in Hex.bytes(of: answer) }
            #expect(throws: CardError.notRecognised) {
                try bench.withReopened(application, toPresent: pin) { try $0.verify(pin, secret("246810")) }
            }
        }
        #expect(!bench.headers.contains("00200080"))
    }

    @Test func aCardWithAPUKIsUnblockedByItInOneCommand() throws {
        let bench = try GIDSFamilyBench(tries: 0)
        var sent: [String] = []
        bench.habit = { command in
            switch Hex.string(of: command) {
            case "00CB3FFF045C027F7300": return Hex.bytes(of: "7F730697010593010A9000")
            case let text where text.hasPrefix("002C0080"):
                sent.append(text)
                return [0x63, 0xC4]
            default: return nil
            }
        }
        try bench.withSession { session in
            let policies = try session.readPINs(roles: true)
            #expect(policies.map(\.id) == ["80", "81", "admin"])
            let (pin, puk) = (policies[0], policies[1])
            #expect(puk.maximumTries == 10 && puk.kind == .puk)
            #expect(pin.unblocking.map(\.by) == ["81", "admin"])
            #expect(try session.status(of: puk).remainingTries == 5)
            #expect(throws: PINError.wrong(id: "81", remainingTries: 4)) {
                try session.unblock(
                    pin,
                    by: pin.unblocking[0],
                    of: puk,
                    secret("13572468"),
                    to: secret("804629")
                )
            }
        }
        #expect(sent == ["002C00800E" + "3133353732343638" + "383034363239"])
    }

    @Test(arguments: [
        ("7F7106970102930103", 2), ("7F71049F170101", 1), ("7F7103970100", 0),
        ("7F71039701FF", 255),
        ("7F7100", nil), ("7F710297", nil), ("7F71049702FFFF", nil), ("7F71", nil),
        ("7F7206970102930103", nil),
        ("7F718180", nil), ("", nil),
    ])
    func statusObjectsOfAnyShapeAreReadOrUnknown(answer: String, tries: Int?) throws {
        let bench = try GIDSFamilyBench()
        let bytes = try #require(Hex.bytes(of: answer + "9000"))
        bench.habit = { $0.starts(with: [0x00, 0xCB, 0x3F, 0xFF]) ? bytes : nil }
        try bench.withSession { session in
            let pin = try #require(try session.readPINs(roles: true).first)
            let status = try session.status(of: pin)
            #expect(status.remainingTries == tries)
            #expect(try session.status(of: pin) == status)
        }
    }
}
