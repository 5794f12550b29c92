package import CardCore

/// A PKCS#15 card in software, made of a `CardImage`.
///
/// It counts and blocks like a card, forgets what was verified on reset and on leaving an application, signs with real
/// keys and keeps to the rules of its transmission protocol. Used from one thread.
package final class SoftwareCard: VirtualCard {
    package let image: CardImage
    /// Codes and counters; setting it is what a card bureau would do.
    package internal(set) var state: CardState
    let fault: CardFault?
    /// Told of each change of `state` before the card answers, so that nothing is answered that was not kept.
    package var stateDidChange: ((CardState) -> Void)?

    var fileSystem: CardFileSystem
    /// References of the codes that are verified.
    package internal(set) var verified: Set<UInt8> = []
    var environment = SecurityEnvironment()
    var keys: [[UInt8]: RSAKey] = [:]
    /// What GET RESPONSE will fetch.
    private var pending: [UInt8] = []

    /// What MANAGE SECURITY ENVIRONMENT has set (ISO/IEC 7816-4, 11.5.11).
    struct SecurityEnvironment {
        /// Reference of the key, control reference template `B6` and `A4`.
        var key: [UInt8]?
        /// Path of the key's file.
        var file: [UInt8]?
        var algorithm: UInt8?
    }

    /// A response before the transmission protocol has had its say.
    struct Answer {
        var data: [UInt8] = []
        var status: UInt16

        static let success = Answer(status: 0x9000)
    }

    /// A card made of `image` that remembers `state`, a fresh one where none is given.
    package init(image: CardImage, state: CardState? = nil, fault: CardFault? = nil) {
        var image = image
        switch fault {
        case .truncateFiles(let length):
            for index in image.files.indices {
                image.files[index].content = image.files[index].content.map {
                    HexBytes(Array($0.bytes.prefix(length)))
                }
            }
        case .unknownCard:
            (image.files, image.applications, image.keys, image.dataObjects) = ([], [], [], [:])
            image.pins = []
        default: break
        }
        self.image = image
        self.state = state ?? CardState(fresh: image)
        self.fault = fault
        fileSystem = CardFileSystem(image: image)
    }

    package var atr: [UInt8] { image.atr.bytes }

    package var transmissionProtocol: TransmissionProtocol { image.transmissionProtocol == "T=1" ? .t1 : .t0 }

    package func reset() {
        fileSystem.reset()
        verified = []
        environment = SecurityEnvironment()
        pending = []
    }

    package func process(_ command: [UInt8]) -> [UInt8] {
        let before = state
        let answer = respond(to: command)
        if state != before { stateDidChange?(state) }
        return answer.data + [UInt8(answer.status >> 8), UInt8(truncatingIfNeeded: answer.status)]
    }

    private func respond(to bytes: [UInt8]) -> Answer {
        guard bytes.count >= 4, !(isExtended(bytes) && !allowsExtended),
            let command = CommandAPDU(decoding: bytes)
        else {
            pending = []
            return Answer(status: 0x6700)
        }
        guard command.cla == 0x00 else { return Answer(status: command.cla == 0x10 ? 0x6884 : 0x6E00) }
        if command.ins == Instruction.getResponse { return getResponse(command) }
        pending = []
        // Under T=0 a command has data or a length, never both (ISO/IEC 7816-3, 12.2).
        if transmissionProtocol == .t0, !command.data.isEmpty, command.expectedLength != nil {
            return Answer(status: 0x6700)
        }
        return deliver(execute(command), for: command)
    }

    private var allowsExtended: Bool { image.extendedLength && transmissionProtocol == .t1 }

    private func isExtended(_ bytes: [UInt8]) -> Bool { bytes.count > 5 && bytes[4] == 0 }

    private func execute(_ command: CommandAPDU) -> Answer {
        switch command.ins {
        case Instruction.select: select(command)
        case Instruction.readBinary: readBinary(command)
        case 0xB2: readRecord(command)
        case Instruction.verify: verify(command)
        case Instruction.changeReferenceData: changeReferenceData(command)
        case Instruction.resetRetryCounter: resetRetryCounter(command)
        case Instruction.getData: getData(command)
        case Instruction.getDataWithTags: getCounters(command)
        case Instruction.manageSecurityEnvironment: manageSecurityEnvironment(command)
        case Instruction.performSecurityOperation: performSecurityOperation(command)
        case Instruction.internalAuthenticate: internalAuthenticate(command)
        case 0x84: getChallenge(command)
        default: Answer(status: 0x6D00)
        }
    }

    /// Puts an answer in the form that the protocol carries.
    private func deliver(_ answer: Answer, for command: CommandAPDU) -> Answer {
        guard !answer.data.isEmpty else { return answer }
        guard let expected = command.expectedLength else {
            // T=1 without Le: no data was asked for. T=0 without Le: it waits for GET RESPONSE.
            guard transmissionProtocol == .t0 else { return Answer(status: answer.status) }
            pending = answer.data
            return Answer(status: announcement)
        }
        if transmissionProtocol == .t0 {
            // The length byte of T=0 must be the exact one (ISO/IEC 7816-3, 12.2.2).
            guard answer.data.count == expected else {
                return Answer(status: 0x6C00 | UInt16(truncatingIfNeeded: answer.data.count & 0xFF))
            }
            return answer
        }
        guard answer.data.count > expected else { return answer }
        pending = Array(answer.data.dropFirst(expected))
        return Answer(data: Array(answer.data.prefix(expected)), status: announcement)
    }

    /// `61XX` for what is pending; `6100` for 256 bytes and more.
    private var announcement: UInt16 { 0x6100 | UInt16(pending.count >= 256 ? 0 : pending.count) }

    /// GET RESPONSE (ISO/IEC 7816-4, 11.7.1).
    private func getResponse(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0, command.p2 == 0 else { return Answer(status: 0x6A86) }
        guard !pending.isEmpty else { return Answer(status: 0x6985) }
        guard command.data.isEmpty, let expected = command.expectedLength else {
            return Answer(status: 0x6700)
        }
        if transmissionProtocol == .t0, expected > pending.count {
            return Answer(status: 0x6C00 | UInt16(truncatingIfNeeded: pending.count & 0xFF))
        }
        let data = Array(pending.prefix(expected))
        pending.removeFirst(data.count)
        return Answer(data: data, status: pending.isEmpty ? 0x9000 : announcement)
    }
}
