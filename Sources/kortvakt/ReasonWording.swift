internal import CertificateTrust
internal import Texts
internal import X509

/// Words for everything that is held against a certificate.
struct ReasonWording {
    let showPersonalData: Bool
    /// How revocation was asked for.
    let policy: Revocation.Policy
    /// Where the administrator puts certificates, which the advice names.
    var folder = TrustStore.standardPath
    var texts = Program.texts

    var links: LinkWording { LinkWording(showPersonalData: showPersonalData, texts: texts) }

    /// `instant` is what this computer's clock shows.
    func sentence(_ reason: Reason, at instant: Instant) -> Sentence {
        switch reason {
        case .noAnchors(let path):
            path == TrustStore.standardPath ? texts.noRoots(in: path) : texts.noRoots(named: path)
        case .issuerMissing(let link, let addresses):
            texts.issuerMissing(
                links.issuer(link.certificate),
                folder: folder,
                address: addresses.first.map(links.shown)
            )
        case .issuerKeyDiffers(let link, let candidates):
            texts.issuerKeyDiffers(
                name(link),
                issuer: links.issuer(link.certificate),
                places: places(candidates),
                folder: folder
            )
        case .rootNotTrusted(let link): texts.rootNotTrusted(links.holder(link.certificate), folder: folder)
        case .selfSigned(let link): texts.selfSigned(name(link), folder: folder)
        case .signatureInvalid(let link, let issuer):
            texts.signatureInvalid(
                name(link),
                issuer: issuer.map { links.holder($0.certificate) } ?? links.issuer(link.certificate)
            )
        case .notYetValid(let link, _):
            texts.notYetValid(
                name(link),
                from: links.time(link.certificate.notBefore),
                now: links.time(instant)
            )
        case .expired(let link, _):
            texts.expired(
                name(link),
                on: links.date(link.certificate.notAfter),
                now: links.time(instant),
                folder: folder
            )
        case .notAnAuthority(let link): texts.notAnAuthority(name(link))
        case .mayNotIssue(let link): texts.mayNotIssue(name(link))
        case .pathTooLong(let link): texts.pathTooLong(name(link))
        case .chainTooLong(let limit): texts.chainTooLong(limit: limit)
        case .nameNotPermitted(let link, .notPermitted): texts.nameNotPermitted(name(link))
        case .nameNotPermitted(let link, .excluded): texts.nameExcluded(name(link))
        case .nameNotPermitted(let link, .notComparable): texts.nameNotComparable(name(link))
        case .policyMissing(let link): texts.policyMissing(link.map(name))
        case .unknownCriticalExtension(let link, let numbers):
            texts.unknownCriticalExtension(name(link), links.list(numbers))
        case .malformed(let link): texts.malformed(name(link))
        case .keyUsage(let link, let needed, let present): keyUsage(link, needed, present)
        case .extendedKeyUsage(let link, let needed, let present):
            texts.notForExtendedUse(name(link), needed: needed.dotted, present: links.list(present))
        case .weakKey(let link, let minimum):
            texts.weakKey(name(link), bits: link.certificate.key.bits, minimum: minimum)
        case .rocaKey(let link): texts.rocaKey(name(link))
        case .worthlessExponent(let link): texts.worthlessExponent(name(link))
        case .unreadableKey(let link): texts.unreadableKey(name(link))
        case .weakSignature(let link):
            texts.weakSignature(name(link), algorithm: link.certificate.signature.name, folder: folder)
        case .tooManyCertificates(let limit): texts.tooManyCertificates(limit: limit)
        case .revoked(let link, let date, .certificateHold): texts.onHold(name(link), on: links.date(date))
        case .revoked(let link, let date, let reason):
            texts.revoked(name(link), on: links.date(date), reason: reason.flatMap(revocation.words))
        case .revocationUnknown(let link, let obstacles):
            texts.revocationUnknown(name(link), why: obstacles.first.map(revocation.sentence))
        case .keyNotHeld(let link): texts.keyNotHeld(name(link))
        case .possessionUnknown(let link, let obstacle): sentence(obstacle, about: link)
        case .notChecked(let link, let error):
            texts.certificateNotChecked(name(link), links.detail(error))
        case .other(let link, let code, let text):
            texts.otherReason(link.map(name), text.isEmpty ? "?" : links.shown(text), code: Int(code))
        }
    }

    private func name(_ link: ChainLink) -> CertificateName { links.certificate(link) }

    var revocation: RevocationWording {
        RevocationWording(showPersonalData: showPersonalData, policy: policy, texts: texts)
    }

    /// Where certificates are, each place once.
    private func places(_ candidates: [ChainLink]) -> String {
        var places: [String] = []
        for place in candidates.map(links.place) where !places.contains(place) { places.append(place) }
        return places.joined(separator: ", ")
    }

    private func keyUsage(
        _ link: ChainLink,
        _ needed: Reason.KeyUsage,
        _ present: [Reason.KeyUsage]?
    ) -> Sentence {
        let present = present.map { links.list($0.map(\.rawValue)) }.map { $0.isEmpty ? texts.noUse : $0 }
        return switch needed {
        case .digitalSignature: texts.notForLogin(name(link), present: present)
        case .nonRepudiation: texts.notForSignatures(name(link), present: present)
        case .keyEncipherment, .dataEncipherment, .keyAgreement, .keyCertSign, .cRLSign, .encipherOnly,
            .decipherOnly:
            texts.notForUse(name(link), needed: needed.rawValue, present: present ?? texts.noUse)
        }
    }

    private func sentence(_ obstacle: Possession.Obstacle, about link: ChainLink) -> Sentence {
        switch obstacle {
        case .schemeDoesNotFit(let kind): texts.schemeDoesNotFit(name(link), kind: words(kind))
        case .weakKey: texts.proofWorthless(name(link))
        case .library(let error): texts.proofFailed(name(link), links.detail(error))
        }
    }

    private func words(_ kind: PublicKey.Kind) -> String {
        switch kind {
        case .rsa: "RSA"
        case .rsaPSS: "RSA-PSS"
        case .ellipticCurve(let curve): "EC \(links.shown(curve))"
        case .other(let name): links.shown(name)
        case .unreadable: texts.unknownKind
        }
    }
}
