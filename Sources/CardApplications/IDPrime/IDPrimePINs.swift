internal import CardCore

/// The codes of an IDPrime card, and what is known of unblocking them.
enum IDPrimePINs {
    /// What the key reference file calls the user's PIN; any other number means the signature PIN (OpenSC's idprime driver).
    static let userNumber: UInt8 = 1
    /// The user's PIN and the one for qualified signatures (OpenSC's idprime driver).
    private static let user = PINReference(rawValue: 0x11)
    private static let signature = PINReference(rawValue: 0x83)

    /// The administrator's key as EXTERNAL AUTHENTICATE names it.
    ///
    /// No public source tells it; 12 is what cards of the same maker call their PUK. So `evidence` is `unknown`.
    private static let administrator = PINReference(rawValue: 0x12)
    /// Tries of a fresh key (Nexus' documentation of IDPrime 840, 940 and 3940).
    private static let administratorTries = 5
    /// A block of 3DES: the challenge, and the response of whoever has the key of 24 octets.
    static let blockLength = 8

    /// P2 of GET CHALLENGE for eight octets, as the maker's own driver sends it (OpenSC's idprime driver).
    static let challengeParameter: UInt8 = 0x01

    /// Characters of a code, and octets of a padded one (OpenSC's idprime driver).
    private static let length = 4...16
    private static let storedLength = 16

    static func id(number: UInt8) -> String { number == userNumber ? id(user) : id(signature) }

    private static func id(_ reference: PINReference) -> String { Hex.string(of: [reference.rawValue]) }

    static func policies(_ form: IDPrimeCodeForm, hasSignaturePIN: Bool) -> [PINPolicy] {
        let response = Unblocking(
            by: id(administrator),
            means: .response(challengeLength: blockLength, responseLength: blockLength),
            evidence: .unknown
        )
        var policies = [pin(user, .auth, form, unblocking: [response])]
        // Its own PUK is spoken of in the maker's manuals, and neither its reference nor its form.
        if hasSignaturePIN { policies.append(pin(signature, .sign, form, unblocking: [])) }
        return policies + [key]
    }

    private static func pin(
        _ reference: PINReference,
        _ role: PINRole,
        _ form: IDPrimeCodeForm,
        unblocking: [Unblocking]
    ) -> PINPolicy {
        PINPolicy(
            id: id(reference),
            reference: reference,
            label: "",
            kind: .pin,
            role: role,
            encoding: .utf8,
            length: length,
            storedLength: storedLength,
            padByte: form.isPadded ? 0x00 : nil,
            formEvidence: form.evidence,
            unblocking: unblocking
        )
    }

    private static var key: PINPolicy {
        PINPolicy(
            id: id(administrator),
            reference: administrator,
            label: "",
            kind: .key,
            role: .admin,
            length: blockLength...blockLength,
            storedLength: blockLength,
            verifyIsAllowed: false,
            changeIsAllowed: false,
            unblockIsAllowed: false,
            maximumTries: administratorTries
        )
    }
}
