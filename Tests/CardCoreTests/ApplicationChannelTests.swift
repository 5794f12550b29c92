import CardTesting
import Testing

@testable import CardCore

/// The channel to a selected application: what opens it, and what it lets through.
@Suite struct ApplicationChannelTests {
    /// What a scripted card received; it outlives the channel.
    private final class Record {
        var answers: [String]
        var commands: [String] = []
        var secrets = 0
        var isExtendedLengthDisabled = false

        init(_ answers: [String]) { self.answers = answers }
    }

    /// Answers in order, and with `9000` after the last; `reader` stands for a reader that refuses the command.
    private struct RecordedChannel: CardChannel, ~Copyable {
        let record: Record
        var limits: ChannelLimits

        init(_ record: Record, _ transmissionProtocol: TransmissionProtocol, extendedLength: Bool) {
            self.record = record
            limits = ChannelLimits(transmissionProtocol: transmissionProtocol, extendedLength: extendedLength)
        }

        mutating func disableExtendedLength() {
            limits.extendedLength = false
            record.isExtendedLengthDisabled = true
        }

        mutating func transmit(_ command: borrowing EncodedCommand) throws(TransportError) -> ResponseAPDU {
            let sent = command.withBytes { bytes in bytes.indices.map { bytes[$0] } }
            record.commands.append(Hex.string(of: sent))
            if command.carriesSecret { record.secrets += 1 }
            let answer = record.answers.isEmpty ? "9000" : record.answers.removeFirst()
            guard answer != "reader" else { throw .readerRefusedCommand }
            let bytes = Hex.bytes(of: answer) ?? []
            return try ResponseAPDU(parsing: bytes.span)
        }
    }

    private static let name: [UInt8] = [0xA0, 0x00, 0x00, 0x03, 0x08]
    private static let selectOwn = "00A4040005A000000308"
    private static let other: [UInt8] = [0xD2, 0x76, 0x00, 0x01, 0x24]

    private static func select(_ name: [UInt8], p2: UInt8 = 0x00) -> CommandAPDU {
        CommandAPDU(ins: Instruction.select, p1: 0x04, p2: p2, data: name)
    }

    private static func verify(_ digits: String = "246810") -> SecretCommandAPDU {
        let code = Array(digits.utf8)
        return SecretCommandAPDU(
            ins: Instruction.verify,
            p1: 0,
            p2: 0x80,
            data: SecretBytes(capacity: code.count) { $0.append(contentsOf: code.span) }
        )
    }

    private struct NotSelected: Error {}

    /// Selects `name` on a new channel and lends the application's channel to `body`.
    @discardableResult
    private func withChannel<R>(
        _ record: Record,
        _ transmissionProtocol: TransmissionProtocol = .t1,
        extendedLength: Bool = false,
        _ body: (inout ApplicationChannel) throws -> R
    ) throws -> R {
        var card = AnyCardChannel(
            RecordedChannel(record, transmissionProtocol, extendedLength: extendedLength)
        )
        guard var channel = try Self.open(on: &card) else { throw NotSelected() }
        record.commands = []
        return try body(&channel)
    }

    private static func open(on card: inout AnyCardChannel) throws -> ApplicationChannel? {
        try ApplicationChannel(on: &card) { (channel) throws(TransportError) in
            try channel.exchange(Self.select(Self.name)).status.isSuccess
        }
    }

    /// Opens with `proof`, and sends one command on the channel that is left; `nil` where one was opened.
    private func commandsOnReturnedChannel(
        _ record: Record,
        proof: (inout AnyCardChannel) throws(TransportError) -> Bool
    ) throws -> [String]? {
        var card = AnyCardChannel(RecordedChannel(record, .t1, extendedLength: false))
        let opened = try ApplicationChannel(on: &card, proof: proof)
        guard opened == nil else { return nil }
        // Nothing is guarded: another application can be selected.
        _ = try card.exchange(Self.select(Self.other))
        return record.commands
    }

    // MARK: Opening

    @Test func channelIsLeftWhereTheProofIsFalse() throws {
        let record = Record(["9000"])
        let commands = try commandsOnReturnedChannel(record) { (channel) throws(TransportError) in
            _ = try channel.exchange(Self.select(Self.name))
            return false
        }
        #expect(commands == [Self.selectOwn, "00A4040005D276000124"])
    }

    @Test func proofWithoutACommandProvesNothing() throws {
        let commands = try commandsOnReturnedChannel(Record([])) { _ in true }
        #expect(commands == ["00A4040005D276000124"])
    }

    @Test(arguments: ["6A82", "6D00", "63C3", "6983", "6700", "6C10", "9001", "6300"])
    func proofWithoutASuccessfulAnswerProvesNothing(status: String) throws {
        let record = Record([status, status])
        let commands = try commandsOnReturnedChannel(record) { (channel) throws(TransportError) in
            _ = try channel.exchange(Self.select(Self.name))
            _ = try channel.exchange(CommandAPDU(ins: Instruction.verify, p2: 0x80))
            return true
        }
        #expect(commands == [Self.selectOwn, "00200080", "00A4040005D276000124"])
    }

    @Test(arguments: ["9000", "6283", "6112"])
    func oneSuccessfulAnswerOpensTheChannel(status: String) throws {
        let commands = try commandsOnReturnedChannel(Record([status])) { (channel) throws(TransportError) in
            _ = try channel.exchange(Self.select(Self.name))
            return true
        }
        #expect(commands == nil)
    }

    @Test func failureOfTheProofIsThrownAndTheChannelIsLeft() throws {
        let record = Record(["reader"])
        var card = AnyCardChannel(RecordedChannel(record, .t1, extendedLength: false))
        #expect(throws: TransportError.readerRefusedCommand) { _ = try Self.open(on: &card) }
        _ = try card.exchange(Self.select(Self.other))
        #expect(record.commands == [Self.selectOwn, "00A4040005D276000124"])
    }

    /// While an application's channel exists, the transaction's own one leads nowhere.
    @Test func channelThatWasTakenOverSendsNothing() throws {
        let record = Record([])
        var card = AnyCardChannel(RecordedChannel(record, .t1, extendedLength: false))
        let opened = try Self.open(on: &card)
        let isOpened = opened != nil
        #expect(isOpened)
        #expect(throws: TransportError.commandNotAllowed) { try card.exchange(Self.select(Self.other)) }
        #expect(record.commands == [Self.selectOwn])
    }

    // MARK: Selecting

    @Test func otherApplicationIsNotSelected() throws {
        let record = Record([])
        try withChannel(record) { channel in
            let others: [[UInt8]] = [
                Self.other, Array(Self.name.dropLast()), Self.name + [0x00],
                Array(repeating: 0xA0, count: 16),
            ]
            for name in others {
                for p2 in [0x00, 0x0C, 0x02] as [UInt8] {
                    #expect(throws: TransportError.commandNotAllowed) {
                        try channel.plain.exchange(Self.select(name, p2: p2))
                    }
                }
            }
            // Lengths that do not add up, another class, extended form.
            for command in [
                "00A404000AA000000308", "00A404000100", "01A4040005D276000124", "00A4040000000401020304",
            ] {
                let bytes = try #require(Hex.bytes(of: command))
                #expect(throws: TransportError.commandNotAllowed, "\(command)") {
                    try channel.plain.transmit(EncodedCommand(plain: bytes))
                }
            }
        }
        #expect(record.commands.isEmpty)
    }

    /// Without a name SELECT makes the card's default application current (GlobalPlatform: the issuer security domain).
    @Test(arguments: ["00A40400", "00A4040C", "00A4040000"])
    func defaultApplicationIsNotSelected(command: String) throws {
        let record = Record([])
        let bytes = try #require(Hex.bytes(of: command))
        try withChannel(record) { channel in
            #expect(throws: TransportError.commandNotAllowed) {
                try channel.plain.transmit(EncodedCommand(plain: bytes))
            }
        }
        #expect(record.commands.isEmpty)
    }

    @Test func ownApplicationAndItsFilesAreSelected() throws {
        let record = Record([])
        try withChannel(record) { channel in
            _ = try channel.plain.exchange(Self.select(Self.name))
            _ = try channel.plain.exchange(Self.select(Self.name, p2: 0x0C))
            var withLength = Self.select(Self.name)
            withLength.expectedLength = 256
            _ = try channel.plain.exchange(withLength)
            for p1 in [0x00, 0x01, 0x02, 0x08, 0x09] as [UInt8] {
                _ = try channel.plain.exchange(
                    CommandAPDU(ins: Instruction.select, p1: p1, data: [0x50, 0x31])
                )
            }
            // A code can still be presented.
            #expect(try channel.exchange(Self.verify()).status == .success)
        }
        #expect(record.commands.count == 9 && record.secrets == 1)
        #expect(record.commands.first == Self.selectOwn)
    }

    // MARK: Ending

    @Test func noCodeIsSentAfterEndPresenting() throws {
        let record = Record([])
        try withChannel(record) { channel in
            channel.endPresenting()
            #expect(throws: TransportError.commandNotAllowed) { try channel.exchange(Self.verify()) }
            #expect(record.commands.isEmpty)
            _ = try channel.plain.exchange(Self.select(Self.other))
            #expect(throws: TransportError.commandNotAllowed) { try channel.exchange(Self.verify()) }
            // Neither does the own name bring it back.
            _ = try channel.plain.exchange(Self.select(Self.name))
            #expect(throws: TransportError.commandNotAllowed) { try channel.exchange(Self.verify()) }
        }
        #expect(record.commands.count == 2 && record.secrets == 0)
    }

    @Test func releasedChannelSelectsAnotherApplication() throws {
        let record = Record([])
        var card = AnyCardChannel(RecordedChannel(record, .t1, extendedLength: false))
        guard let opened = try Self.open(on: &card) else { throw NotSelected() }
        var released = opened.release()
        _ = try released.exchange(Self.select(Self.other))
        #expect(record.commands == [Self.selectOwn, "00A4040005D276000124"])
        // What is opened on it later is a new selection.
        let second = ApplicationChannel(on: &released) { _ in true }
        let isOpened = second != nil
        #expect(!isOpened)
    }

    // MARK: Codes in plain commands

    @Test(arguments: [0x20, 0x21, 0x24, 0x25, 0x2C, 0x2D] as [UInt8], [0x00, 0x0C, 0x10, 0x80] as [UInt8])
    func plainCommandWithACodeIsRefused(instruction: UInt8, cla: UInt8) throws {
        let record = Record([])
        try withChannel(record) { channel in
            for data in [[0x31], Array(repeating: 0x31, count: 8), Array(repeating: 0x31, count: 300)]
                as [[UInt8]]
            {
                let command = CommandAPDU(cla: cla, ins: instruction, p2: 0x80, data: data)
                #expect(throws: TransportError.commandNotAllowed) { try channel.plain.exchange(command) }
            }
            // The same in bytes, in short and in extended form.
            for header in [[0x01], [0x00, 0x00, 0x01]] as [[UInt8]] {
                #expect(throws: TransportError.commandNotAllowed) {
                    try EncodedCommand(plain: [cla, instruction, 0x00, 0x80] + header + [0x31]).carriesSecret
                }
            }
        }
        #expect(record.commands.isEmpty)
    }

    @Test(arguments: [0x20, 0x21, 0x24, 0x2C] as [UInt8])
    func commandWithoutDataIsSent(instruction: UInt8) throws {
        let record = Record(["9000", "63C3"])
        let response = try withChannel(record) { channel in
            try channel.plain.exchange(CommandAPDU(ins: instruction, p2: 0x80))
        }
        #expect(response.status.remainingTries == 3)
        #expect(record.commands == [Hex.string(of: [0x00, instruction, 0x00, 0x80])])
        #expect(record.secrets == 0)
    }

    // MARK: Commands with a code

    @Test(arguments: ["9000", "63C2", "6983", "6112", "6C10", "6700", "AABB9000"])
    func codeIsSentOnceAndItsResponseDataIsDropped(answer: String) throws {
        for transmissionProtocol in [TransmissionProtocol.t0, .t1] {
            let record = Record(["9000", answer])
            let response = try withChannel(record, transmissionProtocol, extendedLength: true) { channel in
                try channel.exchange(Self.verify())
            }
            #expect(response.data.isEmpty && answer.hasSuffix(response.status.description))
            #expect(record.commands == ["0020008006323436383130"])
        }
    }

    @Test func codeThatTheReaderRefusesIsNotSentAgain() throws {
        let record = Record(["9000", "reader"])
        try withChannel(record, extendedLength: true) { channel in
            #expect(throws: TransportError.readerRefusedCommand) { try channel.exchange(Self.verify()) }
        }
        #expect(record.commands.count == 1 && record.secrets == 1)
        #expect(!record.isExtendedLengthDisabled)
    }

    // MARK: Extended length

    @Test(arguments: ["reader", "6700"])
    func shortCommandsFollowARefusedExtendedOneInTheSession(refusal: String) throws {
        let record = Record(["9000", refusal])
        try withChannel(record, extendedLength: true) { channel in
            let read = CommandAPDU(ins: Instruction.readBinary, expectedLength: 4_096)
            let first = try channel.plain.exchange(read)
            #expect(!channel.limits.extendedLength)
            let second = try channel.plain.exchange(read)
            #expect(first.status == .success && second.status == .success)
        }
        #expect(record.commands == ["00B00000001000", "00B0000000", "00B0000000"])
        #expect(record.isExtendedLengthDisabled)
    }
}

/// Exchanges in extended form, and responses that are announced.
@Suite struct ExchangeFormTests {
    private static let t1 = ChannelLimits(transmissionProtocol: .t1, extendedLength: true)
    private static let refusals: [ScriptedCard.Step] = [
        .failure(.readerRefusedCommand), .answer(nil, with: "6700"),
    ]

    @Test(arguments: refusals.indices)
    func refusedExtendedCommandIsSentAgainInShortForm(refusal: Int) throws {
        let data = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        var card = ScriptedCard(
            limits: Self.t1,
            [
                Self.refusals[refusal],
                .answer("102A9E9AFF" + Hex.string(of: data[..<255]), with: "9000"),
                .answer("002A9E9A2D" + Hex.string(of: data[255...]) + "00", with: "0102" + "9000"),
                // Later commands are short at once.
                .answer("00B0000000", with: "03" + "9000"),
                .answer("10DA0000FF" + Hex.string(of: data[..<255]), with: "9000"),
                .answer("00DA00002D" + Hex.string(of: data[255...]), with: "9000"),
            ]
        )
        let command = CommandAPDU(ins: 0x2A, p1: 0x9E, p2: 0x9A, data: data, expectedLength: 4_096)
        #expect(try card.exchange(command).data == [0x01, 0x02])
        #expect(card.log.first?.starts(with: [0x00, 0x2A, 0x9E, 0x9A, 0x00, 0x01, 0x2C]) == true)
        let isExtended = card.limits.extendedLength
        #expect(!isExtended)
        let read = CommandAPDU(ins: Instruction.readBinary, expectedLength: 4_096)
        #expect(try card.exchange(read).data == [0x03])
        #expect(try card.exchange(CommandAPDU(ins: 0xDA, data: data)).status == .success)
        let isFinished = card.isFinished
        #expect(isFinished)
    }

    @Test func acceptedExtendedCommandStaysExtended() throws {
        var card = ScriptedCard(
            limits: Self.t1,
            [.answer("00B00000001000", with: "AA9000"), .answer("00B00000001000", with: "6B00")]
        )
        let read = CommandAPDU(ins: Instruction.readBinary, expectedLength: 4_096)
        #expect(try card.exchange(read).data == [0xAA])
        #expect(try card.exchange(read).status == .wrongParameters)
        let isExtended = card.limits.extendedLength
        #expect(isExtended)
    }

    @Test(arguments: refusals.indices)
    func refusedShortCommandIsNotSentAgain(refusal: Int) {
        var card = ScriptedCard(limits: Self.t1, [Self.refusals[refusal]])
        _ = try? card.exchange(CommandAPDU(ins: Instruction.readBinary, expectedLength: 256))
        let isExtended = card.limits.extendedLength
        #expect(card.log.count == 1 && isExtended)
    }

    @Test(arguments: [TransportError.noAnswer(cardRemoved: false), .cardReset, .reader(code: 0x8010_002F)])
    func otherFailureOfAnExtendedCommandIsThrown(error: TransportError) {
        var card = ScriptedCard(limits: Self.t1, [.failure(error)])
        #expect(throws: error) {
            try card.exchange(CommandAPDU(ins: Instruction.readBinary, expectedLength: 4_096))
        }
        #expect(card.log.count == 1)
    }

    @Test(arguments: refusals.indices)
    func codeIsNeverSentAgain(refusal: Int) {
        var card = ScriptedCard(limits: Self.t1, [Self.refusals[refusal], .answer(nil, with: "9000")])
        let code: [UInt8] = [0x31, 0x32, 0x33, 0x34]
        let command = SecretCommandAPDU(
            ins: Instruction.verify,
            p1: 0,
            p2: 0x80,
            data: SecretBytes(capacity: 4) { $0.append(contentsOf: code.span) }
        )
        let response = try? card.exchange(command)
        #expect(response == (refusal == 0 ? nil : ResponseAPDU(status: .wrongLength)))
        let isExtended = card.limits.extendedLength
        #expect(card.log.count == 1 && card.codeCommands == 1 && isExtended)
    }

    @Test(arguments: [TransmissionProtocol.t0, .t1], ["6101", "6112", "6100", "61FF", "AABB6110"])
    func announcedDataThatIsNotExpectedIsNotFetched(
        transmissionProtocol: TransmissionProtocol,
        answer: String
    ) throws {
        let commands = [
            CommandAPDU(ins: Instruction.select, p1: 0x04, data: [0xA0, 0x00]),
            CommandAPDU(ins: 0x20, p2: 0x80),
        ]
        for command in commands {
            var card = ScriptedCard(
                limits: ChannelLimits(transmissionProtocol: transmissionProtocol, extendedLength: true),
                [.answer(nil, with: answer)]
            )
            #expect(try card.exchange(command) == ResponseAPDU(status: .success))
            #expect(card.log.count == 1)
        }
    }

    @Test(arguments: [TransmissionProtocol.t0, .t1])
    func announcedDataThatIsExpectedIsFetched(transmissionProtocol: TransmissionProtocol) throws {
        var card = ScriptedCard(
            limits: ChannelLimits(transmissionProtocol: transmissionProtocol),
            [
                .answer(transmissionProtocol == .t0 ? "00A4040002A000" : "00A4040002A00000", with: "6102"),
                .answer("00C0000002", with: "6F009000"),
            ]
        )
        let command = CommandAPDU(ins: Instruction.select, p1: 0x04, data: [0xA0, 0x00], expectedLength: 256)
        #expect(try card.exchange(command).data == [0x6F, 0x00])
        let isFinished = card.isFinished
        #expect(isFinished)
    }
}
