import CardApplications
import CardCore
import Testing
import VirtualCards

/// What is sent for an operation, and to whom.
@Suite struct PIVOperationTests {
    typealias Operation = PIVFamilyBench.Operation

    @Test(arguments: [
        (Operation.verify, "CB3FFF 200080 CB3FFF 200080 200080 20FF80"),
        (.change, "CB3FFF 200080 CB3FFF 200080 240080 20FF80"),
        (.unblock, "CB3FFF 200080 CB3FFF 2C0080 200080 20FF80"),
        (.changePUK, "CB3FFF CB3FFF 240081 20FF80"),
    ])
    func operationTakesSixCommands(operation: Operation, expected: String) throws {
        let bench = try PIVFamilyBench()
        let outcome = try bench.run(operation)
        #expect(outcome.error == nil && outcome.isLoggedOut)
        #expect(bench.headers == expected)
        #expect(bench.commands.count <= 6)
        #expect(bench.card.verified.subtracting([0x81]).isEmpty)
        #expect(bench.tries("80") == 3 && bench.tries("81") == 10)
        switch operation {
        case .verify: break
        case .change, .unblock: #expect(bench.card.state.codes["80"]?.value == "975310")
        case .changePUK: #expect(bench.card.state.codes["81"]?.value == "24681357")
        }
    }

    @Test(arguments: [
        (Operation.verify, "F70080 F70080 200080 20FF80"),
        (.unblock, "F70080 F70081 F70081 2C0080 F70080 F70081 20FF80"),
        (.changePUK, "F70081 F70081 240081 20FF80"),
    ])
    func yubiKeyReportsCountersByMetadata(operation: Operation, expected: String) throws {
        let bench = try PIVFamilyBench(.pivYubiKey)
        let outcome = try bench.run(operation)
        #expect(outcome.error == nil && outcome.isLoggedOut)
        #expect(bench.headers == "CB3FFF A40400 " + expected)
        #expect(outcome.status.remainingTries == 3)
        #expect(bench.card.verified.subtracting([0x81]).isEmpty)
    }

    @Test(arguments: [Operation.verify, .change, .unblock, .changePUK])
    func wrongCodeIsSentOnceAndLoggedOut(operation: Operation) throws {
        let bench = try PIVFamilyBench()
        let isPUK = operation == .unblock || operation == .changePUK
        let outcome = try bench.run(operation, with: isPUK ? "99999999" : "111111")
        #expect(
            outcome.error
                == (isPUK ? .wrong(id: "81", remainingTries: 9) : .wrong(id: "80", remainingTries: 2))
        )
        #expect(bench.tries("80") == (isPUK ? 3 : 2) && bench.tries("81") == (isPUK ? 9 : 10))
        #expect(bench.card.verified.isEmpty && outcome.isLoggedOut)
    }

    /// Two applications of one card, both with a PIN 80.
    @Test(arguments: [CardProfile.piv, .pivYubiKey], Operation.allCases)
    func codeReachesSelectedApplicationOnly(
        profile: CardProfile,
        operation: Operation
    ) throws {
        let bench = try PIVFamilyBench(profile) { image in
            image.otherApplications = [
                PIVImage.OtherApplication(aid: HexBytes([0xF0, 0, 0, 0, 1]), selection: HexBytes([]))
            ]
        }
        let outcome = try bench.run(operation) {
            bench.other("00A4040005F000000001")
        }
        #expect(outcome.error == nil && outcome.isLoggedOut)
        #expect(bench.card.selection == .piv)
        let codes = bench.commands.filter { [0x20, 0x24, 0x2C].contains($0[1]) && $0.count > 5 }
        #expect(codes.count == 1)
    }

    /// The other application has a PIN 80 of its own, and answers for its counter, be it the same.
    @Test(arguments: [0x63C3, 0x63C2, 0x63C5, 0x6983, 0x9000, 0x63C0, 0x6300, 0x6A88, 0x6D00])
    func answerAboutACounterProvesNothing(status: Int) throws {
        let bench = try PIVFamilyBench()
        var isElsewhere = false
        bench.habit = { command in
            if command[1] == 0xA4 { isElsewhere = false }
            guard isElsewhere else { return nil }
            return command[1] == 0x20 && command.count <= 5
                ? [UInt8(status >> 8), UInt8(status & 0xFF)] : [0x6A, 0x88]
        }
        let outcome = try bench.run(.verify) { isElsewhere = true }
        #expect(outcome.error == nil && outcome.status.remainingTries == 3)
        #expect(bench.headers == "CB3FFF 200080 CB3FFF A40400 200080 200080 20FF80")
    }

    @Test func counterOfTheSecondTransactionCounts() throws {
        let bench = try PIVFamilyBench()
        let outcome = try bench.run(.verify) { bench.other("00200080083131313131313131") }
        #expect(outcome.status.remainingTries == 2)
        #expect(bench.headers == "CB3FFF 200080 CB3FFF 200080 200080 20FF80")
    }

    @Test func noCodeIsSentWhereTheApplicationIsGone() throws {
        for operation in Operation.allCases {
            let bench = try PIVFamilyBench()
            #expect(throws: CardError.notRecognised) {
                _ = try bench.run(operation) { bench.habit = { _ in [0x6A, 0x82] } }
            }
            #expect(!bench.commands.contains { [0x20, 0x24, 0x2C].contains($0[1]) && $0.count > 5 })
        }
    }

    @Test(arguments: Operation.allCases)
    func changedDiscoveryObjectEndsTheOperation(operation: Operation) throws {
        let bench = try PIVFamilyBench()
        #expect(throws: CardError.malformed(file: "Discovery Object")) {
            _ = try bench.run(operation) {
                bench.habit = { command in
                    guard command[1] == 0xCB else { return nil }
                    return Hex.bytes(of: "7E124F0BA0000003080000100001005F2F0260209000")
                }
            }
        }
        #expect(bench.tries("80") == 3 && bench.tries("81") == 10)
        #expect(!bench.commands.contains { [0x20, 0x24, 0x2C].contains($0[1]) && $0.count > 5 })
    }

    @Test func readingPreservesThePINThatAnotherProgramVerified() throws {
        let bench = try PIVFamilyBench()
        bench.other("0020008008" + "323436383130FFFF")
        try bench.withSession { session in
            let pin = try session.policy("80")
            let status = try session.status(of: pin)
            #expect(status == PINStatus(remainingTries: nil, isBlocked: false))
            _ = try session.readIdentity()
            _ = try session.readCertificates([.pins, .retired])
        }
        #expect(bench.other("00200080") == "9000")
        #expect(!bench.commands.contains { $0[1] == 0xA4 })
    }

    /// RESET RETRY COUNTER leaves the verification as it is, so it has to be ended.
    @Test func unblockingLogsOutWhatWasVerifiedBefore() throws {
        let bench = try PIVFamilyBench()
        let outcome = try bench.run(.unblock) { bench.other("0020008008" + "323436383130FFFF") }
        #expect(outcome.error == nil && outcome.isLoggedOut)
        #expect(bench.headers.hasSuffix("2C0080 200080 20FF80"))
        #expect(bench.card.verified.isEmpty)
    }

    @Test func cardWithoutLogoutIsNotReportedAsLoggedOut() throws {
        for status in [[0x6A, 0x86], [0x6D, 0x00], [0x6B, 0x00]] as [[UInt8]] {
            let bench = try PIVFamilyBench()
            bench.habit = { $0[1] == 0x20 && $0[2] == 0xFF ? status : nil }
            #expect(try !bench.run(.verify).isLoggedOut)
        }
    }

    @Test func aCardThatLiesAboutUnblockingIsFoundOut() throws {
        let bench = try PIVFamilyBench(fault: .lyingUnblock, tries: [.authentication: 0])
        let outcome = try bench.run(.unblock)
        #expect(outcome.error == nil)
        #expect(try bench.status(of: "80").isBlocked == true)
    }

    @Test func globalPINIsPresentedAndLoggedOutByItsOwnReference() throws {
        let bench = try PIVFamilyBench(edit: { try $0.allowGlobalPIN(isPreferred: true) })
        let (application, pin) = try bench.withSession { session in
            let pin = try session.policy("00")
            #expect(try session.status(of: pin).remainingTries == 5)
            return (session.application, pin)
        }
        try bench.withReopened(application, toPresent: pin) { session in
            _ = try session.status(of: pin)
            try session.verify(pin, secret("135790"))
            #expect(bench.card.verified == [0x00])
            #expect(try session.logOut())
        }
        #expect(bench.card.verified.isEmpty)
        #expect(bench.headers == "CB3FFF 200000 CB3FFF 200000 200000 20FF00")
    }
}
