package import CardCore

/// An IDPrime application on a card, with what has been read of it so far.
package struct IDPrimeApplication: CardApplication {
    var files: IDPrimeFiles
    let index: IDPrimeIndex
    private let generation: IDPrimeGeneration?
    let keyNumbering: IDPrimeKeyNumbering?
    /// PINs by container; `nil` until it has been read, empty where there is no such file.
    private var keyReferences: [Int: UInt8]?
    /// The key reference file; empty until it has been read, and where there is none.
    private(set) var keyReferenceFile: [UInt8] = []
    /// The content of the file that is current while a challenge stands.
    private(set) var cardIdentifier: [UInt8]?

    init(files: IDPrimeFiles, index: IDPrimeIndex, atr: ATR?) {
        self.files = files
        self.index = index
        generation = atr.flatMap(IDPrimeGeneration.init)
        keyNumbering = atr.flatMap(IDPrimeKeyNumbering.init)
    }

    package var family: String { IDPrimeFamily.name }

    /// Selects the application by its AID: the identifiers of its files could mean another one's.
    package mutating func select(
        toPresent policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool {
        try transported { () throws(TransportError) in
            try files.selectApplication(on: &channel).isSelected
        }
    }

    package mutating func isLoggedIn(on channel: inout AnyCardChannel) throws(TransportError) -> Bool {
        for reference in IDPrimePINs.references {
            let question = CommandAPDU(ins: Instruction.verify, p2: reference.rawValue)
            if try channel.exchange(question, limit: 256).status.isSuccess { return true }
        }
        return false
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
            MinidriverCertificate.maximumCount
        )
        guard !named.isEmpty else { return [] }
        let pins = scope.contains(.pins) ? try readPINsOfContainers(on: &channel) : [:]
        var found: [CardCertificate] = []
        for entry in named where !found.contains(where: { $0.id == entry.name }) {
            if let certificate = try readCertificate(entry, pins, on: &channel) { found.append(certificate) }
        }
        return found
    }

    /// The certificate in one file; `nil` where there is none.
    ///
    /// `pins` are the numbers of the PINs by container.
    mutating func readCertificate(
        _ entry: IDPrimeIndex.Entry,
        _ pins: [Int: UInt8],
        on channel: inout AnyCardChannel
    ) throws(CardError) -> CardCertificate? {
        let length = min(entry.length, MinidriverCertificate.maximumLength)
        let bytes = try transported { () throws(TransportError) in
            try files.read(.identifier(entry.identifier), length: length, on: &channel)
        }
        guard let bytes, let der = MinidriverCertificate.der(in: bytes) else { return nil }
        let pin = entry.certificateNumber.flatMap { pins[$0] }
        return CardCertificate(
            id: entry.name,
            label: "\(entry.directory)/\(entry.name)",
            pin: pin.map { IDPrimePINs.id(number: $0) },
            der: der
        )
    }

    /// An empty VERIFY is how OpenSC asks these cards, so it is known to cost no try.
    package mutating func status(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> PINStatus {
        // Nobody has said how the counter of the key is asked for.
        guard policy.kind == .pin else { return .unknown }
        let status = try transported { () throws(TransportError) in
            try ThalesCounters.status(of: policy.reference, verifyIsFree: true, on: &channel)
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
            keyReferenceFile = bytes ?? []
            read = IDPrimeKeyReferences.pins(in: keyReferenceFile)
        }
        keyReferences = read
        return read
    }

    /// The number of the PIN for each container with a key; the user's where only the container map tells.
    mutating func readPINsOfContainers(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [Int: UInt8] {
        let references = try readKeyReferences(on: &channel)
        guard references.isEmpty, let map = index.entry("cmapfile", in: "mscp") else { return references }
        let length = min(map.length, ContainerMap.maximumLength)
        let bytes = try transported { () throws(TransportError) in
            try files.read(.path(map.identifier), length: length, on: &channel)
        }
        // OpenSC's idprime driver goes by the name alone.
        let named = ContainerMap(parsing: bytes ?? []).containers.filter { !$0.name.isEmpty }
        return Dictionary(named.map { ($0.index, IDPrimePINs.userNumber) }) { first, _ in first }
    }

    /// The minidriver's card identifier, which is what OpenSC shows as the serial number; `nil` when there is none.
    mutating func readCardIdentifier(on channel: inout AnyCardChannel) throws(CardError) -> [UInt8]? {
        let bytes = try transported { () throws(TransportError) in
            try files.readCardIdentifier(on: &channel)
        }
        guard let bytes else { return nil }
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
}
