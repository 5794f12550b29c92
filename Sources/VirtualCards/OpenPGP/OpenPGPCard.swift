package import CardCore

/// An OpenPGP card in software (OpenPGP card specification 3.4), made of an `OpenPGPImage`.
///
/// Used from one thread. What PUT DATA writes is kept while the card lives, and only the codes outlive it.
package final class OpenPGPCard: TransmittingCard {
    package let image: OpenPGPImage
    /// Codes and counters; setting it is what a card bureau would do.
    package internal(set) var state: CardState
    let fault: CardFault?
    /// Told of each change of `state` before the card answers, so that nothing is answered that was not kept.
    package var stateDidChange: ((CardState) -> Void)?

    /// Modes that are verified: 81 PW1 for one signature, 82 PW1 for the rest, 83 PW3.
    package internal(set) var verified: Set<UInt8> = []
    var isSelected = false
    /// Which of the three certificates GET DATA and PUT DATA mean.
    package internal(set) var certificateOccurrence = 0
    var dataObjects: [String: HexBytes]
    var certificates: [HexBytes]
    var signatureKeepsPW1: Bool
    var signatureCount = 0
    var signers: [OpenPGPImage.Key.Use: RSAKey] = [:]
    var transmission: TransmissionRules

    /// A card made of `image` that remembers `state`, a fresh one where none is given.
    package init(image: OpenPGPImage, state: CardState? = nil, fault: CardFault? = nil) {
        self.image = image
        self.state = state ?? CardState(fresh: image)
        self.fault = fault
        dataObjects = image.dataObjects
        certificates = image.certificates
        signatureKeepsPW1 = image.passwords.signatureKeepsPW1
        transmission = TransmissionRules(.t1, extendedLength: image.extendedLength, commandChaining: true)
    }

    package var atr: [UInt8] { image.atr.bytes }

    package var transmissionProtocol: TransmissionProtocol { transmission.transmissionProtocol }

    package var holdsSecurityStatus: Bool { !verified.isEmpty }

    package func reset() {
        isSelected = false
        forget()
        transmission.reset()
    }

    package func process(_ command: [UInt8]) -> [UInt8] { respond(to: command) }

    /// Everything that ends with a selection.
    private func forget() {
        verified = []
        certificateOccurrence = 0
    }

    func execute(_ command: CommandAPDU) -> Answer {
        guard command.cla == 0x00 else { return Answer(status: 0x6E00) }
        if command.ins == Instruction.select { return select(command) }
        guard isSelected else { return Answer(status: 0x6D00) }
        return switch command.ins {
        case 0xA5: selectData(command)
        case Instruction.getData: getData(command)
        case 0xCC: getNextData(command)
        case 0xDA: putData(command)
        case Instruction.verify: verify(command)
        case Instruction.changeReferenceData: changeReferenceData(command)
        case Instruction.resetRetryCounter: resetRetryCounter(command)
        case Instruction.performSecurityOperation: performSecurityOperation(command)
        case Instruction.internalAuthenticate: internalAuthenticate(command)
        case 0x47: readPublicKey(command)
        case Instruction.getChallenge: getChallenge(command)
        default: Answer(status: 0x6D00)
        }
    }

    /// SELECT by the AID or its beginning (7.2.1); there are no files.
    private func select(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0x04, command.p2 & 0xF3 == 0, fault != .unknownCard, command.data.count >= 5,
            image.aid.bytes.starts(with: command.data)
        else { return Answer(status: 0x6A82) }
        isSelected = true
        forget()
        guard command.p2 & 0x0C != 0x0C else { return .success }
        let name = dataObject([0x84], image.aid.bytes)
        return Answer(data: dataObject([command.p2 & 0x0C == 0x04 ? 0x62 : 0x6F], name), status: 0x9000)
    }
}
