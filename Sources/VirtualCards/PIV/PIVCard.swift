package import CardCore

/// A PIV card in software (NIST SP 800-73-4), made of a `PIVImage`.
///
/// It counts and blocks like a card, forgets what was verified on reset and when another application is selected, and
/// signs with real keys. Used from one thread.
package final class PIVCard: TransmittingCard {
    package let image: PIVImage
    package internal(set) var state: CardState
    let fault: CardFault?
    package var stateDidChange: ((CardState) -> Void)?

    /// What SELECT has reached.
    package enum Selection: Equatable, Sendable {
        case nothing
        case piv
        /// One of the image's other applications.
        case other(Int)
    }

    package private(set) var selection: Selection
    /// References of the codes that are verified.
    package internal(set) var verified: Set<UInt8> = []
    /// Whether the command before this one was the VERIFY that a key with "PIN always" asks for.
    var hasJustVerified = false
    var keys: [UInt8: RSAKey] = [:]
    var transmission: TransmissionRules

    /// Octets of a code with its padding (part 2, 2.4.3).
    static let storedLength = 8

    /// A card made of `image` that remembers `state`, a fresh one where none is given.
    package init(image: PIVImage, state: CardState? = nil, fault: CardFault? = nil) {
        self.state = state ?? CardState(fresh: image)
        var image = image
        switch fault {
        case .truncateFiles(let length):
            for index in image.objects.indices {
                let content = image.objects[index].content.bytes
                image.objects[index].content = HexBytes(Array(content.prefix(length)))
            }
        case .unknownCard:
            (image.objects, image.codes, image.keys, image.otherApplications) = ([], [], [], [])
            image.isDefaultApplication = false
        default: break
        }
        self.image = image
        self.fault = fault
        selection = image.isDefaultApplication ? .piv : .nothing
        transmission = TransmissionRules(
            image.transmissionProtocol == "T=0" ? .t0 : .t1,
            extendedLength: image.extendedLength,
            commandChaining: true
        )
    }

    package var atr: [UInt8] { image.atr.bytes }
    package var transmissionProtocol: TransmissionProtocol { transmission.transmissionProtocol }

    package var holdsSecurityStatus: Bool { !verified.isEmpty }

    package func reset() {
        selection = image.isDefaultApplication ? .piv : .nothing
        verified = []
        hasJustVerified = false
        transmission.reset()
    }

    package func process(_ command: [UInt8]) -> [UInt8] {
        // Under T=0 what no Le asked for waits for GET RESPONSE.
        let addsLe = image.answersWithoutLe && transmissionProtocol == .t1
        return respond(to: addsLe ? Self.withLe(command) : command)
    }

    /// The command with the largest Le of its form, where it has none.
    private static func withLe(_ command: [UInt8]) -> [UInt8] {
        guard let decoded = CommandAPDU(decoding: command), decoded.expectedLength == nil else {
            return command
        }
        return command + (command.count > 5 && command[4] == 0 ? [0, 0] : [0])
    }

    func execute(_ command: CommandAPDU) -> Answer {
        guard command.cla == 0x00 else { return Answer(status: 0x6E00) }
        let consent = hasJustVerified
        hasJustVerified = false
        if command.ins == Instruction.select { return select(command) }
        switch selection {
        case .nothing: return Answer(status: 0x6D00)
        case .other(let index):
            let header = Hex.string(of: [command.ins, command.p1, command.p2])
            guard let answer = image.otherApplications[index].answers[header] else {
                return Answer(status: 0x6D00)
            }
            return Answer(data: answer.bytes, status: 0x9000)
        case .piv: break
        }
        return switch command.ins {
        case Instruction.getDataWithTags: getData(command)
        case Instruction.verify: verify(command)
        case Instruction.changeReferenceData: changeReferenceData(command)
        case Instruction.resetRetryCounter: resetRetryCounter(command)
        case Instruction.generalAuthenticate: generalAuthenticate(command, consent: consent)
        case 0xF7, 0xF8, 0xFD: yubiKeyInformation(command)
        default: Answer(status: 0x6D00)
        }
    }

    /// SELECT by AID, whole or its beginning (part 2, 3.1.1).
    ///
    /// Selecting PIV again leaves everything verified, leaving it keeps only the global PIN, and what is not there changes
    /// nothing; a YubiKey forgets and leaves in each of these cases (OpenSC pull request 1243).
    private func select(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0x04, command.p2 == 0x00 else { return Answer(status: 0x6A86) }
        guard fault != .unknownCard else { return Answer(status: 0x6A82) }
        let isYubiKey = image.yubiKey != nil
        if command.data.count >= 5, image.application.aid.bytes.starts(with: command.data) {
            selection = .piv
            if isYubiKey { verified = [] }
            return Answer(data: image.application.propertyTemplate.bytes, status: 0x9000)
        }
        let index = image.otherApplications.firstIndex { application in
            command.data.count >= 5 && application.aid.bytes.starts(with: command.data)
        }
        if index != nil || isYubiKey {
            selection = index.map(Selection.other) ?? .nothing
            verified.formIntersection([0x00])
        }
        guard let index else { return Answer(status: 0x6A82) }
        return Answer(data: image.otherApplications[index].selection.bytes, status: 0x9000)
    }

    /// GET DATA with a tag list of one tag (part 2, 3.1.2).
    private func getData(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0x3F, command.p2 == 0xFF else { return Answer(status: 0x6A86) }
        guard command.data.count >= 3, command.data[0] == 0x5C,
            Int(command.data[1]) == command.data.count - 2
        else { return Answer(status: 0x6A80) }
        let tag = Array(command.data[2...])
        guard let object = image.objects.first(where: { $0.tag.bytes == tag }) else {
            return Answer(status: 0x6A82)
        }
        guard !object.needsPIN || isPINVerified else { return Answer(status: 0x6982) }
        return Answer(data: object.content.bytes, status: 0x9000)
    }

    /// Whether the application's or the global PIN is verified.
    var isPINVerified: Bool { !verified.isDisjoint(with: [0x00, 0x80]) }
}
