package import CardCore

/// An IDPrime application on a card, with what has been read of it so far.
package struct IDPrimeApplication: CardApplication {
    private var files: IDPrimeFiles
    private let index: IDPrimeIndex
    private let generation: IDPrimeGeneration?
    /// PINs by container; `nil` until it has been read, empty where there is no such file.
    private var keyReferences: [Int: UInt8]?
    /// The content of the file that is current while a challenge stands.
    private var cardIdentifier: [UInt8]?

    init(files: IDPrimeFiles, index: IDPrimeIndex, generation: IDPrimeGeneration?) {
        self.files = files
        self.index = index
        self.generation = generation
    }

    package var family: String { IDPrimeFamily.name }

    /// Selects the application by its AID: the identifiers of its files could mean another one's.
    package mutating func resume(for policy: PINPolicy, on channel: inout AnyCardChannel) throws(CardError) {
        let status = try transported { () throws(TransportError) in try files.selectApplication(on: &channel)
        }
        guard status.isSelected else { throw .unexpected(status, instruction: Instruction.select) }
    }

    // MARK: What the card says

    package mutating func readPINs(
        roles: Bool,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [PINPolicy] {
        let hasSignaturePIN = try readKeyReferences(on: &channel).values.contains {
            $0 != IDPrimePINs.userNumber
        }
        return IDPrimePINs.policies(generation, hasSignaturePIN: hasSignaturePIN)
    }

    package mutating func readIdentity(on channel: inout AnyCardChannel) throws(CardError) -> CardIdentity {
        let serial = try readCardIdentifier(on: &channel)
        return CardIdentity(
            label: try readLabel(on: &channel),
            serialNumber: serial.map { Hex.string(of: $0) }
        )
    }

    package mutating func readCertificates(
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        let named = index.entries.filter { $0.certificateNumber != nil }.prefix(
            IDPrimeCertificate.maximumCount
        )
        guard !named.isEmpty else { return [] }
        let pins = try readPINsOfContainers(on: &channel)
        var found: [CardCertificate] = []
        for entry in named where !found.contains(where: { $0.id == entry.name }) {
            let length = min(entry.length, IDPrimeCertificate.maximumLength)
            let bytes = try transported { () throws(TransportError) in
                try files.read(.identifier(entry.identifier), length: length, on: &channel)
            }
            guard let bytes, let der = IDPrimeCertificate.der(in: bytes) else { continue }
            let pin = entry.certificateNumber.flatMap { pins[$0] }
            found.append(
                CardCertificate(
                    id: entry.name,
                    label: "\(entry.directory)/\(entry.name)",
                    pin: pin.map { IDPrimePINs.id(number: $0) },
                    der: der
                )
            )
        }
        return found
    }

    /// Asks by the one command that costs less: under T=0 GET DATA takes two.
    ///
    /// An empty VERIFY is how OpenSC asks these cards; `9000` means that the code is already verified.
    package mutating func status(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> PINStatus {
        // Nobody has said how the counter of the key is asked for.
        guard policy.kind == .pin else { return .unknown }
        if channel.limits.transmissionProtocol == .t0 {
            let question = CommandAPDU(ins: Instruction.verify, p2: policy.reference.rawValue)
            let status = try transported { () throws(TransportError) in try channel.exchange(question).status
            }
            if let tries = status.remainingTries { return PINStatus(remainingTries: tries) }
            if status == .authenticationMethodBlocked { return PINStatus(remainingTries: 0) }
        }
        let status = try transported { () throws(TransportError) in
            try ThalesCounters.status(of: policy.reference, on: &channel)
        }
        return status ?? .unknown
    }

    private mutating func readKeyReferences(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [Int: UInt8] {
        if let keyReferences { return keyReferences }
        var read: [Int: UInt8] = [:]
        if generation == .paddedWithKeyReferences || generation == nil {
            let bytes = try transported { () throws(TransportError) in
                // Nothing tells how long it is: a piece that is not full is the last.
                try files.read(.keyReferences, on: &channel) { prefix in
                    prefix.count.isMultiple(of: 256) ? IDPrimeKeyReferences.maximumLength : prefix.count
                }
            }
            read = IDPrimeKeyReferences.pins(in: bytes ?? [])
        }
        keyReferences = read
        return read
    }

    /// The number of the PIN for each container with a key; the user's where only the container map tells.
    private mutating func readPINsOfContainers(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [Int: UInt8] {
        let references = try readKeyReferences(on: &channel)
        guard references.isEmpty, let map = index.entry("cmapfile", in: "mscp") else { return references }
        let length = min(map.length, IDPrimeContainerMap.maximumLength)
        let bytes = try transported { () throws(TransportError) in
            try files.read(.path(map.identifier), length: length, on: &channel)
        }
        let containers = IDPrimeContainerMap.containers(in: bytes ?? [])
        return Dictionary(uniqueKeysWithValues: containers.map { ($0, IDPrimePINs.userNumber) })
    }

    /// The minidriver's card identifier, which is what OpenSC shows as the serial number; `nil` when there is none.
    private mutating func readCardIdentifier(on channel: inout AnyCardChannel) throws(CardError) -> [UInt8]? {
        let bytes = try transported { () throws(TransportError) in
            try files.read(.cardIdentifier, length: Self.cardIdentifierLength, on: &channel)
        }
        guard let bytes, bytes.count == Self.cardIdentifierLength else { return nil }
        cardIdentifier = bytes
        return bytes
    }

    /// `tinfo` in `p11`: 01, the length of the label, the label with a NUL at its end.
    private mutating func readLabel(on channel: inout AnyCardChannel) throws(CardError) -> String? {
        guard let entry = index.entry("tinfo", in: "p11") else { return nil }
        let bytes = try transported { () throws(TransportError) in
            try files.read(.path(entry.identifier), length: min(entry.length, 2 + 255), on: &channel)
        }
        guard let bytes, bytes.count > 2, bytes[0] == 0x01 else { return nil }
        let label = bytes.dropFirst(2).prefix(Int(bytes[1])).prefix { $0 != 0 }
        return label.isEmpty ? nil : String(decoding: label, as: UTF8.self)
    }

    /// Octets of the card identifier (smart card minidriver specification).
    private static let cardIdentifierLength = 16

    // MARK: Unblocking by the administrator's key

    /// Makes the card identifier the current file, which can be read again without selecting, then asks.
    package mutating func requestChallenge(
        of puk: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [UInt8] {
        guard try readCardIdentifier(on: &channel) != nil else { throw .malformed(file: "cardid") }
        let command = CommandAPDU(
            ins: IDPrimePINs.getChallenge,
            p1: 0x00,
            p2: IDPrimePINs.challengeParameter,
            expectedLength: IDPrimePINs.blockLength
        )
        let response = try transported { () throws(TransportError) in
            try channel.exchange(command, limit: IDPrimePINs.blockLength)
        }
        guard response.status.isSuccess, response.data.count == IDPrimePINs.blockLength else {
            throw .unexpected(response.status, instruction: IDPrimePINs.getChallenge)
        }
        return response.data
    }

    package mutating func challengeStands(
        of puk: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool {
        guard let cardIdentifier else { return false }
        let response = try transported { () throws(TransportError) in
            try files.readCurrent(count: cardIdentifier.count, on: &channel)
        }
        return response.status.isSuccess && response.data == cardIdentifier
    }

    package mutating func unblock(
        _ pin: PINPolicy,
        by unblocking: Unblocking,
        of puk: PINPolicy,
        _ code: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout AnyCardChannel
    ) throws(PINError) {
        guard unblocking.isResponse else { throw .card(.notSupported) }
        let command = PresentedCommand(
            IDPrimePINs.externalAuthenticate,
            reference: puk.reference,
            judged: puk
        )
        try present(command, code, on: &channel)
        try resetRetryCounter(pin, to: new, after: puk, on: &channel)
    }

    package func error(_ status: StatusWord, of command: PresentedCommand) -> PINError? {
        let error = command.error(status)
        // A response has no new code in it that could be refused.
        guard command.instruction == IDPrimePINs.externalAuthenticate,
            case .newCodeRefused(let id, let status) = error
        else { return error }
        return .notAllowed(id: id, status)
    }
}
