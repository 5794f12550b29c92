import Testing
import X509

@testable import CertificateTrust
@testable import Texts
@testable import kortvakt

@Suite("the words for what is found about certificates", .serialized)
struct WordingTests {
    /// Everything that there are words for, in the order of the samples.
    private func sentences(_ texts: Texts) throws -> [[Sentence]] {
        let reasons = ReasonWording(showPersonalData: true, policy: .cached, texts: texts)
        let revocation = RevocationWording(showPersonalData: true, policy: .cached, texts: texts)
        let store = TrustStoreWording(texts: texts)
        return [
            try Samples.reasons().map { reasons.sentence($0, at: Samples.instant) },
            Samples.obstacles.map(revocation.sentence),
            Samples.certificateErrors.map { reasons.links.sentence($0) },
            Samples.trustProblems.map {
                store.sentence(TrustStore.RefusedFile(file: "/etc/kortvakt/trust/a.pem", problem: $0))
            },
            Samples.trustProblems.map {
                store.sentence(TrustStore.Failure(path: "/etc/kortvakt/trust", problem: $0))
            },
            [revocation.cacheFailure(13, folder: "/var/cache/kortvakt")],
        ]
    }

    @Test("there is a sample of every reason")
    func complete() throws {
        #expect(Set(try Samples.reasons().map(\.code)) == Set(Reason.Code.allCases))
    }

    @Test("each says what is wrong and what to do, and no two say the same", arguments: Language.allCases)
    func distinct(language: Language) throws {
        for group in try sentences(Catalogues.texts(language)) {
            for sentence in group {
                for part in [sentence.happened, sentence.next] {
                    #expect(part.count > 10)
                    #expect(!part.contains("{") && !part.contains("}"), "\(part)")
                }
                #expect(
                    sentence.happened.last.map { ".)".contains($0) || sentence.happened.contains("ldap") }
                        == true
                )
            }
            let happened = group.map(\.happened)
            let doubled = happened.filter { sentence in happened.count { $0 == sentence } > 1 }
            #expect(doubled.isEmpty)
        }
    }

    @Test("each is translated", arguments: [Language.sv, .nb, .nn])
    func translated(language: Language) throws {
        let english = try sentences(Catalogues.texts(.en)).flatMap { $0 }
        for (sentence, original) in zip(try sentences(Catalogues.texts(language)).flatMap { $0 }, english) {
            #expect(sentence.happened != original.happened)
            #expect(sentence.next != original.next)
        }
        let lines = try Samples.findings().map { finding in
            [language, .en].map { language in
                RevocationWording(showPersonalData: true, policy: .cached, texts: Catalogues.texts(language))
                    .line(finding, at: Samples.instant)
            }
        }
        for line in lines { #expect(line[0] != line[1]) }
    }

    private func sentences(_ policy: Revocation.Policy, _ language: Language = .en) throws -> [Sentence] {
        let reasons = ReasonWording(showPersonalData: true, policy: policy, texts: Catalogues.texts(language))
        return Samples.obstacles.map(reasons.revocation.sentence)
            + (try Samples.obstacles.map {
                reasons.sentence(.revocationUnknown(try Samples.link("login"), [$0]), at: Samples.instant)
            })
    }

    @Test("nobody is told to do what the command has just done", arguments: Language.allCases)
    func onlineIsNotAdvisedOnline(language: Language) throws {
        let online = try sentences(.online, language)
        #expect(!online.contains { $0.next.contains("--revocation online") })
        let cached = try sentences(.cached, language)
        // Of a CRL and an OCSP response that are too old or out of date, of a CRL of another key, and of an empty cache.
        #expect(cached.count { $0.next.contains("--revocation online") } == 2 * 6)
        for (one, other) in zip(online, cached) {
            #expect(one.happened == other.happened && one.next.count > 10)
        }
    }

    @Test(
        "a list of another key of its issuer was not changed by anybody",
        arguments: Revocation.Policy.allCases
    )
    func otherKey(policy: Revocation.Policy) {
        let wording = RevocationWording(showPersonalData: true, policy: policy, texts: Catalogues.texts(.en))
        let address = "http://crl.example.org/list.crl"
        let list = wording.sentence(.crl(address: address, .otherKey))
        #expect(
            list.happened.hasSuffix("the issuer has more than one key, and it was signed with another one.")
        )
        #expect(list.next.contains("tell whoever issued the card") && !list.next.contains("changed"))
        let changed = wording.sentence(.crl(address: address, .signatureInvalid))
        #expect(changed.next.hasPrefix("Somebody may have changed it"))
    }

    @Test("what OpenSSL could not do says nothing about a certificate or list")
    func libraryFailures() throws {
        let memory = OpenSSLError(entries: [.init(code: 0xC0100, text: "malloc failure", detail: "")])
        #expect(memory.isOutOfMemory)
        let reasons = ReasonWording(showPersonalData: true, policy: .online, texts: Catalogues.texts(.en))
        let store = TrustStoreWording(texts: Catalogues.texts(.en))
        let link = try Samples.link("login")
        let file = { store.sentence(TrustStore.RefusedFile(file: "/etc/a.pem", problem: $0)) }
        let sentences = [
            reasons.links.sentence(.library(memory)),
            reasons.revocation.sentence(.crl(address: "http://a.example", .library(memory))),
            reasons.revocation.sentence(.ocsp(address: "http://a.example", .library(memory))),
            reasons.sentence(.notChecked(link, memory), at: Samples.instant),
            file(.library(memory)),
        ]
        #expect(
            sentences.map(\.happened) == [
                "A certificate of the card could not be checked: OpenSSL failed (malloc failure).",
                "The list of revoked certificates from http://a.example could not be checked: OpenSSL failed (malloc failure).",
                "The answer of the issuer’s status service (OCSP) at http://a.example could not be checked: OpenSSL failed (malloc failure).",
                "The certificate “Testina Provkort” could not be checked (OpenSSL: malloc failure).",
                "The file /etc/a.pem is not used: OpenSSL failed (malloc failure).",
            ]
        )
        let again = "Try again. If it happens again, tell the administrator, with the words in parentheses."
        #expect(sentences.allSatisfy { $0.next == again })
        #expect(file(.library(Samples.error)).happened.contains("OpenSSL cannot make sense of it"))
    }

    @Test("an administrator reads")
    func reads() throws {
        let reasons = ReasonWording(showPersonalData: true, policy: .cached, texts: Catalogues.texts(.en))
        func sentence(_ reason: Reason) -> Sentence { reasons.sentence(reason, at: Samples.instant) }
        let link = try Samples.link("login")
        #expect(
            sentence(.noAnchors(path: TrustStore.standardPath)).happened
                == "This computer has no root certificate to trust: there is none in /etc/kortvakt/trust."
        )
        let missing = sentence(.issuerMissing(link, addresses: ["http://example.org/ca.cer"]))
        #expect(
            missing.happened
                == "The certificate of the issuer, “TEST SITHS e-id Person HSA-id 3 CA v1”, is neither on the card nor in /etc/kortvakt/trust."
        )
        #expect(missing.next.hasSuffix("http://example.org/ca.cer"))
        let expired = sentence(.expired(try Samples.link("expired"), at: Samples.instant))
        let date = try Samples.link("expired").certificate.notAfter.description.prefix(10)
        #expect(expired.happened == "The certificate “Testina Provkort” expired on \(date).")
        #expect(
            expired.next
                == "Order a new card or certificate from whoever issued the card. If this date is still to come, this computer’s clock is wrong: it shows 2030-01-01 00:00 UTC."
        )
        let file = sentence(.expired(try Samples.link("issuer", .file("/etc/a.pem")), at: Samples.instant))
        #expect(file.happened.contains("in /etc/a.pem expired on "))
        #expect(file.next.contains("in place of /etc/a.pem"))
        let held = sentence(.keyNotHeld(link))
        #expect(held.happened.contains("may have been copied onto it"))
        #expect(held.next.hasPrefix("Do not use the card"))
        #expect(sentence(.notYetValid(link, at: Samples.instant)).next.contains("2030-01-01 00:00 UTC"))
    }

    @Test("the file that a certificate is in shows whatever its name is")
    func longName() throws {
        let file = "/etc/kortvakt/trust/\(String(repeating: "a", count: 60)).pem"
        let hostile = try Samples.link("hostile-name").certificate
        let reasons = ReasonWording(showPersonalData: true, policy: .cached, texts: Catalogues.texts(.sv))
        let sentence = reasons.sentence(
            .malformed(ChainLink(certificate: hostile, origin: .file(file))),
            at: Samples.instant
        )
        #expect(sentence.happened.contains(file))
        #expect(sentence.next.contains(file))
    }

    @Test("names that would move the cursor or hide something are written out", arguments: Language.allCases)
    func hostileName(language: Language) throws {
        let reasons = ReasonWording(
            showPersonalData: true,
            policy: .cached,
            texts: Catalogues.texts(language)
        )
        // Bidirectional override, text, NUL.
        let name = "\u{202E}abc\0"
        for link in [
            try Samples.link("hostile-name"),
            try Samples.link("login", replacing: "Testina", by: name),
        ] {
            for reason in [
                Reason.selfSigned(link), .expired(link, at: Samples.instant), .rootNotTrusted(link),
            ] {
                let sentence = reasons.sentence(reason, at: Samples.instant)
                #expect(Texts.printable(sentence.happened, limit: 2000) == sentence.happened)
                #expect(sentence.happened.contains("\\u{"))
            }
            let line = RevocationWording(
                showPersonalData: true,
                policy: .cached,
                texts: Catalogues.texts(language)
            ).line(
                Revocation.Finding(link: link, status: .unchecked, evidence: nil, cacheFailure: nil),
                at: Samples.instant
            )
            #expect(Texts.printable(line, limit: 2000) == line)
        }
    }

    @Test("personal numbers are masked unless they are asked for")
    func personalNumbers() throws {
        let link = try Samples.link(
            "personid3-login",
            replacing: "Tolvan Tolvansson",
            by: "191212121212 Anna"
        )
        for (shows, expected) in [(true, "“191212121212 Anna”"), (false, "“19121212**** Anna”")] {
            let reasons = ReasonWording(
                showPersonalData: shows,
                policy: .cached,
                texts: Catalogues.texts(.en)
            )
            let revocation = RevocationWording(
                showPersonalData: shows,
                policy: .cached,
                texts: Catalogues.texts(.en)
            )
            #expect(
                reasons.sentence(.keyNotHeld(link), at: Samples.instant).happened.contains(expected)
            )
            let finding = Revocation.Finding(link: link, status: .unchecked, evidence: nil, cacheFailure: nil)
            #expect(revocation.line(finding, at: Samples.instant).contains(expected))
            let others = [CertificateText("ldap://191212121212")]
            #expect(
                revocation.sentence(.noAddress(others: others)).happened.contains("191212121212") == shows
            )
        }
    }

    @Test("a finding says who said it, when, until when, and how long it has been kept")
    func findings() throws {
        let lines = try Samples.findings().map {
            RevocationWording(showPersonalData: true, policy: .cached, texts: Catalogues.texts(.en)).line(
                $0,
                at: Samples.instant
            )
        }
        let list =
            "“Testina Provkort” is not revoked, according to the list of revoked certificates from crl.example.org, made on 2029-12-20 10:13 UTC, counts until 2030-01-01 00:00 UTC"
        #expect(
            lines == [
                "“Testina Provkort” is not revoked, according to the issuer’s status service at crl.example.org, made on 2029-12-20 10:13 UTC",
                "\(list), fetched 3 days ago", "\(list), fetched 1 day ago", "\(list), fetched 2 hours ago",
                "\(list), fetched 1 hour ago", "\(list), fetched 2 minutes ago",
                "\(list), fetched 1 minute ago",
                "\(list), fetched less than a minute ago", "\(list), fetched on 2030-01-01 00:00 UTC",
                "“Testina Provkort” was revoked on 2030-01-01, according to the issuer’s status service at crl.example.org, made on 2029-12-20 10:13 UTC, counts until 2030-01-01 00:00 UTC",
                "“Testina Provkort” was revoked on 2030-01-01, because others may have its key, according to the list of revoked certificates from crl.example.org, made on 2029-12-20 10:13 UTC, counts until 2030-01-01 00:00 UTC, fetched 1 minute ago",
                "It could not be found out whether “Testina Provkort” is revoked",
                "Nobody was asked whether “Testina Provkort” is revoked",
            ]
        )
        let swedish = try Samples.findings().map {
            RevocationWording(showPersonalData: true, policy: .cached, texts: Catalogues.texts(.sv)).line(
                $0,
                at: Samples.instant
            )
        }
        #expect(swedish[1].hasSuffix("hämtad för 3 dagar sedan"))
        #expect(swedish[2].hasSuffix("hämtad för 1 dag sedan"))
    }

    @Test("an age that no clock can tell does no harm")
    func absurdAge() throws {
        let evidence = Revocation.Evidence(
            kind: .crl,
            address: "nonsense",
            thisUpdate: Instant(seconds: .min / 4),
            nextUpdate: nil,
            fetched: Instant(seconds: .min / 4),
            isFromCache: true
        )
        let finding = Revocation.Finding(
            link: try Samples.link("login"),
            status: .good,
            evidence: evidence,
            cacheFailure: nil
        )
        let wording = RevocationWording(showPersonalData: true, policy: .cached, texts: Catalogues.texts(.en))
        #expect(wording.line(finding, at: Instant(seconds: .max / 2)).contains("fetched"))
    }

    @Test("commands in the advice take any file name")
    func commands() {
        let store = TrustStoreWording(texts: Catalogues.texts(.en))
        func next(_ file: String, _ problem: TrustStore.Problem) -> String {
            store.sentence(TrustStore.RefusedFile(file: file, problem: problem)).next
        }
        #expect(next("/etc/a.pem", .wrongMode(mode: 0o666)).hasSuffix("sudo chmod go-w /etc/a.pem"))
        #expect(next("/etc/a b.pem", .wrongOwner(userID: 7)).hasSuffix("sudo chown root '/etc/a b.pem'"))
        #expect(
            next("/etc/a'$(x).pem", .unreadable(errno: 13)).hasSuffix(
                "sudo chmod a+rX '/etc/a'\\''$(x).pem'"
            )
        )
        #expect(next("/etc/a.pem", .unreadable(errno: 5)).hasSuffix("ls -ld /etc/a.pem"))
    }

    @Test("where the system said no, its words are shown")
    func systemErrors() {
        let wording = RevocationWording(showPersonalData: true, policy: .cached, texts: Catalogues.texts(.en))
        // ECONNREFUSED, with OpenSSL's mark for numbers of the system.
        let refused = OpenSSLError.Entry(
            code: 0x8000_0000 | 111,
            text: "error 8000006f",
            detail: "calling connect()"
        )
        let problem = Revocation.CRLProblem.library(
            OpenSSLError(entries: Samples.error.entries + [refused])
        )
        let sentences = [
            wording.sentence(.crl(address: "http://a.example", problem)),
            wording.sentence(.notFetched(address: "http://a.example", .notStarted(errno: 111))),
        ]
        #expect(sentences.allSatisfy { $0.happened.contains("Connection refused") }, "\(sentences)")
    }
}
