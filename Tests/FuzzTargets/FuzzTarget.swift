/// A place where hostile bytes come in, with what must hold whatever they are.
///
/// The raw value is the name of its folder in `Fixtures/fuzz-corpus`.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// BER-TLV data objects.
    case tlv
    /// Answer-to-Reset and patterns for it.
    case atr
    /// EF.DIR.
    case dir
    /// EF.OD.
    case odf
    /// EF.CIAInfo.
    case tokenInfo = "token-info"
    /// EF.AOD.
    case aodf
    /// EF.PrKD.
    case prkdf
    /// EF.CD.
    case cdf
    /// X.509 certificates, and PEM, as they are verified.
    case x509
    /// Revocation lists.
    case crl
    /// Answers of OCSP responders.
    case ocsp
    /// What a card answers when it is to sign.
    case signature
    /// Commands as `kortvakt apdu` takes them.
    case apdu
    /// Counters by GET DATA.
    case counters
    /// `kortvakt.conf` and `cards.d`.
    case configuration
    /// What the daemon wrote down before it ended.
    case state
    /// Compressed certificates.
    case inflate
    /// One answer of a PIV card.
    case pivObject = "piv-object"
    /// One file of an IDPrime card.
    case idprimeFiles = "idprime-files"
    /// One file of a GIDS card.
    case gidsFiles = "gids-files"
    /// One data object of an OpenPGP card.
    case openpgpData = "openpgp-data"
    /// Everything a person does with a card, on a PKCS#15 card that does what the input says.
    case card
    /// The same with a card that is first taken for one of PIV.
    case cardPIV = "card-piv"
    case cardIDPrime = "card-idprime"
    case cardGIDS = "card-gids"
    case cardOpenPGP = "card-openpgp"
    /// The same with a card of which nothing is known before.
    case cardAny = "card-any"

    /// The families that a whole card is taken for first; `nil` for a parser.
    private var hintedFamilies: [String]? {
        if self == .cardAny { return [] }
        return FuzzedFamily.all.first { $0.target == self }.map { [$0.name] }
    }

    /// Whether an input is a `HostileInput`.
    package var isWholeCard: Bool { hintedFamilies != nil }

    /// Whether an input is most often DER.
    package var isDER: Bool { [.x509, .crl, .ocsp].contains(self) }

    /// Feeds `input` and returns every rule that was broken; a trap is for the caller to see.
    package func run(_ input: [UInt8]) -> [String] {
        var broken = BrokenRules()
        switch self {
        case .tlv: CoreTargets.tlv(input, &broken)
        case .atr: CoreTargets.atr(input, &broken)
        case .dir: FileTargets.directory(input, &broken)
        case .odf: PKCS15Targets.objectDirectory(input, &broken)
        case .tokenInfo: PKCS15Targets.tokenInfo(input, &broken)
        case .aodf: PKCS15Targets.authenticationObjects(input, &broken)
        case .prkdf: PKCS15Targets.privateKeys(input, &broken)
        case .cdf: PKCS15Targets.certificates(input, &broken)
        case .x509: CertificateTargets.certificate(input, &broken)
        case .crl: RevocationTargets.list(input, &broken)
        case .ocsp: RevocationTargets.answer(input, &broken)
        case .signature: SignatureTarget.run(input, &broken)
        case .apdu: CoreTargets.rawCommands(input, &broken)
        case .counters: FileTargets.counters(input, &broken)
        case .configuration: ConfigurationTarget.run(input, &broken)
        case .state: StateTarget.run(input, &broken)
        case .inflate: FileTargets.inflate(input, &broken)
        case .pivObject: PIVTargets.object(input, &broken)
        case .idprimeFiles: IDPrimeTargets.file(input, &broken)
        case .gidsFiles: GIDSTargets.file(input, &broken)
        case .openpgpData: OpenPGPTargets.data(input, &broken)
        case .card, .cardPIV, .cardIDPrime, .cardGIDS, .cardOpenPGP, .cardAny:
            CardTarget.run(input, families: hintedFamilies ?? [], &broken)
        }
        return broken.list
    }

    /// What happened with `input`, for a person to read; empty for parsers.
    package func account(of input: [UInt8]) -> String {
        guard let hintedFamilies else { return "" }
        var broken = BrokenRules()
        return CardTarget.run(input, families: hintedFamilies, &broken)()
    }
}

/// Collects the rules that an input broke.
struct BrokenRules {
    private(set) var list: [String] = []

    /// Notes `rule` where `holds` is false; each is kept once.
    mutating func expect(_ holds: Bool, _ rule: @autoclosure () -> String) {
        guard !holds else { return }
        let text = rule()
        if !list.contains(text) { list.append(text) }
    }
}
