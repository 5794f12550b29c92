package import CardCore

/// A GIDS application on a card, with what has been read of it so far.
package struct GIDSApplication: CardApplication {
    private let aid: [UInt8]
    /// As last read; `nil` until it has been.
    var master: GIDSMasterFile?
    /// Those in use; `nil` until the container map has been read.
    var containers: [ContainerMap.Container]?
    private var policies: [PINPolicy]?
    /// Counters that were read in this transaction together with the rules, by id; each is told once.
    private var counters: [String: PINStatus] = [:]

    init(aid: [UInt8], master: GIDSMasterFile?) {
        self.aid = aid
        self.master = master
    }

    package var family: String { GIDSFamily.name }

    // MARK: Transactions

    /// Asks for the master file first, which voids neither a verified PIN nor a challenge.
    package mutating func select(
        toPresent policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool {
        if try readsMasterFile(on: &channel) { return true }
        let aid = aid
        let selection = try transported { () throws(TransportError) in
            try GIDSCommand.select(aid, on: &channel)
        }
        switch selection {
        case .selected: return true
        case .unnamed: return try readsMasterFile(on: &channel)
        case .refused: return false
        }
    }

    package mutating func confirmsChallenge(on channel: inout AnyCardChannel) throws(CardError) -> Bool {
        try readsMasterFile(on: &channel)
    }

    /// VERIFY of reference `82` without a code: the card forgets PIN and administrator (OpenSC's gids driver, GidsApplet).
    package mutating func logOut(on channel: inout CodeChannel) throws(TransportError) -> Bool {
        let command = CommandAPDU(ins: Instruction.verify, p2: 0x82)
        return try channel.isAccepted(command)
    }

    /// Whether the master file is there, which no other application has under these two names.
    private mutating func readsMasterFile(on channel: inout AnyCardChannel) throws(CardError) -> Bool {
        let read = try transported { () throws(TransportError) in
            try GIDSMasterFile.read(on: &channel)
        }
        master = read ?? master
        return read != nil
    }

    // MARK: Codes

    package mutating func readPINs(
        roles: Bool,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [PINPolicy] {
        if let policies { return policies }
        let pin = try counter(of: GIDSPolicies.pin, on: &channel)
        let puk = try counter(of: GIDSPolicies.puk, on: &channel)
        counters[GIDSPolicies.pin.id] = pin?.status ?? .unknown
        counters[GIDSPolicies.puk.id] = puk?.status
        let read = GIDSPolicies.policies(
            pinTries: pin?.maximumTries,
            hasPUK: puk != nil,
            pukTries: puk?.maximumTries
        )
        policies = read
        return read
    }

    package mutating func status(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> PINStatus {
        if let known = counters.removeValue(forKey: policy.id) { return known }
        return try counter(of: policy, on: &channel)?.status ?? .unknown
    }

    package mutating func forgetCounters() { counters = [:] }

    /// The counter in a PIN's status object; `nil` where the card has none.
    private func counter(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> GIDSCounter? {
        guard let tag = GIDSCounter.tag(of: policy) else { return nil }
        let answer = try transported { () throws(TransportError) in
            try GIDSCommand.getData(GIDSCounter.file, tag, limit: 256, on: &channel)
        }
        guard case .success(let content) = answer else { return nil }
        return GIDSCounter(parsing: content)
    }

    // MARK: Files

    /// The content of a file; `nil` where the card gives none.
    func read(
        _ place: GIDSMasterFile.Place,
        limit: Int,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [UInt8]? {
        let answer = try transported { () throws(TransportError) in
            try GIDSCommand.getData(place.file, place.tag, limit: limit, on: &channel)
        }
        return try? answer.get()
    }
}
