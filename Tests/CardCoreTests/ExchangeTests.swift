import CardTesting
import Testing

@testable import CardCore

@Suite struct ExchangeTests {
    private static let read = CommandAPDU(ins: Instruction.readBinary, expectedLength: 256)

    @Test func announcedDataIsFetchedUntilTheEnd() throws {
        var card = ScriptedCard([
            .answer("00A40400023F00", with: "6102"),
            .answer("00C0000002", with: "6F00 6101"),
            .answer("00C0000001", with: "AA 9000"),
        ])
        let select = CommandAPDU(ins: 0xA4, p1: 4, data: [0x3F, 0x00], expectedLength: 256)
        let response = try card.exchange(select)
        #expect(response == ResponseAPDU(data: [0x6F, 0x00, 0xAA], status: .success))
        let finished = card.isFinished
        #expect(finished)
    }

    @Test func aWrongLengthIsAskedOnceMoreAndNotTwice() throws {
        var card = ScriptedCard([
            .answer("00B0000000", with: "6C10"),
            .answer("00B0000010", with: "6C08"),
        ])
        let response = try card.exchange(Self.read)
        #expect(response.status.rawValue == 0x6C08)
        #expect(card.log.count == 2)
    }

    @Test func longDataGoesOutInChainedCommandsOf255Bytes() throws {
        let data = (0..<600).map { UInt8(truncatingIfNeeded: $0) }
        var card = ScriptedCard([
            .answer("102A9E9AFF" + Hex.string(of: data[..<255]), with: "9000"),
            .answer("102A9E9AFF" + Hex.string(of: data[255..<510]), with: "9000"),
            .answer("002A9E9A5A" + Hex.string(of: data[510...]), with: "9000"),
        ])
        let command = CommandAPDU(ins: 0x2A, p1: 0x9E, p2: 0x9A, data: data)
        #expect(try card.exchange(command).status == .success)
        let finished = card.isFinished
        #expect(finished)
    }

    @Test func aRefusedLinkEndsTheChain() throws {
        var card = ScriptedCard([.answer(nil, with: "6884")])
        let command = CommandAPDU(ins: 0x2A, data: Array(repeating: 1, count: 600))
        #expect(try card.exchange(command).status.rawValue == 0x6884)
        #expect(card.log.count == 1)
    }

    @Test(
        "T1: a chain that never ends stops (CVE-2025-49010)",
        arguments: ["AA6100", "AA61FF", "6100", "61FF", "6C00"]
    )
    func endlessChainStops(response: String) {
        var card = ScriptedCard(Array(repeating: .answer(nil, with: response), count: 1_000))
        let result = Result { () throws(TransportError) in try card.exchange(Self.read) }
        if response == "6C00" {
            #expect((try? result.get())?.status.rawValue == 0x6C00)
        } else {
            #expect(throws: TransportError.responseTooLong(limit: 65_536)) { try result.get() }
        }
        #expect(card.log.count <= 66)
    }

    @Test("T1: more data than the limit is refused", arguments: [0, 1, 99, 100, 101, 256])
    func totalOverTheLimitIsRefused(size: Int) throws {
        let piece = [UInt8](repeating: 0xAB, count: size)
        var single = ScriptedCard([.answer(withBytes: piece + [0x90, 0x00])])
        var chained = ScriptedCard([
            .answer(withBytes: piece + [0x61, 0x01]), .answer(withBytes: [0xCD, 0x90, 0x00]),
        ])
        let first = Result { () throws(TransportError) in try single.exchange(Self.read, limit: 100) }
        let second = Result { () throws(TransportError) in try chained.exchange(Self.read, limit: 100) }
        #expect((try? first.get().data.count) == (size <= 100 ? size : nil))
        #expect((try? second.get().data.count) == (size < 100 ? size + 1 : nil))
    }

    @Test("T1: a GET RESPONSE answered 6CXX for ever stops")
    func wrongLengthOfGetResponseIsAskedOnceMore() throws {
        var card = ScriptedCard(
            [.answer("00B0000000", with: "6110")] + Array(repeating: .answer(nil, with: "6C05"), count: 100)
        )
        #expect(try card.exchange(Self.read).status.rawValue == 0x6C05)
        #expect(card.log.count == 3)
    }

    @Test("T1: the same read may answer differently each time")
    func differingAnswersAreBothPassedOn() throws {
        var card = ScriptedCard([.answer(nil, with: "01029000"), .answer(nil, with: "0102039000")])
        #expect(try card.exchange(Self.read).data.count == 2)
        #expect(try card.exchange(Self.read).data.count == 3)
    }

    @Test(
        "T2: responses of any length and status end in a response or an error",
        arguments: [0, 1, 2, 3, 255, 65_538, 65_539, 100_000],
        [0x9000, 0x6283, 0x6982, 0x6A82, 0x6F00, 0x0000, 0xFFFF] as [UInt16]
    )
    func oddResponsesNeverTrap(length: Int, status: UInt16) {
        var response = [UInt8](repeating: 0x5A, count: length)
        if length >= 2 {
            response[length - 2] = UInt8(status >> 8)
            response[length - 1] = UInt8(status & 0xFF)
        }
        var card = ScriptedCard([.answer(withBytes: response)])
        let result = Result { () throws(TransportError) in try card.exchange(Self.read) }
        switch length {
        case 0, 1: #expect(throws: TransportError.truncatedResponse(length: length)) { try result.get() }
        case 2...65_538:
            #expect((try? result.get())?.status.rawValue == status)
            #expect((try? result.get())?.data.count == length - 2)
        default: #expect(throws: TransportError.responseTooLong(limit: 65_538)) { try result.get() }
        }
        #expect(card.log.count == 1)
    }

    @Test(arguments: ["63C2", "6C10", "6700", "6300", "9000"])
    func aCodeReachesTheCardOnceWhateverItAnswers(status: String) throws {
        var card = ScriptedCard([.answer("002000820431323334", with: status), .answer(nil, with: "9000")])
        let response = try card.exchange(Self.verify([0x31, 0x32, 0x33, 0x34]))
        #expect(response.status.description == status)
        #expect(card.codeCommands == 1)
        #expect(card.log.count == 1)
    }

    @Test(arguments: [TransportError.noAnswer(cardRemoved: true), .cardReset, .serviceLost])
    func aFailureAfterACodeIsNotFollowedByAnything(error: TransportError) {
        var card = ScriptedCard([.failure(error), .answer(nil, with: "9000")])
        #expect(throws: error) { try card.exchange(Self.verify([0x31])) }
        #expect(card.log.count == 1)
    }

    @Test(arguments: [0, 256, 300])
    func codesThatAreEmptyOrTooLongAreNotSent(length: Int) {
        var card = ScriptedCard([])
        #expect(throws: TransportError.commandTooLong(length: length)) {
            try card.exchange(Self.verify(Array(repeating: 0x31, count: length)))
        }
        #expect(card.log.isEmpty)
    }

    @Test func aScriptedCardRefusesWhatItsScriptDoesNotHave() {
        var card = ScriptedCard([.answer("00A4", with: "9000")])
        #expect(throws: ScriptedCard.unexpectedCommand) { try card.exchange(Self.read) }
        let finished = card.isFinished
        #expect(!finished)
        #expect(card.unexpected == ["00B0000000"])
    }

    private static func verify(_ code: [UInt8]) -> SecretCommandAPDU {
        SecretCommandAPDU(
            ins: Instruction.verify,
            p1: 0,
            p2: 0x82,
            data: SecretBytes(capacity: code.count) { output in output.append(contentsOf: code.span) }
        )
    }
}
