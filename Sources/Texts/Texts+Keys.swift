/// What is wrong with a certificate's key or signature, and whether the card has the key.
extension Texts {
    package func weakKey(_ certificate: CertificateName, bits: Int, minimum: Int) -> Sentence {
        Sentence(
            text(
                "The key of {certificate} is too short to be safe: {bits} bits, and {minimum} are needed.",
                certificate.arguments(["bits": "\(bits)", "minimum": "\(minimum)"])
            ),
            newCard(certificate)
        )
    }
    package func rocaKey(_ certificate: CertificateName) -> Sentence {
        Sentence(
            text(
                "The key of {certificate} was made by a faulty chip: others can find it out (ROCA, CVE-2017-15361).",
                certificate.arguments
            ),
            newCard(certificate)
        )
    }
    package func worthlessExponent(_ certificate: CertificateName) -> Sentence {
        Sentence(
            text(
                "The key of {certificate} protects nothing: anybody can sign in its name (RSA exponent).",
                certificate.arguments
            ),
            doNotUse
        )
    }
    package func unreadableKey(_ certificate: CertificateName) -> Sentence {
        Sentence(
            text(
                "The key of {certificate} is damaged, or of a kind that is not known here.",
                certificate.arguments
            ),
            otherKey
        )
    }
    package func weakSignature(_ certificate: CertificateName, algorithm: String, folder: String) -> Sentence
    {
        Sentence(
            text(
                "{certificate} was signed by its issuer in a way that can be forged today ({algorithm}).",
                certificate.arguments(["algorithm": algorithm])
            ),
            certificate.place == .own
                ? text("Order a new card or certificate from whoever issued the card.")
                : renewed(certificate, folder: folder)
        )
    }
    package func keyNotHeld(_ certificate: CertificateName) -> Sentence {
        Sentence(
            text(
                "The card does not have the key of {certificate}: the certificate may have been copied onto it.",
                certificate.arguments
            ),
            doNotUse
        )
    }
    package func schemeDoesNotFit(_ certificate: CertificateName, kind: String) -> Sentence {
        Sentence(
            text(
                "The card cannot be made to show that it has the key of {certificate}: the kind of key is not supported ({kind}).",
                certificate.arguments(["kind": kind])
            ),
            otherKey
        )
    }
    package func proofWorthless(_ certificate: CertificateName) -> Sentence {
        Sentence(
            text(
                "The card cannot show that it has the key of {certificate}: the key is so weak that others could have signed too.",
                certificate.arguments
            ),
            newCard(certificate)
        )
    }
    package func proofFailed(_ certificate: CertificateName, _ detail: String) -> Sentence {
        Sentence(
            text(
                "It could not be found out whether the card has the key of {certificate} (OpenSSL: {detail}).",
                certificate.arguments(["detail": detail])
            ),
            text("Try again. If it happens again, tell the administrator, with the words in parentheses.")
        )
    }

    /// The kind of a key that cannot be read.
    package var unknownKind: String { text("unknown") }
    /// Nothing is known but what OpenSSL calls it.
    package func otherReason(_ certificate: CertificateName?, _ detail: String, code: Int) -> Sentence {
        let arguments = ["detail": detail, "code": "\(code)"]
        return Sentence(
            certificate.map {
                text("{certificate} is not accepted (OpenSSL {code}: {detail}).", $0.arguments(arguments))
            } ?? text("The certificate is not accepted (OpenSSL {code}: {detail}).", arguments),
            text("Tell whoever issued the card, with the words in parentheses.")
        )
    }

    /// What failed was OpenSSL, so that nothing is known.
    package func certificateNotChecked(_ certificate: CertificateName, _ detail: String) -> Sentence {
        Sentence(
            text(
                "{certificate} could not be checked (OpenSSL: {detail}).",
                certificate.arguments(["detail": detail])
            ),
            text("Try again. If it happens again, tell the administrator, with the words in parentheses.")
        )
    }

    private var otherKey: String {
        text(
            "Ask whoever issued the card for a certificate with an RSA key, or a key on the curve P-256 or P-384."
        )
    }

    private func newCard(_ certificate: CertificateName) -> String {
        certificate.place == .own
            ? text("Do not use the card; order a new one from whoever issued it.") : doNotUse
    }

    // MARK: Certificates that cannot be read at all

    package func unusableCertificate(_ why: String) -> Sentence {
        Sentence(
            text("A certificate of the card cannot be used: {why}.", ["why": why]),
            text("Tell whoever issued the card.")
        )
    }
    /// What failed was OpenSSL, so that nothing is known of the certificate.
    package func uncheckedCertificate(_ problem: RevocationProblem) -> Sentence {
        Sentence(
            text("A certificate of the card could not be checked: {why}.", ["why": problem.why]),
            problem.next
        )
    }
    package func largerThan(_ limit: Int) -> String {
        text("it is larger than {limit} bytes", ["limit": "\(limit)"])
    }
    package func noCertificate(_ detail: String) -> String {
        text("it is no certificate ({detail})", ["detail": detail])
    }
    package func trailingBytes(_ count: Int) -> String {
        text("{count} byte follows after its end", "{count} bytes follow after its end", count: count)
    }
    package var invalidTime: String { text("the dates between which it is valid cannot be read") }
}
