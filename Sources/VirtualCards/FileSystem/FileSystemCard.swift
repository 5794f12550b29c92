package import CardCore

/// A card with files in software, made of a `FileSystemImage`.
///
/// It counts and blocks like a card, forgets what was verified on reset and on leaving an application, signs with real
/// keys and keeps to the rules of its transmission protocol. Used from one thread.
package final class FileSystemCard: TransmittingCard {
    package let image: FileSystemImage
    /// Codes and counters; setting it is what a card bureau would do.
    package internal(set) var state: CardState
    let fault: CardFault?
    /// Told of each change of `state` before the card answers, so that nothing is answered that was not kept.
    package var stateDidChange: ((CardState) -> Void)?

    var fileSystem: CardFileSystem
    /// References of the codes that are verified.
    package internal(set) var verified: Set<UInt8> = []
    var environment = SecurityEnvironment()
    /// What GET CHALLENGE has given out for the administrator's key.
    var challenge: [UInt8]?
    /// The hash that COMPUTE DIGITAL SIGNATURE without data signs.
    var loadedHash: [UInt8]?
    var keys: [[UInt8]: RSAKey] = [:]
    var transmission: TransmissionRules

    /// What MANAGE SECURITY ENVIRONMENT has set (ISO/IEC 7816-4, 11.5.11).
    struct SecurityEnvironment {
        /// Reference of the key, control reference template `B6` and `A4`.
        var key: [UInt8]?
        /// Path of the key's file.
        var file: [UInt8]?
        var algorithm: UInt8?
    }

    /// A card made of `image` that remembers `state`, a fresh one where none is given.
    package init(image: FileSystemImage, state: CardState? = nil, fault: CardFault? = nil) {
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
        transmission = TransmissionRules(
            image.transmissionProtocol == "T=1" ? .t1 : .t0,
            extendedLength: image.extendedLength
        )
    }

    package var atr: [UInt8] { image.atr.bytes }

    package var transmissionProtocol: TransmissionProtocol { transmission.transmissionProtocol }

    package var holdsSecurityStatus: Bool { !verified.isEmpty }

    package func response(to challenge: [UInt8]) -> [UInt8]? {
        image.administratorKey?.response(to: challenge)
    }

    package func reset() {
        fileSystem.reset()
        verified = []
        environment = SecurityEnvironment()
        (challenge, loadedHash) = (nil, nil)
        transmission.reset()
    }

    package func process(_ command: [UInt8]) -> [UInt8] { respond(to: command) }

    func execute(_ command: CommandAPDU) -> Answer {
        guard command.cla == 0x00 else { return Answer(status: 0x6E00) }
        return switch command.ins {
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
        case Instruction.getChallenge: getChallenge(command)
        case Instruction.externalAuthenticate: externalAuthenticate(command)
        default: Answer(status: 0x6D00)
        }
    }
}
