import CardApplications
import CardCore
import Testing
import VirtualCards

/// What is sent for an operation, and to whom.
@Suite struct PIVOperationTests {
    typealias Operation = PIVFamilyBench.Operation

    @Test(arguments: [
        (Operation.verify, "CB3FFF 200080 200080 200080 20FF80"),
        (.change, "CB3FFF 200080 200080 240080 20FF80"),
        (.unblock, "CB3FFF 200080 CB3FFF 2C0080 200080"),
        (.changePUK, "CB3FFF CB3FFF 240081 20FF80"),
    ])
    func anUndisturbedOperationTakesFiveCommands(operation: Operation, expected: String) throws {
        let bench = try PIVFamilyBench()
        let outcome = try bench.run(operation)
        #expect(outcome.error == nil && outcome.isForgotten)
        #expect(bench.headers == expected)
        #expect(bench.commands.count <= 5)
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
    func aYubiKeyTellsItsCountersByMetadata(operation: Operation, expected: String) throws {
        let bench = try PIVFamilyBench(.pivYubiKey)
        let outcome = try bench.run(operation)
        #expect(outcome.error == nil && outcome.isForgotten)
        #expect(bench.headers == "CB3FFF A40400 CB3FFF " + expected)
        #expect(outcome.status.remainingTries == 3)
        #expect(bench.card.verified.subtracting([0x81]).isEmpty)
    }

    @Test(arguments: [Operation.verify, .change, .unblock, .changePUK])
    func aWrongCodeIsSentOnceAndForgotten(operation: Operation) throws {
        let bench = try PIVFamilyBench()
        let isPUK = operation == .unblock || operation == .changePUK
        let outcome = try bench.run(operation, with: isPUK ? "99999999" : "111111")
        #expect(
            outcome.error
                == (isPUK ? .wrong(id: "81", remainingTries: 9) : .wrong(id: "80", remainingTries: 2))
        )
        #expect(bench.tries("80") == (isPUK ? 3 : 2) && bench.tries("81") == (isPUK ? 9 : 10))
        #expect(bench.card.verified.isEmpty && outcome.isForgotten)
    }

    /// Two applications of one card, both with a PIN 80.
    @Test(arguments: [CardProfile.piv, .pivYubiKey], Operation.allCases)
    func noCodeReachesAnotherApplicationThatWasSelectedMeanwhile(
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
        #expect(outcome.error == nil && outcome.isForgotten)
        #expect(bench.card.selection == .piv)
        let codes = bench.commands.filter { [0x20, 0x24, 0x2C].contains($0[1]) && $0.count > 5 }
        #expect(codes.count == 1)
    }

    /// The other application answers the question for its own PIN 80 with another counter.
    @Test(arguments: [0x63C2, 0x63C5, 0x6983, 0x9000, 0x63C0, 0x6300, 0x6A88, 0x6D00])
    func anyAnswerButTheSameCounterIsLookedInto(status: Int) throws {
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
        #expect(bench.headers == "CB3FFF 200080 200080 CB3FFF A40400 200080 200080 20FF80")
    }

    @Test func aCounterThatFellMeanwhileIsTheOneThatCounts() throws {
        let bench = try PIVFamilyBench()
        let outcome = try bench.run(.verify) { bench.other("00200080083131313131313131") }
        #expect(outcome.status.remainingTries == 2)
        // The Discovery Object proves the application, and so the answer that was there already.
        #expect(bench.headers == "CB3FFF 200080 200080 CB3FFF 200080 20FF80")
    }

    @Test func anApplicationThatIsGoneGetsNoCode() throws {
        for operation in Operation.allCases {
            let bench = try PIVFamilyBench()
            #expect(throws: CardError.notRecognised) {
                _ = try bench.run(operation) { bench.habit = { _ in [0x6A, 0x82] } }
            }
            #expect(!bench.commands.contains { [0x20, 0x24, 0x2C].contains($0[1]) && $0.count > 5 })
        }
    }

    @Test func aDiscoveryObjectThatChangesEndsTheOperation() throws {
        let bench = try PIVFamilyBench()
        #expect(throws: CardError.malformed(file: "Discovery Object")) {
            _ = try bench.run(.changePUK) {
                bench.habit = { command in
                    guard command[1] == 0xCB else { return nil }
                    return Hex.bytes(of: "7E124F0BA0000003080000100001005F2F0260209000")
                }
            }
        }
        #expect(bench.tries("81") == 10)
    }

    @Test func somebodyElsesVerifiedPINSurvivesLookingAndStatus() throws {
        let bench = try PIVFamilyBench()
        bench.other("0020008008" + "323436383130FFFF")
        var application = try bench.identify()
        let pin = try bench.policy("80", &application)
        try bench.with(&application) { application, channel in
            let status = try application.status(of: pin, on: &channel)
            #expect(status == PINStatus(remainingTries: nil, isBlocked: false))
            _ = try application.readIdentity(on: &channel)
            _ = try application.readCertificates([.pins, .retired], on: &channel)
        }
        #expect(bench.other("00200080") == "9000")
        #expect(!bench.commands.contains { $0[1] == 0xA4 })
    }

    /// RESET RETRY COUNTER leaves the verification as it is, so it has to be ended.
    @Test func whatWasVerifiedBeforeAnUnblockingIsForgottenAfterIt() throws {
        let bench = try PIVFamilyBench()
        let outcome = try bench.run(.unblock) { bench.other("0020008008" + "323436383130FFFF") }
        #expect(outcome.error == nil && outcome.isForgotten)
        #expect(bench.headers.hasSuffix("2C0080 200080 20FF80"))
        #expect(bench.card.verified.isEmpty)
    }

    @Test func aCardWithoutLogoutIsSaidToRemember() throws {
        for status in [[0x6A, 0x86], [0x6D, 0x00], [0x6B, 0x00]] as [[UInt8]] {
            let bench = try PIVFamilyBench()
            bench.habit = { $0[1] == 0x20 && $0[2] == 0xFF ? status : nil }
            #expect(try !bench.run(.verify).isForgotten)
        }
    }

    @Test func aCardThatLiesAboutUnblockingIsFoundOut() throws {
        let bench = try PIVFamilyBench(fault: .lyingUnblock, tries: [.authentication: 0])
        let outcome = try bench.run(.unblock)
        #expect(outcome.error == nil)
        var application = try bench.identify()
        let pin = try bench.policy("80", &application)
        let status = try bench.with(&application) { try $0.status(of: pin, on: &$1) }
        #expect(status.isBlocked == true)
    }

    @Test func theGlobalPINIsPresentedAndForgottenByItsOwnReference() throws {
        let bench = try PIVFamilyBench(edit: { try $0.allowGlobalPIN(isPreferred: true) })
        var application = try bench.identify()
        let pin = try bench.policy("00", &application)
        let status = try bench.with(&application) { try $0.status(of: pin, on: &$1) }
        #expect(status.remainingTries == 5)
        try bench.with(&application) { application, channel in
            try application.resume(for: pin, on: &channel)
            _ = try application.status(of: pin, on: &channel)
            try application.verify(pin, secret("135790"), on: &channel)
            #expect(bench.card.verified == [0x00])
            let isForgotten = try application.endSecurityStatus(on: &channel)
            #expect(isForgotten)
        }
        #expect(bench.card.verified.isEmpty)
        #expect(bench.headers == "CB3FFF 200000 200000 200000 20FF00")
    }
}
