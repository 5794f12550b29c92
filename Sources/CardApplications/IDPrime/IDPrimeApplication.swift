package import CardCore

/// An IDPrime application on a card, with what has been read of it so far.
package struct IDPrimeApplication: CardApplication {
    var files: IDPrimeFiles
    let index: IDPrimeIndex
    private let generation: IDPrimeGeneration?
    private let form: IDPrimeCodeForm
    let keyNumbering: IDPrimeKeyNumbering?
    /// PINs by container; `nil` until it has been read, empty where there is no such file.
    private var keyReferences: [Int: UInt8]?
    /// The key reference file; empty until it has been read, and where there is none.
    private(set) var keyReferenceFile: [UInt8] = []
    /// The content of the file that is current while a challenge stands.
    var cardIdentifier: [UInt8]?

    init(files: IDPrimeFiles, index: IDPrimeIndex, atr: ATR?) {
        self.files = files
        self.index = index
        generation = atr.flatMap(IDPrimeGeneration.init)
        form = IDPrimeCodeForm(generation, atr: atr)
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
        let named: [PINPolicy]
        do throws(CardError) {
            named = try readPINs(roles: false, on: &channel)
        } catch .transport(let error) {
            throw error
        } catch {
            return false
        }
        for pin in named where pin.kind == .pin {
            if try channel.emptyVerify(pin.reference).isSuccess { return true }
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
        return IDPrimePINs.policies(form, hasSignaturePIN: hasSignaturePIN)
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
        // An IDPrime 840 tells no tries of a signature PIN that was never set (OpenSC issue 2202).
        if policy.role == .sign, status?.remainingTries == 0 { return .blockedOrNeverSet }
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
}
