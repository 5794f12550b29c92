internal import CardCore
internal import VirtualCards

/// What fuzzing has to know of one card family.
///
/// All of it stands in one file, which goes when the family goes, with its cases of `FuzzTarget` and its place in `all`.
struct FuzzedFamily: Sendable {
    /// As `CardFamily` has it.
    let name: String
    /// Whole cards that are taken for this family first.
    let target: FuzzTarget
    /// The software cards whose answers become seeds.
    let profiles: [CardProfile]
    /// Certificates that a report may hold, and how many more when those of replaced keys are asked for.
    let mostCertificates: Int
    var mostRetiredCertificates = 0
    /// What is played on each of the software cards.
    let scenes: [CardScene]
    /// Questions of the family's own that tell counters.
    var counterQuestions: [CounterQuestion] = []
    /// Whether a card that answered `afterwards` behind the last of `codes` has nothing verified any more.
    var hasForgotten:
        @Sendable (_ codes: [HostileCard.Command], _ afterwards: [HostileCard.Command]) -> Bool = {
            _,
            _ in false
        }
    /// Inputs for the targets of the family's parsers, made of one of its software cards.
    var seeds: @Sendable (any SoftwareCardImage) -> [Seeds.Seed] = { _ in [] }

    static let all: [FuzzedFamily] = [.pkcs15, .piv, .idprime, .gids, .openpgp]
}

extension HostileCard.Command {
    /// Instruction and P1.
    var form: [UInt8] { Array(header[1...2]) }

    var reference: UInt8 { header[3] }

    /// Whether it is VERIFY with P1 = FF and was accepted: the card has forgotten that this reference was verified.
    var isAcceptedLogout: Bool { form == [0x20, 0xFF] && data.isEmpty && finalStatus?.isSuccess == true }
}
