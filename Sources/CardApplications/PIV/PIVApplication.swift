package import CardCore

/// The PIV application on a card (NIST SP 800-73-4).
package struct PIVApplication: CardApplication {
    /// By which it was or would be selected.
    private let aid: [UInt8]
    private let discovery: DiscoveryObject?
    var yubiKey: YubiKey?

    /// Whether it is certain that commands of this transaction reach this application.
    var isCurrent = true
    /// Whether something else may well be selected by others: it was when this card was looked at, or the card is one of
    /// several applications.
    private let hasCompany: Bool
    /// Counters as the card told them by an empty VERIFY, by reference.
    var counters: [PINReference: Int] = [:]
    /// The codes that may be verified since this transaction began.
    var presented: Set<PINReference> = []
    /// What is known of the PIN's verification after an unblocking.
    var afterUnblocking = AfterUnblocking.nothing

    enum AfterUnblocking: Hashable, Sendable {
        /// There was none in this transaction.
        case nothing
        /// The codes have been sent.
        case sent
        /// The card has said since that the PIN is not verified.
        case notVerified
    }

    init(aid: [UInt8], discovery: DiscoveryObject?, yubiKey: YubiKey?, wasSelected: Bool) {
        self.aid = aid
        self.discovery = discovery
        self.yubiKey = yubiKey
        hasCompany = !wasSelected || yubiKey != nil
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

    // MARK: Being the one that is selected

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

    /// Others had the card: what is selected is to be proven before a code is sent.
    package mutating func resume(for policy: PINPolicy, on channel: inout AnyCardChannel) throws(CardError) {
        isCurrent = false
        presented = [Self.securityStatus(of: policy)]
        afterUnblocking = .nothing
        // The answer to the question for the counter, which comes next, can prove it, where there is such a question.
        if hasCompany && !asksMetadata(of: policy) || !canBeAsked(policy) { try makeCurrent(on: &channel) }
    }

    package mutating func prepare(_ policy: PINPolicy, on channel: inout AnyCardChannel) throws(CardError) {
        presented.insert(Self.securityStatus(of: policy))
        if !isCurrent { try makeCurrent(on: &channel) }
    }

    /// Proves that this application is selected, or selects it; whether it had to be.
    @discardableResult
    mutating func makeCurrent(on channel: inout AnyCardChannel) throws(CardError) -> Bool {
        let (known, aid) = (discovery, aid)
        let (now, isSelected) = try transported { () throws(TransportError) in
            let now = known == nil ? nil : try DiscoveryObject.read(on: &channel)
            return (now, now != nil ? true : try Self.select(aid, on: &channel))
        }
        guard isSelected else { throw .notRecognised }
        // A card that tells another policy than before is another card, or none to be believed.
        guard now == nil || now == discovery else { throw .malformed(file: "Discovery Object") }
        isCurrent = true
        return now == nil
    }

    /// The reference whose verification a code can leave behind; the PUK leaves none of its own.
    private static func securityStatus(of policy: PINPolicy) -> PINReference {
        policy.reference == PIVCodes.puk ? PIVCodes.pin : policy.reference
    }
}
