/// What `cert` and `status` show of certificates.
extension Texts {
    package var certLabel: String { text("Name of the certificate") }
    package var certPIN: String { text("Key opened by") }
    package var certHolder: String { text("Holder") }
    package var certHSAID: String { text("HSA-id") }
    package var certPersonalNumber: String { text("Personal number") }
    package var certHolderNumber: String { text("Holder's number") }
    package var certSubject: String { text("Full name in the certificate") }
    package var certCardNumber: String { text("Card number") }
    package var certIssuer: String { text("Issuer") }
    package var certAssurance: String { text("Level of assurance") }
    package func certLevel(_ level: Int, isTest: Bool) -> String {
        isTest
            ? text("{level}, going by the name of the issuer, a test issuer", ["level": "\(level)"])
            : text("{level}, going by the name of the issuer", ["level": "\(level)"])
    }
    package var certValidity: String { text("Valid") }
    package func certFromTo(_ from: String, _ to: String) -> String {
        text("{from} to {to}", ["from": from, "to": to])
    }
    package var certTemporary: String { text("90 days or less in all, as on a temporary card (reservkort)") }
    package var certShort: String { text("half a year or less in all, as on a short-term card") }
    package var certSerialNumber: String { text("Serial number") }
    package var certKey: String { text("Key") }
    package func certKeyBits(_ kind: String, _ bits: Int) -> String {
        text("{kind}, {bits} bits", ["kind": kind, "bits": "\(bits)"])
    }
    package var certKeyUnreadable: String { text("of a kind that is not known here") }
    package var certUses: String { text("Uses (keyUsage)") }
    package var certAnyUse: String { text("not limited") }
    package var certExtendedUses: String { text("Uses (extendedKeyUsage)") }
    package var certPolicies: String { text("Policies") }
    package var certNames: String { text("Other names") }
    package var certRevocationLists: String { text("Revocation lists") }
    package var certResponders: String { text("Status services") }
    package var certFingerprint: String { text("Fingerprint (SHA-256)") }
    package var certProblem: String { text("Problem") }

    package func temporaryCard(hasSignature: Bool) -> String {
        hasSignature
            ? text("The certificates are those of a temporary card (reservkort).")
            : text(
                "The certificates are those of a temporary card (reservkort); there is none for signatures."
            )
    }

    package var moreCertificates: String {
        text("The card has more certificates than are shown here.")
    }

    // MARK: Warnings

    package func notYetValidFrom(_ date: String) -> String {
        text("Not valid yet: it is from {date} on. Check this computer's clock.", ["date": date])
    }
    package func expiredSince(_ date: String) -> String {
        text("Expired on {date}. Order a new card or certificate.", ["date": date])
    }
    package var expiresToday: String { text("Expires within a day. Order a new card or certificate now.") }
    package func expiresSoon(days: Int) -> String {
        text(
            "Expires in {count} day. Order a new card or certificate now.",
            "Expires in {count} days. Order a new card or certificate now.",
            count: days
        )
    }

    // MARK: Verification

    package var whatVerifyingMeans: String {
        text(
            "This checks whether somebody this computer trusts vouches for each certificate, and whether it is in force and meant for its use."
        )
    }
    /// While whoever must know is asked, for up to half a minute.
    package var checking: String { text("Checking certificates …") }
    package var trustedForLogin: String { text("Trusted: it is genuine and may be used to log in.") }
    package var trustedForSignatures: String {
        text("Trusted: it is genuine and may be used for signatures.")
    }
    package var trusted: String {
        text("Trusted: it is genuine. It is meant neither for logging in nor for signatures.")
    }
    package func notTrusted(reasons: Int) -> String {
        text("NOT trusted, for this reason:", "NOT trusted, for {count} reasons:", count: reasons)
    }
    package var notChecked: String { text("Could NOT be checked, for this reason:") }
    /// Who vouches for these certificates of the card; `issuers` are between them and the root.
    package func vouched(for certificates: [String], by root: String, through issuers: [String]) -> String {
        let arguments = [
            "root": root, "certificates": certificates.joined(separator: ", "),
            "issuers": issuers.joined(separator: ", "),
        ]
        return issuers.isEmpty
            ? text(
                "{root}, which this computer trusts, vouches for certificate {certificates}",
                "{root}, which this computer trusts, vouches for certificates {certificates}",
                count: certificates.count,
                arguments
            )
            : text(
                "{root}, which this computer trusts, vouches for certificate {certificates} through {issuers}",
                "{root}, which this computer trusts, vouches for certificates {certificates} through {issuers}",
                count: certificates.count,
                arguments
            )
    }
    /// Where the certificate of a root or an issuer is.
    package func issuerPlace(_ name: String, _ place: String) -> String {
        text("{name}: {place}", ["name": name, "place": place])
    }
    package var keyIsOnCard: String {
        text("The card holds the key of this certificate: it signed a number that was made up just now.")
    }
    package func certificatesNotTrusted(_ count: Int, of all: Int) -> Sentence {
        Sentence(
            all == 1
                ? text("The certificate is not trusted.")
                : text(
                    "{count} certificate of {all} is not trusted.",
                    "{count} certificates of {all} are not trusted.",
                    count: count,
                    ["all": "\(all)"]
                ),
            text("Each reason says what to do about it.")
        )
    }
    package var codesWithoutProof: Sentence {
        Sentence(
            text("No code is needed: --stdin and --last-try belong to --prove."),
            text("Leave them out, or add --prove.")
        )
    }
    package var requiredRevocationOff: Sentence {
        Sentence(
            text("--require-revocation needs the check that --revocation off turns off."),
            text("Leave one of them out.")
        )
    }

    // MARK: Failures

    package var noCertificateOnCard: Sentence {
        Sentence(
            text("There is no certificate on the card."),
            text("A new card may have to be activated first; ask whoever gave it out.")
        )
    }
    package var noLoginCertificate: Sentence {
        Sentence(
            text("There is no certificate to log in with on the card."),
            text("See what is there: kortvakt cert list")
        )
    }
    package func noSuchCertificate(_ id: String) -> Sentence {
        Sentence(
            text("The card has no certificate {id}.", ["id": id]),
            text("See what is there: kortvakt cert list")
        )
    }
    package func notForLogin(_ id: String) -> Sentence {
        Sentence(
            text(
                "Certificate {id} is not one to log in with, and no other key is asked to sign.",
                ["id": id]
            ),
            text("Name the login certificate, or none.")
        )
    }
    package func noKnownPIN(_ id: String) -> Sentence {
        Sentence(
            text("The card does not say which PIN opens the key of certificate {id}.", ["id": id]),
            text("No PIN was asked for. Verify it without --prove.")
        )
    }
    package func proofNotSupported(_ id: String) -> Sentence {
        Sentence(
            text(
                "It is not known how this card is asked to sign with the key of certificate {id}.",
                ["id": id]
            ),
            text("No PIN was asked for. Verify it without --prove.")
        )
    }
    package func certificateOfOtherKey(_ id: String) -> Sentence {
        Sentence(
            text("Certificate {id} belongs to another key than the one on the card.", ["id": id]),
            text("No PIN was asked for. Have the certificate of the card’s own key put on the card.")
        )
    }
    package var removedBeforeSignature: Sentence {
        Sentence(
            text("The card was removed before it had signed. The PIN was correct."),
            text("Insert the card, leave it in and try again.")
        )
    }
    package var notSigned: Sentence {
        Sentence(
            text(
                "The PIN was right, and yet the card gave no signature: it did not show that it has the key."
            ),
            text("Try once more; if it happens again, have the card replaced.")
        )
    }

    // MARK: Export

    package var exportWhich: Sentence {
        Sentence(
            text("It is not clear which certificate is meant."),
            text("Name one as cert list shows it, or use --all.")
        )
    }
    package var exportAllAsPEM: Sentence {
        Sentence(
            text("A DER file holds one certificate."),
            text("Name one as cert list shows it, or use --format pem.")
        )
    }
    package var exportBinary: Sentence {
        Sentence(
            text("DER cannot be shown on a terminal."),
            text("Name a file with --output, or use --format pem.")
        )
    }
    package var exportUnreadable: Sentence {
        Sentence(
            text("The card has a certificate there that cannot be read, so nothing was written."),
            text("See what is there: kortvakt cert list")
        )
    }
    package func exportExists(_ path: String) -> Sentence {
        Sentence(
            text("The file {file} is there already and was left as it is.", ["file": path]),
            text("Name another file, or replace it with --force.")
        )
    }
}
