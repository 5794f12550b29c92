/// Why a revocation list or a responder's answer says nothing: a half sentence, and what to do.
package struct RevocationProblem: Hashable, Sendable {
    package let why: String
    let next: String
    /// OpenSSL failed, so that nothing is known of the list or answer.
    var isUnchecked = false
}

/// The problems of revocation lists and responders' answers.
extension Texts {
    // MARK: Both

    package var wrongSignature: RevocationProblem {
        RevocationProblem(
            why: text("its signature is not the issuer’s"),
            next: text(
                "Somebody may have changed it on the way: try again in another network. If it goes on, tell whoever issued the card."
            )
        )
    }
    /// `wasFetched` where it was fetched anew just now, here and below.
    package func otherIssuerKey(wasFetched: Bool) -> RevocationProblem {
        RevocationProblem(
            why: text("the issuer has more than one key, and it was signed with another one"),
            next: wasFetched
                ? text("Try again later. If it goes on, tell whoever issued the card.")
                : text(
                    "Fetch it again with --revocation online. If it goes on, tell whoever issued the card."
                )
        )
    }
    package var forgeableSignature: RevocationProblem {
        RevocationProblem(why: text("it was signed in a way that can be forged today"), next: tell)
    }
    package func notBefore(_ date: String) -> RevocationProblem {
        RevocationProblem(
            why: text("it does not count before {date}", ["date": date]),
            next: text("Look at this computer’s clock. If it is right, try again later.")
        )
    }
    package func notAfter(_ date: String, wasFetched: Bool) -> RevocationProblem {
        RevocationProblem(
            why: text("it counted only until {date}", ["date": date]),
            next: wasFetched ? laterOrClock : newer
        )
    }

    // MARK: Revocation lists

    package var notAList: RevocationProblem {
        RevocationProblem(why: text("it is no such list"), next: again)
    }
    package var otherIssuer: RevocationProblem {
        RevocationProblem(why: text("it is another issuer’s"), next: tell)
    }
    package var issuerMayNotSign: RevocationProblem {
        RevocationProblem(
            why: text("the issuer may not sign such lists (keyUsage without cRLSign)"),
            next: tell
        )
    }
    package var changesOnly: RevocationProblem {
        RevocationProblem(why: text("it lists only what has changed (delta CRL)"), next: tell)
    }
    package var indirect: RevocationProblem {
        RevocationProblem(why: text("somebody else makes it for the issuer (indirect CRL)"), next: tell)
    }
    package var someReasons: RevocationProblem {
        RevocationProblem(why: text("it knows only some of the reasons for revoking"), next: tell)
    }
    package var otherScope: RevocationProblem {
        RevocationProblem(why: text("it is about other certificates of the issuer"), next: tell)
    }
    package func unknownCondition(_ numbers: String) -> RevocationProblem {
        RevocationProblem(
            why: text(
                "it sets a condition that is not known here (critical extension {numbers})",
                ["numbers": numbers]
            ),
            next: tell
        )
    }

    // MARK: Responders

    package var notAnAnswer: RevocationProblem {
        RevocationProblem(why: text("it is no such answer"), next: again)
    }
    package func serviceRefuses(_ status: String, isForNow: Bool) -> RevocationProblem {
        RevocationProblem(
            why: text("the service refuses ({status})", ["status": status]),
            next: isForNow ? text("Try again later.") : tell
        )
    }
    package var notDelegated: RevocationProblem {
        RevocationProblem(why: text("whoever signed it may not answer for the issuer"), next: tell)
    }
    package var signerRevoked: RevocationProblem {
        RevocationProblem(why: text("the certificate of whoever signed it is revoked"), next: tell)
    }
    package var signerNotChecked: RevocationProblem {
        RevocationProblem(
            why: text("it could not be found out whether the certificate of whoever signed it is revoked"),
            next: again
        )
    }
    package func signerNotTrusted(_ detail: String) -> RevocationProblem {
        RevocationProblem(
            why: text(
                "the certificate of whoever signed it is missing, out of date or not from the issuer ({detail})",
                ["detail": detail]
            ),
            next: tell
        )
    }
    package var otherSubject: RevocationProblem {
        RevocationProblem(why: text("it is about another certificate"), next: again)
    }
    package var subjectNotKnown: RevocationProblem {
        RevocationProblem(
            why: text("the service does not know the certificate"),
            next: text("The certificate may be forged: ask whoever issued the card before you use it.")
        )
    }
    package func tooOld(_ date: String, wasFetched: Bool) -> RevocationProblem {
        RevocationProblem(
            why: text("it was made on {date} and does not say until when it counts", ["date": date]),
            next: wasFetched ? laterOrClock : newer
        )
    }
    package func libraryFailed(_ detail: String) -> RevocationProblem {
        RevocationProblem(
            why: text("OpenSSL failed ({detail})", ["detail": detail]),
            next: text(
                "Try again. If it happens again, tell the administrator, with the words in parentheses."
            ),
            isUnchecked: true
        )
    }

    // MARK: Advice

    private var again: String {
        text(
            "Try again later. If it goes on, look whether a proxy stands in between, or tell whoever issued the card."
        )
    }
    private var laterOrClock: String {
        text(
            "Look at this computer’s clock. If it is right, try again later; if it goes on, tell whoever issued the card."
        )
    }
    private var newer: String {
        text("Let a newer one be fetched with --revocation online, and look at this computer’s clock.")
    }
}
