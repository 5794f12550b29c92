package import CardCore

/// The PIV application on a card (NIST SP 800-73-4).
package struct PIVApplication: CardApplication {
    /// By which it was or would be selected.
    private let aid: [UInt8]
    let discovery: DiscoveryObject?
    let yubiKey: YubiKey?
    /// Codes of which GET METADATA tells nothing.
    var withoutMetadata: Set<PINReference> = []
    /// Counters that came with the proof that this application is selected; each is told once.
    private var counters: [PINReference: YubiKey.Counters] = [:]
    /// Tries of fresh counters, as GET METADATA told them.
    private var maximumTries: [PINReference: Int] = [:]

    init(aid: [UInt8], discovery: DiscoveryObject?, yubiKey: YubiKey?) {
        self.aid = aid
        self.discovery = discovery
        self.yubiKey = yubiKey
    }

    package var family: String { PIVFamily.name }

    // MARK: Codes

    package mutating func readPINs(
        roles: Bool,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [PINPolicy] {
        PIVCodes.policies(discovery: discovery, isYubiKey: yubiKey != nil).map { policy in
            var policy = policy
            policy.maximumTries = maximumTries[policy.reference]
            return policy
        }
    }

    // MARK: Selection

    /// What SELECT came to.
    enum Selection {
        case selected
        case terminated
        /// There is no such application, or another one.
        case refused
    }

    /// Selects `aid`; a PIV application answers with its property template (part 2, 3.1.1).
    static func select(
        _ aid: [UInt8],
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> Selection {
        let command = CommandAPDU(ins: Instruction.select, p1: 0x04, data: aid, expectedLength: 256)
        let response = try channel.exchange(command, limit: 512)
        guard response.status != .terminated else { return .terminated }
        guard response.status.isSuccess, let template = PIVObject(response.data, in: 0x61),
            let name = template.value(of: 0x4F)
        else { return .refused }
        // The identifier may come whole or without the provider's part, which then stands in 79.
        let extensionPart = PIVFamily.applicationIdentifiers[0].dropFirst(5)
        return PIVFamily.claims(name) || name.starts(with: extensionPart) ? .selected : .refused
    }

    package mutating func select(
        toPresent policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool {
        if asksMetadata(of: policy), let counters = try metadata(of: policy, on: &channel) {
            self.counters[policy.reference] = counters
            noteMaximum(counters, of: policy)
            return true
        }
        let (known, aid) = (discovery, aid)
        return try transported { () throws(TransportError) -> Result<Bool, CardError> in
            guard let known, let now = try DiscoveryObject.read(on: &channel) else {
                switch try Self.select(aid, on: &channel) {
                case .selected: return .success(true)
                case .terminated: return .failure(.terminated)
                case .refused: return .success(false)
                }
            }
            // A card that tells another policy than before is another card, or none to be believed.
            return now == known ? .success(true) : .failure(.malformed(file: "Discovery Object"))
        }.get()
    }

    /// Keeps what GET METADATA said of the fresh counter of `policy`.
    mutating func noteMaximum(_ counters: YubiKey.Counters, of policy: PINPolicy) {
        maximumTries[policy.reference] = counters.maximum
    }

    package mutating func forgetCounters() { counters = [:] }

    /// The counter that came with the proof of selection.
    mutating func takeCounters(of policy: PINPolicy) -> YubiKey.Counters? {
        counters.removeValue(forKey: policy.reference)
    }
}
