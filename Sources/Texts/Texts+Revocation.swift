/// Whether a certificate is revoked, and why that could not be found out.
extension Texts {
    // MARK: Findings

    package func notRevoked(_ name: String) -> String { text("“{name}” is not revoked", ["name": name]) }
    package func wasRevoked(_ name: String, on date: String, reason: String?) -> String {
        let arguments = ["name": name, "date": date]
        return reason.map {
            text("“{name}” was revoked on {date}, because {reason}", arguments.merging(["reason": $0]) { $1 })
        } ?? text("“{name}” was revoked on {date}", arguments)
    }
    package func revocationNotKnown(_ name: String) -> String {
        text("it could not be found out whether “{name}” is revoked", ["name": name])
    }
    package func revocationNotAsked(_ name: String) -> String {
        text("nobody was asked whether “{name}” is revoked", ["name": name])
    }
    package func accordingToList(_ host: String) -> String {
        text("according to the list of revoked certificates from {host}", ["host": host])
    }
    package func accordingToService(_ host: String) -> String {
        text("according to the issuer’s status service at {host}", ["host": host])
    }
    package func made(_ date: String) -> String { text("made on {date}", ["date": date]) }
    package func counts(until date: String) -> String { text("counts until {date}", ["date": date]) }
    package var fetchedNow: String { text("fetched less than a minute ago") }
    package func fetched(minutes: Int) -> String {
        text("fetched {count} minute ago", "fetched {count} minutes ago", count: minutes)
    }
    package func fetched(hours: Int) -> String {
        text("fetched {count} hour ago", "fetched {count} hours ago", count: hours)
    }
    package func fetched(days: Int) -> String {
        text("fetched {count} day ago", "fetched {count} days ago", count: days)
    }
    package func fetched(on date: String) -> String { text("fetched on {date}", ["date": date]) }

    // MARK: Revoked

    package func revoked(_ certificate: CertificateName, on date: String, reason: String?) -> Sentence {
        Sentence(
            reason.map {
                text(
                    "{certificate} was revoked by its issuer on {date}, because {reason}.",
                    certificate.arguments(["date": date, "reason": $0])
                )
            }
                ?? text(
                    "{certificate} was revoked by its issuer on {date}.",
                    certificate.arguments(["date": date])
                ),
            certificate.place == .own
                ? text("Do not use the card; order a new one from whoever issued it.")
                : text("Do not use the card: all cards of this issuer are concerned. Tell whoever issued it.")
        )
    }
    /// For a while.
    package func onHold(_ certificate: CertificateName, on date: String) -> Sentence {
        Sentence(
            text(
                "{certificate} was revoked by its issuer on {date}, for the time being.",
                certificate.arguments(["date": date])
            ),
            text("Do not use the card for now; ask whoever issued it when it may be used again.")
        )
    }
    package func revocationUnknown(_ certificate: CertificateName, why: Sentence?) -> Sentence {
        let happened = text(
            "It could not be found out whether {certificate} is revoked, and that was demanded (--require-revocation).",
            certificate.arguments
        )
        guard let why else { return Sentence(happened, text("Let it be asked with: --revocation online")) }
        return Sentence("\(happened) \(why.happened)", why.next)
    }

    /// After “because”.
    package var becauseKeyCompromise: String { text("others may have its key") }
    package var becauseIssuerCompromise: String { text("others may have the issuer’s key") }
    package var becauseAttributeCompromise: String {
        text("others may have the key of an office that vouches for its holder")
    }
    package var becauseAffiliation: String { text("its holder has another name or employer now") }
    package var becauseSuperseded: String { text("another certificate has taken its place") }
    package var becauseCessation: String { text("it is not needed any more") }
    package var becauseHold: String { text("its issuer has suspended it for the time being") }
    package var becauseRemoved: String { text("the list is not clear about whether it counts again") }
    package var becausePrivilege: String { text("its holder’s right to it has ended") }

    // MARK: Obstacles

    package func noAddress(others: String?) -> Sentence {
        Sentence(
            others.map {
                text(
                    "The certificate does not say where to ask whether it is revoked, but for addresses that are never used: {addresses}",
                    ["addresses": $0]
                )
            } ?? text("The certificate does not say where to ask whether it is revoked."),
            text("It cannot be found out here. When in doubt, ask whoever issued the card.")
        )
    }
    /// `wasFetched` where the network was asked as well.
    package func notCached(wasFetched: Bool) -> Sentence {
        Sentence(
            text(
                "Nothing that says whether the certificate is revoked has been kept on this computer from an earlier time."
            ),
            wasFetched ? text("Try again later.") : text("Let it be fetched with: --revocation online")
        )
    }
    package func secureAddress(_ address: String) -> Sentence {
        Sentence(
            text("{address} is not asked, because it begins with https.", ["address": quoted(address)]),
            text(
                "Tell whoever issued the card: what is fetched is signed, and the address should begin with http."
            )
        )
    }
    package func notAnAddress(_ address: String) -> Sentence {
        Sentence(
            text("{address} is no address that could be asked.", ["address": quoted(address)]),
            tell
        )
    }
    package func timedOut(_ address: String) -> Sentence {
        Sentence(
            text("{address} did not answer in time.", ["address": quoted(address)]),
            text(
                "Try again later. If it goes on, look at the network, the firewall, and the proxy in http_proxy."
            )
        )
    }
    package func notAsked(_ address: String) -> Sentence {
        Sentence(
            text(
                "{address} was not asked: the time for all questions was over.",
                ["address": quoted(address)]
            ),
            text(
                "Try again later. If it goes on, look at the network, the firewall, and the proxy in http_proxy."
            )
        )
    }
    package func unknownHost(_ address: String) -> Sentence {
        Sentence(
            text(
                "{address} cannot be reached: the name service (DNS) does not know its host.",
                ["address": quoted(address)]
            ),
            text("Look at the network and its name service. Where a proxy is needed, set http_proxy.")
        )
    }
    package func unknownProxy(_ address: String) -> Sentence {
        Sentence(
            text(
                "{address} cannot be reached: the name service (DNS) does not know the proxy.",
                ["address": quoted(address)]
            ),
            text("Look at the proxy in http_proxy: http://PROXY:PORT")
        )
    }
    package func notConnected(_ address: String) -> Sentence {
        Sentence(
            text(
                "{address} cannot be reached: the server or the proxy does not accept the connection.",
                ["address": quoted(address)]
            ),
            text("Look at the network, the firewall, and the proxy in http_proxy.")
        )
    }
    package func proxyAuthentication(_ address: String) -> Sentence {
        Sentence(
            text(
                "{address} cannot be reached: the proxy wants a user and password, or refuses those in http_proxy.",
                ["address": quoted(address)]
            ),
            text("Set http_proxy to http://USER:PASSWORD@PROXY:PORT, with special characters as %XX.")
        )
    }
    package func tooLarge(_ address: String, limit: Int) -> Sentence {
        Sentence(
            text(
                "What {address} sends is larger than {limit} bytes, and was not taken.",
                ["address": quoted(address), "limit": "\(limit)"]
            ),
            text("Look whether a proxy stands in between. If not, tell whoever issued the card.")
        )
    }
    package func redirected(_ address: String) -> Sentence {
        Sentence(
            text("{address} points to another address, which is not followed.", ["address": quoted(address)]),
            text(
                "Look whether a proxy or the network’s own login page stands in between. If not, tell whoever issued the card."
            )
        )
    }
    package func otherStatus(_ address: String, status: Int) -> Sentence {
        Sentence(
            text(
                "{address} answered with the HTTP status {status}.",
                ["address": quoted(address), "status": "\(status)"]
            ),
            text("Try again later. If it goes on, look whether a proxy stands in between.")
        )
    }
    package func brokenAnswer(_ address: String) -> Sentence {
        Sentence(
            text("{address} sent an empty or broken answer.", ["address": quoted(address)]),
            text("Try again later. If it goes on, look whether a proxy stands in between.")
        )
    }
    package func curlNotInstalled(_ address: String) -> Sentence {
        Sentence(
            text(
                "{address} was not asked: curl is not installed, or may not be run here.",
                ["address": quoted(address)]
            ),
            text("Install it with: sudo apt-get install curl")
        )
    }
    package func curlNotStarted(_ address: String, _ reason: String) -> Sentence {
        Sentence(
            text(
                "{address} was not asked: curl could not be started ({reason}).",
                ["address": quoted(address), "reason": reason]
            ),
            text("Look whether it works here: curl --version")
        )
    }
    package func curlFailed(_ address: String, exitCode: Int32, _ detail: String) -> Sentence {
        Sentence(
            text(
                "{address} could not be fetched: curl ended with {code} ({detail}).",
                ["address": quoted(address), "code": "\(exitCode)", "detail": detail]
            ),
            text(
                "Try again later. If it goes on, look at the network, the firewall, and the proxy in http_proxy."
            )
        )
    }

    /// A revocation list's.
    package func unusableList(_ address: String, _ problem: RevocationProblem) -> Sentence {
        let arguments = ["address": address, "why": problem.why]
        return Sentence(
            problem.isUnchecked
                ? text(
                    "The list of revoked certificates from {address} could not be checked: {why}.",
                    arguments
                )
                : text("The list of revoked certificates from {address} cannot be used: {why}.", arguments),
            problem.next
        )
    }
    /// An OCSP responder's.
    package func unusableAnswer(_ address: String, _ problem: RevocationProblem) -> Sentence {
        let arguments = ["address": address, "why": problem.why]
        return Sentence(
            problem.isUnchecked
                ? text(
                    "The answer of the issuer’s status service (OCSP) at {address} could not be checked: {why}.",
                    arguments
                )
                : text(
                    "The answer of the issuer’s status service (OCSP) at {address} cannot be used: {why}.",
                    arguments
                ),
            problem.next
        )
    }

    package func notKept(in folder: String, _ reason: String) -> Sentence {
        Sentence(
            text(
                "What was fetched could not be kept in {folder}: {reason}.",
                ["folder": folder, "reason": reason]
            ),
            text(
                "It counts all the same, and is fetched anew next time. Look at the folder with: ls -ld {folder}",
                ["folder": folder]
            )
        )
    }

    /// Keeps an address at a sentence's beginning as it is written.
    private func quoted(_ address: String) -> String { text("the address {address}", ["address": address]) }
}
