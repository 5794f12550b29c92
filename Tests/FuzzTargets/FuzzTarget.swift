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
    /// X.509 certificates as `status` shows them.
    case certificate
    /// Commands as `kortvakt apdu` takes them.
    case apdu
    /// Counters by GET DATA.
    case counters
    /// `kortvakt.conf` and `cards.d`.
    case configuration
    /// Everything a person does with a card, on a card that does what the input says.
    case card

    /// Feeds `input` and returns every rule that was broken; a trap is for the caller to see.
    package func run(_ input: [UInt8]) -> [String] {
        var broken = BrokenRules()
        switch self {
        case .tlv: CoreTargets.tlv(input, &broken)
        case .atr: CoreTargets.atr(input, &broken)
        case .dir: FileTargets.directory(input, &broken)
        case .odf: FileTargets.objectDirectory(input, &broken)
        case .tokenInfo: FileTargets.tokenInfo(input, &broken)
        case .aodf: FileTargets.authenticationObjects(input, &broken)
        case .prkdf: FileTargets.privateKeys(input, &broken)
        case .cdf: FileTargets.certificates(input, &broken)
        case .certificate: FileTargets.certificate(input, &broken)
        case .apdu: CoreTargets.rawCommands(input, &broken)
        case .counters: FileTargets.counters(input, &broken)
        case .configuration: ConfigurationTarget.run(input, &broken)
        case .card: CardTarget.run(input, &broken)
        }
        return broken.list
    }

    /// What happened with `input`, for a person to read; empty for parsers.
    package func account(of input: [UInt8]) -> String {
        var broken = BrokenRules()
        return self == .card ? CardTarget.run(input, &broken)() : ""
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
