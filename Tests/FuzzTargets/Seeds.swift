internal import CardCore
internal import CertificateTrust
package import VirtualCards
internal import X509

/// First inputs for each target, made of the software cards.
package enum Seeds {
    package typealias Seed = (target: FuzzTarget, name: String, bytes: [UInt8])

    /// The profiles that seeds are made of.
    package static var profiles: [CardProfile] { FuzzedFamily.all.flatMap(\.profiles) }

    /// Inputs made of `image`, the card image of `profile`.
    package static func make(of image: any SoftwareCardImage, _ profile: CardProfile) -> [Seed] {
        let atr = image.makeCard(state: CardState(fresh: image), fault: nil).atr
        var seeds: [Seed] = [(.atr, profile.rawValue, atr)]
        for family in FuzzedFamily.all where family.profiles.contains(profile) {
            seeds += family.seeds(image)
            seeds += recordings(of: image, profile, family, .cardAny, hints: [])
            seeds += recordings(of: image, profile, family, family.target, hints: [family.name])
        }
        return seeds
    }

    private static func recordings(
        of image: any SoftwareCardImage,
        _ profile: CardProfile,
        _ family: FuzzedFamily,
        _ target: FuzzTarget,
        hints: [String]
    ) -> [Seed] {
        // Finding out what a card is needs no scene of its own.
        let scenes = target == .cardAny ? family.scenes.filter { !$0.name.contains("-") } : family.scenes
        return CardRecorder(image: image, families: hints).inputs(of: scenes).map {
            (target, "\(profile.rawValue)-\($0.name)", $0.bytes)
        }
    }

    /// Inputs that no card is needed for.
    package static var texts: [Seed] {
        let typed: [(target: FuzzTarget, name: String, text: String)] = [
            (.apdu, "select", "00A4040C0CA000000063504B43532D3135"),
            (.apdu, "codes", "00200081\n00 20 00 81 {pin}\n002C0081{puk}{new}\n00240081 {pin} {new}"),
            (.apdu, "le", "80CA9F7F00\n00B0000000"),
            (.atr, "pattern", "3B 7F 96 00 00 80 31 80 65 B0 85 xx *"),
            (.configuration, "settings", settings),
            (.configuration, "card", card),
            (.state, "guards", "kortvakt guards 1\n6332 526561646572 7 6162\n3134 ff - -\nend\n"),
        ]
        let counters: [UInt8] = [0xA0, 0x0A, 0x83, 0x01, 0x81, 0xDF, 0x21, 0x04, 0x03, 0xFF, 0xFF, 0x01]
        var seeds: [Seed] = typed.map { ($0.target, $0.name, Array($0.text.utf8)) }
        seeds += [(.counters, "answer", counters), (.tlv, "counters", counters)]
        if let template = Hex.bytes(of: directory) { seeds.append((.dir, "discretionary", template)) }
        return seeds
    }

    /// The test PKI, and what a card that holds its keys answers.
    package static var certificates: [Seed] {
        var seeds: [Seed] = TestPKI.certificates.map { (.x509, $0.name, $0.bytes) }
        seeds += TestPKI.lists.map { (.crl, $0.name, $0.bytes) }
        if let pki = TestPKI.shared {
            let text = [pki.root, pki.issuer].compactMap { try? PEM.text(of: $0) }.joined()
            seeds.append((.x509, "bundle", Array(text.utf8)))
        }
        // Each key and each way: the true answer, one that is cut, and one with a bit too many.
        for first in UInt8(0)..<16 {
            seeds.append((.signature, "true-\(first)", [first]))
            seeds.append((.signature, "cut-\(first)", [first] + [UInt8](repeating: 0, count: 63)))
            seeds.append(
                (.signature, "changed-\(first)", [first] + [UInt8](repeating: 0, count: 40) + [0x01, 0x80])
            )
            seeds.append((.signature, "long-\(first)", [first] + [UInt8](repeating: 0, count: 520)))
        }
        return seeds
    }

    private static let settings =
        "[PINPolicy]\nAllowTrivial=true\n[Lock]\nBind=owner\nCards=piv;A B\n[Reader \"A *\"]\nSeat=seat1\n[Advice]\nText=Call\nText[sv]=Ring\n[Advice siths]\nContact=1177\n"
    private static let card =
        "[Card A]\nATR=3B 7F 96 xx *\nName=A\nKind=siths\nFamilies=pkcs15;piv;\nSource=B\n"

    /// An application template with everything that one can hold.
    private static let directory = """
        613F 4F0CA000000063504B43532D3135 50055349544853 51043F005015 7322 060A2A864886F70D010F0401 \
        3007 04025031 020100 A00B 04025032 020100 80020200
        """
}
