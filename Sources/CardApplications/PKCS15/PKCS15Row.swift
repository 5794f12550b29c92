internal import CardCore

/// What is known of the card operating systems that carry PKCS#15, beyond what the card's own files say.
///
/// Nothing in a row is found out by trying. Each says where it comes from.
struct PKCS15Row: Hashable, Sendable {
    /// How a counter is asked for without spending a try.
    enum Counters: Hashable, Sendable {
        /// GET DATA with the reference, in the form of Thales (Gemalto) cards.
        ///
        /// `emptyVerifyIsFree` says that a card which answers it is known to take an empty VERIFY as a question as well.
        case thalesGetData(emptyVerifyIsFree: Bool)
        /// Not known, or known to cost a try.
        case unknown
    }

    let counters: Counters
    let unblocking: Unblocking.Means
    let evidence: Evidence
    let signing: PKCS15Signing
    /// Tries of a fresh PIN, where it is written down.
    var maximumPINTries: Int?

    /// Thales (Gemalto) MultiApp with the Swedish profile: SITHS reservkort, Swedish MCA.
    ///
    /// They have the operating system of FINEID's cards (pre-issuing data `B0 85 03 00 EF`), and sign as these do.
    /// GET DATA `00 CB 00 FF` is how OpenSC asks IDPrime, the same operating system, where an empty VERIFY is known
    /// to be free as well. One RESET RETRY COUNTER with both codes is ISO/IEC 7816-4, 11.6.10, P1 = 00.
    static let thales = PKCS15Row(
        counters: .thalesGetData(emptyVerifyIsFree: true),
        unblocking: .codeAndNewPIN,
        evidence: .documented,
        signing: .thales(.fineid)
    )

    /// IDPrime with a PKCS#15 view: its counters are known, how it is unblocked is not.
    static let idPrime = PKCS15Row(
        counters: .thalesGetData(emptyVerifyIsFree: true),
        unblocking: .codeAndNewPIN,
        evidence: .unknown,
        signing: .thales(.idPrime)
    )

    /// SetCOS and its EID applet, which answers GET DATA `00 CA DF 30` with its version.
    ///
    /// OpenSC keeps from asking SetCOS with an empty VERIFY: it counts. The two steps are FINEID S1's for
    /// organisation cards on this operating system.
    static let setCOS = PKCS15Row(
        counters: .unknown,
        unblocking: .verifyThenNewPIN,
        evidence: .documented,
        signing: .setCOS
    )

    /// FINEID citizen cards: FINEID S1, RESET RETRY COUNTER with PUK and new PIN, five tries.
    ///
    /// DVV's specimen cards of S4-1 v3.1 and v4.0 answer GET DATA for the references 11 and 82 with `DF21 04 05 FF A5 03`
    /// (dialogues in web-eid/libelectronic-id, `tests/mock/select-certificate-script-FIN-V3.hpp` and `-V4.hpp`). That an
    /// empty VERIFY costs no try is not known of them.
    static let fineid = PKCS15Row(
        counters: .thalesGetData(emptyVerifyIsFree: false),
        unblocking: .codeAndNewPIN,
        evidence: .documented,
        signing: .thales(.fineid),
        maximumPINTries: 5
    )

    /// FINEID organisation and health-care cards: VERIFY PUK, then RESET RETRY COUNTER with the new PIN; five tries.
    ///
    /// The two commands are FINEID S4-2 v4.0, 4.3.2. The codes are not padded, and any other length is a counted try
    /// (FINEID S1 v3.0, 3.5.1.1). Known through ReFineID, a public client that names these clauses.
    static let fineidOrganisation = PKCS15Row(
        counters: .unknown,
        unblocking: .verifyThenNewPIN,
        evidence: .documented,
        signing: .thales(.fineid),
        maximumPINTries: 5
    )

    /// A card that nothing is known of: no counter is asked for, and unblocking takes the person's word.
    static let unknown = PKCS15Row(
        counters: .unknown,
        unblocking: .codeAndNewPIN,
        evidence: .unknown,
        signing: .described
    )

    /// References of FINEID citizen cards (FINEID S1): PIN1, PIN2, PUK.
    private static let fineidReferences: Set<UInt8> = [0x11, 0x82, 0x83]
    /// References of FINEID organisation and health-care cards (FINEID S4-2 v4.0, 4.2): PIN1, PIN2, PUK.
    private static let fineidOrganisationReferences: Set<UInt8> = [0x03, 0x04, 0x12]

    /// The row that the ATR alone decides.
    ///
    /// Thales cards tell their profile in the two octets of tag 1 (pcsc-tools list): `0F FF` is IAS Classic, of which nothing
    /// is known, `0F FE` IDPrime.
    static func row(atr: ATR?) -> PKCS15Row? {
        guard let card = atr.flatMap({ ThalesATR($0) }), card.isMultiApp else { return nil }
        if card.profile == ThalesATR.iasClassic { return .unknown }
        return card.profile == ThalesATR.idPrime ? .idPrime : .thales
    }

    /// The row that the references of the card's own codes decide.
    static func row(references: Set<UInt8>) -> PKCS15Row? {
        switch references {
        case fineidReferences: .fineid
        case fineidOrganisationReferences: .fineidOrganisation
        default: nil
        }
    }

    /// The row that the card's answer to GET DATA `00 CA DF 30` decides.
    static func row(version: [UInt8]) -> PKCS15Row? {
        version.starts(with: Array("v2.".utf8)) ? .setCOS : nil
    }
}
