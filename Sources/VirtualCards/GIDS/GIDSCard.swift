package import CardCore

/// A GIDS card in software, made of a `GIDSImage`, in the manner of GidsApplet.
///
/// Status words and their order are the applet's. What is written with PUT DATA is kept for as long as the card exists,
/// codes and counters also in its state. Used from one thread.
package final class GIDSCard: TransmittingCard {
    package internal(set) var image: GIDSImage
    package internal(set) var state: CardState
    let fault: CardFault?
    package var stateDidChange: ((CardState) -> Void)?

    var isSelected = false
    /// Whether the PIN is verified.
    package internal(set) var isUserVerified = false
    var administrator = Administrator.none
    /// The key that MANAGE SECURITY ENVIRONMENT chose for the administrator, `80` or none.
    var administratorKeyIsChosen = false
    var environment: (key: GIDSImage.Key, algorithm: UInt8)?
    var signers: [[UInt8]: RSAKey] = [:]
    var transmission = TransmissionRules(.t1, extendedLength: false, commandChaining: true)

    /// How far the administrator has come.
    enum Administrator: Equatable {
        case none
        /// The card's challenge of 8 bytes is unanswered.
        case challenged([UInt8])
        /// Challenges of 16 bytes, the card's and the host's, are unanswered.
        case mutuallyChallenged(card: [UInt8], host: [UInt8])
        case authenticated
    }

    /// A card made of `image` that remembers `state`, a fresh one where none is given.
    package init(image: GIDSImage, state: CardState? = nil, fault: CardFault? = nil) {
        var image = image
        if case .truncateFiles(let length) = fault {
            for index in image.files.indices {
                image.files[index].objects = image.files[index].objects.mapValues {
                    HexBytes(Array($0.bytes.prefix(length)))
                }
            }
        }
        self.image = image
        self.state = state ?? CardState(fresh: image)
        self.fault = fault
    }

    package var atr: [UInt8] { image.atr.bytes }

    package var transmissionProtocol: TransmissionProtocol { .t1 }

    package var holdsSecurityStatus: Bool { isUserVerified || administrator == .authenticated }

    package func response(to challenge: [UInt8]) -> [UInt8]? {
        TripleDES(key: image.administratorKey.value.bytes)?.encrypt(challenge)
    }

    package func reset() {
        isSelected = false
        leave()
        transmission.reset()
    }

    /// Forgets everything that is volatile, as the applet does when something is selected in its place.
    func leave() {
        forgetAuthentication()
        environment = nil
    }

    func forgetAuthentication() {
        isUserVerified = false
        administrator = .none
        administratorKeyIsChosen = false
    }

    package func process(_ command: [UInt8]) -> [UInt8] { respond(to: command) }

    func execute(_ command: CommandAPDU) -> Answer {
        guard command.cla & 0x0C == 0 else { return Answer(status: 0x6882) }
        guard command.cla & 0xE0 == 0 else { return Answer(status: 0x6E00) }
        if command.ins == Instruction.select { return select(command) }
        guard isSelected else { return Answer(status: 0x6D00) }
        return switch command.ins {
        case Instruction.verify: verify(command)
        case Instruction.changeReferenceData: changeReferenceData(command)
        case Instruction.resetRetryCounter: resetRetryCounter(command)
        case Instruction.getDataWithTags: getData(command)
        case 0xDB: putData(command)
        case Instruction.generalAuthenticate: generalAuthenticate(command)
        case Instruction.manageSecurityEnvironment: manageSecurityEnvironment(command)
        case Instruction.performSecurityOperation: performSecurityOperation(command)
        default: Answer(status: 0x6D00)
        }
    }
}
