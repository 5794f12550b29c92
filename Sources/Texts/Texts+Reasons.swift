/// A certificate as sentences about it need it.
package struct CertificateName: Hashable, Sendable {
    /// Where it is, which decides what can be done about it.
    package enum Place: Hashable, Sendable {
        /// It is the one that is judged.
        case own
        /// It came from the card together with that one.
        case card
        /// The administrator put it into this file.
        case file(String)
    }

    /// As something known: `the certificate “Anna Andersson”`.
    package let definite: String
    package let place: Place

    /// What fills `{certificate}`.
    var arguments: [String: String] { ["certificate": definite] }

    func arguments(_ more: [String: String]) -> [String: String] { arguments.merging(more) { $1 } }
}

/// Why a certificate is not trusted, and what file or action helps.
extension Texts {
    // MARK: Names

    /// How sentences call a certificate: by its holder's name, and where it is when it is an issuer's.
    package func certificateName(_ name: String, place: CertificateName.Place) -> CertificateName {
        // Real names have up to 64 characters (RFC 5280, appendix A.1); the file has to fit in behind it.
        let arguments = ["name": Self.printable(name, limit: 64)]
        let definite =
            switch place {
            case .own: text("the certificate “{name}”", arguments)
            case .card: text("the issuer’s certificate “{name}” on the card", arguments)
            case .file(let file):
                text("the certificate “{name}” in {file}", arguments.merging(["file": file]) { $1 })
            }
        return CertificateName(definite: definite, place: place)
    }

    /// In the place of a name.
    package func nameless(serialNumber: String) -> String {
        text("nameless, serial number {serial}", ["serial": serialNumber])
    }
    package var onTheCard: String { text("on the card") }
    package func utc(_ time: String) -> String { text("{time} UTC", ["time": time]) }

    // MARK: The way to a root

    package func noRoots(in path: String) -> Sentence {
        Sentence(
            text(
                "This computer has no root certificate to trust: there is none in {path}.",
                ["path": path]
            ),
            text(
                "Put the root certificate of the card’s issuer there as a file that ends in .pem, .crt, .cer or .der, or name one with --trust."
            )
        )
    }
    /// `named` with --trust.
    package func noRoots(named path: String) -> Sentence {
        Sentence(
            text("There is no root certificate in {path}.", ["path": path]),
            text("Name the root certificate of the card’s issuer, or a folder that holds it, with --trust.")
        )
    }
    package func issuerMissing(_ issuer: String, folder: String, address: String?) -> Sentence {
        Sentence(
            text(
                "The certificate of the issuer, “{issuer}”, is neither on the card nor in {folder}.",
                ["issuer": issuer, "folder": folder]
            ),
            address.map { address in
                text(
                    "Put it there, but only after you have made sure of it with the issuer. According to the card it can be fetched at: {address}",
                    ["address": address]
                )
            }
                ?? text(
                    "Get it from the issuer, and put it there as a file that ends in .pem, .crt, .cer or .der."
                )
        )
    }
    package func issuerKeyDiffers(
        _ certificate: CertificateName,
        issuer: String,
        places: String,
        folder: String
    ) -> Sentence {
        Sentence(
            text(
                "{certificate} names “{issuer}” as its issuer, but was not signed with the key of the certificate of that name ({places}).",
                certificate.arguments(["issuer": issuer, "places": places])
            ),
            text(
                "The issuer may have another certificate: ask the issuer for it, and put it into {folder}. If there is none, do not use the card.",
                ["folder": folder]
            )
        )
    }
    package func rootNotTrusted(_ root: String, folder: String) -> Sentence {
        Sentence(
            text(
                "The root certificate “{root}” is not trusted: it is on the card, but not in {folder}.",
                ["root": root, "folder": folder]
            ),
            text(
                "If this computer is to trust the issuer, get the root certificate from the issuer, not from the card, and put it there."
            )
        )
    }
    package func selfSigned(_ certificate: CertificateName, folder: String) -> Sentence {
        Sentence(
            text("No issuer stands behind {certificate}: it vouches for itself.", certificate.arguments),
            text(
                "Do not rely on it. If you have made it yourself for this computer, put it into {folder}.",
                ["folder": folder]
            )
        )
    }
    package func signatureInvalid(_ certificate: CertificateName, issuer: String) -> Sentence {
        Sentence(
            text(
                "{certificate} was changed after “{issuer}” had issued it, or is not from there: its signature is wrong.",
                certificate.arguments(["issuer": issuer])
            ),
            mended(certificate)
        )
    }
    package func chainTooLong(limit: Int) -> Sentence {
        Sentence(
            text(
                "From the card’s certificate to the root it takes more than {count} certificates; no more are followed.",
                ["count": "\(limit)"]
            ),
            text("Tell whoever issued the card: three are usual.")
        )
    }
    package func tooManyCertificates(limit: Int) -> Sentence {
        Sentence(
            text(
                "The card brings more than {count} certificates of issuers; so many are not looked at.",
                ["count": "\(limit)"]
            ),
            text("Tell whoever issued the card: one or two are usual.")
        )
    }

    // MARK: Time

    package func notYetValid(_ certificate: CertificateName, from: String, now: String) -> Sentence {
        Sentence(
            text("{certificate} is not valid before {from}.", certificate.arguments(["from": from])),
            text(
                "Look at this computer’s clock: it shows {now}. If it is right, wait until then, or ask whoever issued the card.",
                ["now": now]
            )
        )
    }
    package func expired(
        _ certificate: CertificateName,
        on date: String,
        now: String,
        folder: String
    ) -> Sentence {
        let remedy =
            switch certificate.place {
            case .own: text("Order a new card or certificate from whoever issued the card.")
            case .card, .file: renewed(certificate, folder: folder)
            }
        let clock = text(
            "If this date is still to come, this computer’s clock is wrong: it shows {now}.",
            ["now": now]
        )
        return Sentence(
            text("{certificate} expired on {date}.", certificate.arguments(["date": date])),
            "\(remedy) \(clock)"
        )
    }

    // MARK: What a certificate may do

    package func notAnAuthority(_ certificate: CertificateName) -> Sentence {
        Sentence(
            text(
                "{certificate} has been used to issue another certificate, although it is no issuer’s (basicConstraints).",
                certificate.arguments
            ),
            forged
        )
    }
    package func mayNotIssue(_ certificate: CertificateName) -> Sentence {
        Sentence(
            text(
                "{certificate} has been used to issue another certificate, which it does not allow (keyUsage without keyCertSign).",
                certificate.arguments
            ),
            forged
        )
    }
    package func pathTooLong(_ certificate: CertificateName) -> Sentence {
        Sentence(
            text(
                "{certificate} allows fewer issuers below it than there are (basicConstraints).",
                certificate.arguments
            ),
            forged
        )
    }
    package func nameNotPermitted(_ certificate: CertificateName) -> Sentence {
        Sentence(
            text(
                "{certificate} holds a name that is not among those its issuer may give out (nameConstraints).",
                certificate.arguments
            ),
            forged
        )
    }
    package func nameExcluded(_ certificate: CertificateName) -> Sentence {
        Sentence(
            text(
                "{certificate} holds a name that its issuer is forbidden to give out (nameConstraints).",
                certificate.arguments
            ),
            forged
        )
    }
    package func nameNotComparable(_ certificate: CertificateName) -> Sentence {
        Sentence(
            text(
                "It cannot be told whether the issuer may give out the names in {certificate} (nameConstraints).",
                certificate.arguments
            ),
            text(
                "Tell whoever issued the card: the issuer’s rule for names is of a kind that is not understood here."
            )
        )
    }
    package func policyMissing(_ certificate: CertificateName?) -> Sentence {
        Sentence(
            certificate.map { certificate in
                text(
                    "{certificate} was not issued under the rules that an issuer above it demands (certificate policies).",
                    certificate.arguments
                )
            }
                ?? text(
                    "The certificate was not issued under the rules that an issuer above it demands (certificate policies)."
                ),
            text("Ask whoever issued the card which of its certificates is meant for this use.")
        )
    }
    package func unknownCriticalExtension(_ certificate: CertificateName, _ numbers: String) -> Sentence {
        Sentence(
            text(
                "{certificate} sets a condition that is not known here, and so cannot be met (critical extension {numbers}).",
                certificate.arguments(["numbers": numbers])
            ),
            text("Tell whoever issued the card, with the number in parentheses.")
        )
    }
    package func malformed(_ certificate: CertificateName) -> Sentence {
        Sentence(
            text("{certificate} is damaged, or contradicts itself (extensions).", certificate.arguments),
            mended(certificate)
        )
    }
    package func notForLogin(_ certificate: CertificateName, present: String?) -> Sentence {
        Sentence(
            present.map { present in
                text(
                    "{certificate} is not for login: it is for {present}, not for digitalSignature (keyUsage).",
                    certificate.arguments(["present": present])
                )
            }
                ?? text(
                    "{certificate} is not for login: it does not say what it is for (no keyUsage).",
                    certificate.arguments
                ),
            otherCertificate
        )
    }
    package func notForSignatures(_ certificate: CertificateName, present: String?) -> Sentence {
        Sentence(
            present.map { present in
                text(
                    "{certificate} is not for signatures: it is for {present}, not for nonRepudiation (keyUsage).",
                    certificate.arguments(["present": present])
                )
            }
                ?? text(
                    "{certificate} is not for signatures: it does not say what it is for (no keyUsage).",
                    certificate.arguments
                ),
            otherCertificate
        )
    }
    package func notForUse(_ certificate: CertificateName, needed: String, present: String) -> Sentence {
        Sentence(
            text(
                "{certificate} is not for this use: it is for {present}, not for {needed} (keyUsage).",
                certificate.arguments(["needed": needed, "present": present])
            ),
            otherCertificate
        )
    }
    /// In the place of uses.
    package var noUse: String { text("nothing") }
    /// By extendedKeyUsage, whose uses are numbers.
    package func notForExtendedUse(
        _ certificate: CertificateName,
        needed: String,
        present: String
    ) -> Sentence {
        let arguments = certificate.arguments(["needed": needed, "present": present])
        if certificate.place == .own {
            return Sentence(
                text(
                    "{certificate} is not for login: it is for {present}, not for {needed} (extendedKeyUsage).",
                    arguments
                ),
                otherCertificate
            )
        }
        return Sentence(
            text(
                "{certificate} may not issue certificates for login: it is for {present}, not for {needed} (extendedKeyUsage).",
                arguments
            ),
            tell
        )
    }

    // MARK: Advice

    var tell: String { text("Tell whoever issued the card; it cannot be put right on this computer.") }
    var doNotUse: String { text("Do not use the card; tell whoever issued it.") }
    private var forged: String {
        text("Do not use the card: its certificate may be forged. Tell whoever issued it.")
    }
    private var otherCertificate: String {
        text(
            "Choose another certificate of the card, or ask whoever issued it for one. They are listed by: kortvakt cert list"
        )
    }

    /// A whole certificate in the place of a damaged one.
    private func mended(_ certificate: CertificateName) -> String {
        switch certificate.place {
        case .own, .card: doNotUse
        case .file(let file):
            text("Get it anew from the issuer, and put it in place of {file}.", ["file": file])
        }
    }

    /// A newer certificate of an issuer.
    func renewed(_ certificate: CertificateName, folder: String) -> String {
        switch certificate.place {
        case .own, .card:
            text(
                "Get a newer certificate of the issuer from the issuer itself, and put it into {folder}.",
                ["folder": folder]
            )
        case .file(let file):
            text("Ask the issuer for a newer one, and put it in place of {file}.", ["file": file])
        }
    }
}
