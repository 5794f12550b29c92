/// The software cards that exist, by the names that `kortvakt-card` takes.
package enum CardProfile: String, CaseIterable, Sendable {
    case siths
    case sithsT1 = "siths-t1"
    case sithsTwoStep = "siths-two-step"
    case reservkort
    case fineid
    case fineidHealth = "fineid-health"
    case idprime940 = "idprime-940"
    case gids
    case openpgp
    case piv
    case pivYubiKey = "piv-yubikey"

    /// Those that are PKCS#15 cards.
    package static let pkcs15: [CardProfile] = [
        .siths, .sithsT1, .sithsTwoStep, .reservkort, .fineid, .fineidHealth,
    ]

    /// What reads the image of this profile.
    package var imageType: any SoftwareCardImage.Type {
        switch self {
        case .siths, .sithsT1, .sithsTwoStep, .reservkort, .fineid, .fineidHealth, .idprime940:
            FileSystemImage.self
        case .gids: GIDSImage.self
        case .piv, .pivYubiKey: PIVImage.self
        case .openpgp: OpenPGPImage.self
        }
    }
}
