internal import CardCore

/// The PUK of a PIN that the card's directory does not name.
///
/// Cards that `pkcs15-init` sets up (IsoApplet, OsEID, MyEID) describe their PINs alone, each of which has a PUK under its own
/// reference. RESET RETRY COUNTER with both codes (P1 = 00), the PUK padded like the PIN, is what `pkcs15-tool
/// --unblock-pin` sends then (OpenSC, `sc_pkcs15_unblock_pin`: "Unable to get puk object, using pin object instead").
enum PKCS15UnnamedPUK {
    /// An id from the card's files is hexadecimal or has no `/` in it (`PKCS15Identifier.description`).
    static func id(of pin: PINPolicy) -> String { "\(pin.id)/puk" }

    /// What is known of it: nothing but the form in which it is presented, beside the new PIN.
    static func policy(of pin: PINPolicy) -> PINPolicy {
        // Its length is not known; where codes are padded it cannot be longer than a PIN.
        let longest = pin.padByte == nil ? max(pin.allowedLength.upperBound, 16) : pin.storedLength
        return PINPolicy(
            id: id(of: pin),
            reference: pin.reference,
            label: "",
            kind: .puk,
            role: .puk,
            encoding: pin.encoding,
            length: min(pin.length.lowerBound, longest)...longest,
            storedLength: pin.padByte == nil ? max(pin.storedLength, longest) : pin.storedLength,
            padByte: pin.padByte,
            verifyIsAllowed: false,
            changeIsAllowed: false,
            unblockIsAllowed: false
        )
    }

    /// Gives each PIN that nothing in `directory` unblocks a PUK of its own, and returns these.
    ///
    /// `directory` is every entry of EF.AOD: a PUK that is listed there and cannot be used is no unnamed one.
    static func add(
        to policies: inout [PINPolicy],
        directory: [AuthenticationObject]
    ) -> [(pin: PINPolicy, puk: PINPolicy)] {
        // Of PUKs that are listed one is meant, and which cannot be told.
        guard !policies.contains(where: { $0.kind == .puk }) else { return [] }
        let listed = Set(directory.compactMap { $0.iD?.description })
        var added: [(pin: PINPolicy, puk: PINPolicy)] = []
        for index in policies.indices where policies[index].kind == .pin && policies[index].unblockIsAllowed {
            if let named = policies[index].unblockedBy, listed.contains(named) { continue }
            let puk = policy(of: policies[index])
            policies[index].unblocking = [Unblocking(by: puk.id, means: .codeAndNewPIN, evidence: .unknown)]
            added.append((policies[index], puk))
        }
        policies += added.map(\.puk)
        return added
    }
}
