package import CardCore

/// The PIV application on a card (NIST SP 800-73-4).
package struct PIVApplication: CardApplication {
    /// By which it was or would be selected.
    private let aid: [UInt8]
    let discovery: DiscoveryObject?
    var yubiKey: YubiKey?
    /// Counters that came with the proof that this application is selected; each is told once.
    private var counters: [PINReference: YubiKey.Counters] = [:]

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
        PIVCodes.policies(discovery: discovery, isYubiKey: yubiKey != nil)
    }

    // MARK: What is on the card

    /// A YubiKey's own serial number, else the one of the card holder unique identifier.
    package mutating func readIdentity(on channel: inout AnyCardChannel) throws(CardError) -> CardIdentity {
        try transported { () throws(TransportError) in
            var identity = CardIdentity()
            if yubiKey != nil {
                identity.product = try YubiKey.product(on: &channel)
                identity.serialNumber = try YubiKey.serialNumber(on: &channel)
            }
            if identity.serialNumber == nil {
                identity.serialNumber = try PIVObject.read(CardHolderIdentifier.tag, on: &channel)
                    .flatMap(CardHolderIdentifier.serialNumber)
            }
            return identity
        }
    }

    package mutating func readCertificates(
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        try transported { () throws(TransportError) in
            var slots = PIVSlot.current
            if scope.contains(.retired) { slots += try retiredSlots(on: &channel) }
            var found: [CardCertificate] = []
            for slot in slots {
                if let certificate = try readCertificate(in: slot, on: &channel) { found.append(certificate) }
            }
            return found
        }
    }

    /// The certificate in one slot; `nil` where there is none.
    func readCertificate(
        in slot: PIVSlot,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> CardCertificate? {
        guard let object = try PIVObject.read(slot.tag, on: &channel),
            let der = PIVCertificate.der(in: object)
        else { return nil }
        let pin = slot.needsPIN ? PIVCodes.id(PIVCodes.preferred(discovery)) : nil
        return CardCertificate(id: slot.id, label: slot.label, pin: pin, der: der)
    }

    /// As many as the key history says.
    ///
    /// Yubico's tools fill retired slots and write no history, so a YubiKey without one is asked for all of them.
    private func retiredSlots(on channel: inout AnyCardChannel) throws(TransportError) -> [PIVSlot] {
        let response = try PIVObject.getData(KeyHistory.tag, limit: 512, on: &channel)
        if response.status == .fileOrApplicationNotFound, yubiKey != nil { return PIVSlot.retired }
        guard response.status.isSuccess, let history = PIVObject(response.data, in: 0x53) else { return [] }
        return Array(PIVSlot.retired.prefix(KeyHistory.certificatesOnCard(history)))
    }

    // MARK: Selection

    /// Selects `aid`; whether a PIV application answered, by its property template (part 2, 3.1.1).
    static func select(_ aid: [UInt8], on channel: inout AnyCardChannel) throws(TransportError) -> Bool {
        let command = CommandAPDU(ins: Instruction.select, p1: 0x04, data: aid, expectedLength: 256)
        let response = try channel.exchange(command, limit: 512)
        guard response.status.isSuccess, let template = PIVObject(response.data, in: 0x61),
            let name = template.value(of: 0x4F)
        else { return false }
        // The identifier may come whole or without the provider's part, which then stands in 79.
        let extensionPart = PIVFamily.applicationIdentifiers[0].dropFirst(5)
        return PIVFamily.claims(name) || name.starts(with: extensionPart)
    }

    package mutating func select(
        toPresent policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool {
        if asksMetadata(of: policy), let counters = try metadata(of: policy, on: &channel) {
            self.counters[policy.reference] = counters
            return true
        }
        let (known, aid) = (discovery, aid)
        return try transported { () throws(TransportError) -> Result<Bool, CardError> in
            guard let known, let now = try DiscoveryObject.read(on: &channel) else {
                return .success(try Self.select(aid, on: &channel))
            }
            // A card that tells another policy than before is another card, or none to be believed.
            return now == known ? .success(true) : .failure(.malformed(file: "Discovery Object"))
        }.get()
    }

    package mutating func forgetCounters() { counters = [:] }

    /// The counter that came with the proof of selection.
    mutating func takeCounters(of policy: PINPolicy) -> YubiKey.Counters? {
        counters.removeValue(forKey: policy.reference)
    }
}
