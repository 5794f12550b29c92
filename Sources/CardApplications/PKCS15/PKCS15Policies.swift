internal import CardCore
internal import X509

/// Turns authentication objects into policies and finds out what each code is for.
enum PKCS15Policies {
    /// A full SITHS card holds six; more than this is not read.
    static let maximumCertificates = 16

    /// The policies of the holder's codes, each id once, and by id the directories that must be current when they are presented.
    ///
    /// Where there is none it is the application's own.
    /// A security officer's code is not the holder's; it counts only where another code names it as the one that unblocks.
    static func policies(
        for objects: [AuthenticationObject]
    ) -> (policies: [PINPolicy], directories: [String: [UInt8]]) {
        var policies: [PINPolicy] = []
        var directories: [String: [UInt8]] = [:]
        for object in objects.prefix(16) {
            guard let id = object.iD?.description else { continue }
            // Two entries with one id cannot both be right: the first stands, so that no id means two codes.
            guard !policies.contains(where: { $0.id == id }) else { continue }
            let attributes = object.attributes
            let isPUK = attributes.flags.contains(.unblockingPIN)
            let upper = min(max(attributes.longestPIN, 1), 255)
            guard let encoding = encoding(attributes.type) else { continue }
            // What fills up a padded code cannot be guessed: a wrong guess makes the right code wrong.
            let isPadded = attributes.flags.contains(.needsPadding)
            if isPadded, attributes.padCharacter == nil, encoding != .iso9564 { continue }
            // An empty path is the application's own directory, as no path is.
            let path = attributes.path?.identifiers ?? []
            if attributes.flags.contains(.local), !path.isEmpty { directories[id] = path }
            policies.append(
                PINPolicy(
                    id: id,
                    reference: PINReference(rawValue: attributes.reference),
                    label: object.label ?? "",
                    kind: isPUK ? .puk : .pin,
                    role: isPUK ? .puk : nil,
                    encoding: encoding,
                    length: min(attributes.minimumLength, upper)...upper,
                    storedLength: attributes.storedLength,
                    padByte: isPadded ? attributes.padCharacter : nil,
                    unblocking: unblocking(by: object.authId?.description),
                    changeIsAllowed: !attributes.flags.contains(.changeDisabled),
                    unblockIsAllowed: !attributes.flags.contains(.unblockDisabled),
                    // Cards that leave the flag off their PUK have one all the same; only 6984 says that it is not there.
                    isInitialized: isPUK || attributes.flags.contains(.initialized)
                )
            )
        }
        for index in policies.indices where policies[index].unblockedBy == policies[index].id {
            policies[index].unblocking = []
        }
        // What another code names as the one that unblocks it is one, whatever its flags say.
        let unblockers = Set(policies.compactMap(\.unblockedBy))
        for index in policies.indices where unblockers.contains(policies[index].id) {
            policies[index].kind = .puk
            policies[index].role = .puk
            policies[index].isInitialized = true
        }
        // A second name for the PUK spends the PUK's tries.
        for puk in policies where puk.kind == .puk {
            for index in policies.indices
            where sharesCounter(policies[index], puk, directories) {
                policies[index].kind = .puk
                policies[index].role = .puk
            }
        }
        let officers = objects.filter { $0.attributes.flags.contains(.soPIN) }.compactMap {
            $0.iD?.description
        }
        policies.removeAll { $0.kind == .pin && officers.contains($0.id) }
        // Where a PIN does not say what unblocks it, the card's only PUK does.
        let codes = policies.filter { $0.kind == .puk }
        for index in policies.indices where policies[index].kind == .pin && policies[index].unblockedBy == nil
        {
            policies[index].unblocking = unblocking(by: codes.count == 1 ? codes.first?.id : nil)
        }
        return (policies, directories)
    }

    /// The form is the card's own and not in its files: `PKCS15Row` tells it.
    private static func unblocking(by id: String?) -> [Unblocking] {
        id.map { [Unblocking(by: $0, means: .codeAndNewPIN, evidence: .unknown)] } ?? []
    }

    /// Whether both can be the same code on the card.
    private static func sharesCounter(
        _ code: PINPolicy,
        _ other: PINPolicy,
        _ directories: [String: [UInt8]]
    ) -> Bool {
        let (here, there) = (directories[code.id], directories[other.id])
        return code.reference == other.reference && (here == there || here == nil || there == nil)
    }

    /// `nil` for a number that the standard gives no meaning: such a code cannot be presented.
    private static func encoding(_ type: PINType) -> PINEncoding? {
        switch type {
        case .bcd: .bcd
        case .asciiNumeric: .asciiNumeric
        case .utf8: .utf8
        case .halfNibbleBCD: .halfNibbleBCD
        case .iso9564_1: .iso9564
        case .other: nil
        }
    }

    /// Gives the only PIN its role; `false` where there are several or none.
    static func assignOnlyRole(to policies: inout [PINPolicy]) -> Bool {
        let pins = policies.indices.filter { policies[$0].kind == .pin }
        guard pins.count == 1 else { return false }
        policies[pins[0]].role = .auth
        return true
    }

    /// Roles from what the keys behind each PIN may do.
    ///
    /// Returns whether certificates must decide for some.
    static func assignRoles(to policies: inout [PINPolicy], keys: [PrivateKeyObject]) -> Bool {
        var undecided: [Int] = []
        for index in policies.indices where policies[index].kind == .pin {
            let usages = keys.filter { $0.authId?.description == policies[index].id }.map(\.usage)
            guard !usages.isEmpty else { continue }
            let signsForever = usages.contains { $0.contains(.nonRepudiation) }
            let doesMore = usages.contains { !$0.isDisjoint(with: [.sign, .signRecover, .decrypt, .unwrap]) }
            switch (signsForever, doesMore) {
            case (true, false): policies[index].role = .sign
            case (false, true): policies[index].role = .auth
            case (true, true): undecided.append(index)
            case (false, false): break
            }
        }
        // Beside a PIN for keys that only log in, the one for keys that all may bind their holder is for signatures.
        let roles = policies.compactMap(\.role)
        if undecided.count == 1, let index = undecided.first, roles.contains(.auth), !roles.contains(.sign),
            keys.allSatisfy({ key in
                key.authId?.description != policies[index].id || key.usage.contains(.nonRepudiation)
            })
        {
            policies[index].role = .sign
            undecided = []
        }
        return !undecided.isEmpty || policies.hasDoubleRole
    }

    /// Roles from the key usage of the certificates that belong to the keys behind each PIN.
    static func assignRoles(to policies: inout [PINPolicy], certificates: [CardCertificate]) {
        for index in policies.indices where policies[index].kind == .pin {
            let usages =
                certificates.filter { $0.pin == policies[index].id }
                .compactMap { $0.certificate.map { $0.extensions.keyUsage ?? [] } }
            guard !usages.isEmpty else { continue }
            if usages.contains(where: { $0.contains(.digitalSignature) }) {
                policies[index].role = .auth
            } else if usages.allSatisfy({ $0 == [.nonRepudiation] }) {
                policies[index].role = .sign
            }
        }
    }

    /// What is still open goes by label, then by order; a role is given to one PIN only.
    static func assignRemainingRoles(to policies: inout [PINPolicy]) {
        if policies.hasDoubleRole {
            for index in policies.indices where policies[index].kind == .pin { policies[index].role = nil }
        }
        assignRolesFromLabels(to: &policies)
        for role in [PINRole.auth, .sign] where !policies.contains(where: { $0.role == role }) {
            guard let index = policies.firstIndex(where: { $0.kind == .pin && $0.role == nil }) else {
                return
            }
            policies[index].role = role
        }
    }

    /// Roles that the labels tell, where nothing better has.
    static func assignRolesFromLabels(to policies: inout [PINPolicy]) {
        for index in policies.indices where policies[index].kind == .pin && policies[index].role == nil {
            guard let role = role(fromLabel: policies[index].label) else { continue }
            if !policies.contains(where: { $0.role == role }) { policies[index].role = role }
        }
    }

    /// Words that cards put in the labels of their PINs.
    static func role(fromLabel label: String) -> PINRole? {
        let words = label.lowercased()
        let auth = ["legitimering", "auth", "login", "inlogg", "ident", "perustunnus"]
        let sign = ["underskrift", "sign", "allekirjoitus"]
        switch (auth.contains { words.contains($0) }, sign.contains { words.contains($0) }) {
        case (true, false): return .auth
        case (false, true): return .sign
        default: return nil
        }
    }
}

extension [PINPolicy] {
    /// Whether two PINs have the same role, so that a role names neither.
    fileprivate var hasDoubleRole: Bool {
        let roles = filter { $0.kind == .pin }.compactMap(\.role)
        return Set(roles).count != roles.count
    }
}
