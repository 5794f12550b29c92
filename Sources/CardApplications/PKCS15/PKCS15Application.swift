package import CardCore

/// A PKCS#15 application on a card, with the directory files that have been read so far.
package struct PKCS15Application: CardApplication {
    var files: CardFiles
    private(set) var row: PKCS15Row?
    private var objects: ObjectDirectory?
    private var authentication: [AuthenticationObject]?
    /// Whether entries of EF.AOD could not be read.
    private var authenticationIsDamaged = false
    /// Ids of PUKs that the directory does not name; their reference is the PIN's, and so is its counter.
    private var unnamedPUKs: Set<String> = []
    private var keys: [PrivateKeyObject]?
    /// Directories that must be current when a code is presented, by the code's id; none for the application's own.
    private var directories: [String: [UInt8]] = [:]
    package internal(set) var hasMoreCertificates = false
    /// What EF.CIAInfo lists; `nil` until it has been read for a signature.
    var supportedAlgorithms: [AlgorithmInfo]?
    /// Whether GET DATA has told a counter.
    private var answersThalesGetData = false
    /// Ids of codes whose counter GET DATA did not tell.
    private var silentCounters: Set<String> = []

    init(files: CardFiles, row: PKCS15Row?) {
        self.files = files
        self.row = row
    }

    package var family: String { PKCS15Family.name }

    /// Always by the application itself: another one may know a directory of the same name.
    ///
    /// Where it has only a place, another application may have one like it: EF.OD has to be the same as before.
    package mutating func select(
        toPresent policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool {
        files.forgetCurrent()
        let isSelected = try transported { () throws(TransportError) in
            try files.selectApplication(on: &channel).isSelected
        }
        guard isSelected, case .path = files.entry, let known = objects else { return isSelected }
        objects = nil
        let isThere = try transported { () throws(TransportError) in try hasObjectDirectory(on: &channel) }
        return isThere && objects == known
    }

    package mutating func selectDirectory(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) {
        let status = try transported { () throws(TransportError) in
            try files.makeCurrent(directory(of: policy), on: &channel)
        }
        guard status.isSelected else { throw .unexpected(status, instruction: Instruction.select) }
    }

    /// The path of the directory that must be current when `policy`'s code is presented; `nil` for the application's own.
    package func directory(of policy: PINPolicy) -> [UInt8]? { directories[policy.id] }

    // MARK: What the files say

    package mutating func readPINs(
        roles: Bool,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [PINPolicy] {
        let authentication = try readAuthenticationObjects(on: &channel)
        guard !authentication.isEmpty else { throw .malformed(file: "EF.AOD") }
        var policies: [PINPolicy]
        (policies, directories) = PKCS15Policies.policies(for: authentication)
        if row == nil {
            row = PKCS15Row.row(references: Set(policies.map(\.reference.rawValue)))
            if row == nil { row = try readVersion(on: &channel) }
        }
        addUnnamedPUKs(to: &policies, authentication)
        for index in policies.indices where policies[index].kind == .pin {
            policies[index].maximumTries = row?.maximumPINTries
            policies[index].unblocking = unblocking(of: policies[index])
        }
        // A card's only PIN logs in, and nothing has to be read to know it.
        if PKCS15Policies.assignOnlyRole(to: &policies) { return policies }
        guard roles else {
            PKCS15Policies.assignRolesFromLabels(to: &policies)
            return policies
        }
        let undecided = PKCS15Policies.assignRoles(to: &policies, keys: try readKeys(on: &channel))
        if undecided {
            let certificates = try readCertificates(.pins, on: &channel)
            PKCS15Policies.assignRoles(to: &policies, certificates: certificates)
        }
        PKCS15Policies.assignRemainingRoles(to: &policies)
        return policies
    }

    /// A PUK of its own for each PIN that the directory gives none, where one command takes PUK and new PIN.
    private mutating func addUnnamedPUKs(to policies: inout [PINPolicy], _ directory: [AuthenticationObject])
    {
        // A damaged entry may be the PUK's.
        guard (row ?? .unknown).unblocking == .codeAndNewPIN, !authenticationIsDamaged else { return }
        let added = PKCS15UnnamedPUK.add(to: &policies, directory: directory)
        for (pin, puk) in added { directories[puk.id] = directories[pin.id] }
        unnamedPUKs = Set(added.map(\.puk.id))
    }

    /// The card's own form in the place of the one that the files cannot tell.
    private func unblocking(of pin: PINPolicy) -> [Unblocking] {
        let row = row ?? .unknown
        return pin.unblocking.compactMap { unblocking in
            // That there is such a PUK at all is not known.
            guard !unnamedPUKs.contains(unblocking.by) else { return unblocking }
            let code = directories[unblocking.by]
            // Two steps in one directory: a PUK that lies elsewhere would be presented to somebody else's reference.
            guard row.unblocking == .codeAndNewPIN || code == nil || code == directories[pin.id] else {
                return nil
            }
            return Unblocking(by: unblocking.by, means: row.unblocking, evidence: row.evidence)
        }
    }

    private mutating func readAuthenticationObjects(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [AuthenticationObject] {
        if let authentication { return authentication }
        let read = try readDirectory(AuthenticationObject.self, of: .authenticationObjects, on: &channel)
        (authentication, authenticationIsDamaged) = (read.objects, read.isDamaged)
        return read.objects
    }

    mutating func readKeys(on channel: inout AnyCardChannel) throws(CardError) -> [PrivateKeyObject] {
        if let keys { return keys }
        let read = try readObjects(PrivateKeyObject.self, of: .privateKeys, on: &channel)
        keys = read
        return read
    }

    /// EF.OD, read once.
    mutating func readObjectDirectory(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> ObjectDirectory {
        if let objects { return objects }
        let bytes = try transported { () throws(TransportError) in
            try files.readDirectoryFile(
                shortIdentifier: 0x11,
                identifier: [0x50, 0x31],
                isPlausible: { (0xA0...0xA8).contains($0) },
                on: &channel
            )
        }
        guard let bytes, let directory = try? ObjectDirectory.parse(bytes) else {
            throw .malformed(file: "EF.OD")
        }
        objects = directory
        return directory
    }

    /// Whether there is an EF.OD, which is read then.
    mutating func hasObjectDirectory(on channel: inout AnyCardChannel) throws(TransportError) -> Bool {
        do throws(CardError) {
            return try !readObjectDirectory(on: &channel).entries.isEmpty
        } catch .transport(let error) {
            throw error
        } catch {
            return false
        }
    }

    /// The objects of one kind, from every place that EF.OD names.
    mutating func readObjects<Object: PKCS15DirectoryEntry>(
        _: Object.Type,
        of kind: ObjectDirectory.Kind,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [Object] {
        try readDirectory(Object.self, of: kind, on: &channel).objects
    }

    /// The objects in one place that EF.OD names; none where they cannot be read.
    mutating func readObjects<Object: PKCS15DirectoryEntry>(
        _: Object.Type,
        at location: ObjectDirectory.Location,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [Object] {
        try readDirectory(Object.self, at: location, on: &channel).objects
    }

    /// The objects of one kind, from every place that EF.OD names, each place once.
    private mutating func readDirectory<Object: PKCS15DirectoryEntry>(
        _: Object.Type,
        of kind: ObjectDirectory.Kind,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> (objects: [Object], isDamaged: Bool) {
        var found: (objects: [Object], isDamaged: Bool) = ([], false)
        var seen: Set<PKCS15Path> = []
        for location in try readObjectDirectory(on: &channel).locations(of: kind).prefix(8) {
            // EF.OD may name a file twice, or one of its own: each is read once and none is followed.
            if case .path(let path) = location, !seen.insert(path).inserted { continue }
            let read = try readDirectory(Object.self, at: location, on: &channel)
            found.objects += read.objects
            found.isDamaged = found.isDamaged || read.isDamaged
        }
        found.objects = Array(found.objects.prefix(64))
        return found
    }

    private mutating func readDirectory<Object: PKCS15DirectoryEntry>(
        _: Object.Type,
        at location: ObjectDirectory.Location,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> (objects: [Object], isDamaged: Bool) {
        let bytes: [UInt8]?
        switch location {
        case .direct(let objects): bytes = objects
        case .path(let path):
            bytes = try transported { () throws(TransportError) in
                try files.readDirectoryFile(path.identifiers, on: &channel)
            }
        }
        guard let bytes, let parsed = try? Object.parse(bytes) else { return ([], true) }
        return (parsed.objects, parsed.skipped > 0)
    }

    /// Asks a card whose ATR and references say nothing for its version (GET DATA, tag DF30, of the EID applet).
    private func readVersion(on channel: inout AnyCardChannel) throws(CardError) -> PKCS15Row? {
        let command = CommandAPDU(ins: Instruction.getData, p1: 0xDF, p2: 0x30, expectedLength: 5)
        let response = try transported { () throws(TransportError) in
            try channel.exchange(command, limit: 256)
        }
        return response.status.isSuccess ? PKCS15Row.row(version: response.data) : .unknown
    }

    // MARK: Counters

    package mutating func status(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> PINStatus {
        guard case .thalesGetData(let emptyVerifyIsFree) = row?.counters,
            !silentCounters.contains(policy.id), !unnamedPUKs.contains(policy.id)
        else { return .unknown }
        try selectDirectory(of: policy, on: &channel)
        let verifyIsFree = emptyVerifyIsFree && answersThalesGetData
        let status = try transported { () throws(TransportError) in
            try ThalesCounters.status(of: policy.reference, verifyIsFree: verifyIsFree, on: &channel)
        }
        guard let status else {
            silentCounters.insert(policy.id)
            return .unknown
        }
        answersThalesGetData = true
        return status
    }
}
