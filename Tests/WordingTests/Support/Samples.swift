import FoundationEssentials
import Testing
import X509

@testable import CertificateTrust

/// One value of every kind that there are words for.
enum Samples {
    /// 2030-01-01T00:00:00Z.
    static let instant = Instant(seconds: 1_893_456_000)
    static let address = "http://crl.example.org/list.crl"

    static func der(_ name: String) throws -> [UInt8] {
        let pki = "\(Catalogues.tree)/Fixtures/pki"
        let path = "\(pki)/trust/certificates/\(name).der"
        let other = "\(pki)/certificates/\(name).der"
        return Array(
            try Data(contentsOf: URL(filePath: FileManager.default.fileExists(atPath: path) ? path : other))
        )
    }

    static func link(_ name: String, _ origin: ChainLink.Origin = .subject) throws -> ChainLink {
        ChainLink(certificate: try Certificate(der: der(name)), origin: origin)
    }

    /// A certificate with another text of the same length in it; nobody checks its signature here.
    static func link(_ name: String, replacing old: String, by new: String) throws -> ChainLink {
        let (old, new) = (Array(old.utf8), Array(new.utf8))
        try #require(old.count == new.count)
        var der = try der(name)
        var starts = der.indices.filter { der[$0...].starts(with: old) }
        try #require(!starts.isEmpty)
        while let start = starts.popLast() { der.replaceSubrange(start..<start + old.count, with: new) }
        return ChainLink(certificate: try Certificate(der: der), origin: .subject)
    }

    static let error = OpenSSLError(entries: [OpenSSLError.Entry(code: 1, text: "bad thing", detail: "there")]
    )

    /// The second of several that would otherwise read the same has another certificate or place.
    static func reasons() throws -> [Reason] {
        let link = try link("login")
        let issuer = try self.link("issuer", .handedIn)
        let root = try self.link("root", .handedIn)
        let oid = ObjectID("1.2.3.4")
        return [
            .noAnchors(path: TrustStore.standardPath), .noAnchors(path: "/tmp/other"),
            .issuerMissing(link, addresses: []), .issuerMissing(issuer, addresses: [address]),
            .issuerKeyDiffers(link, candidates: [issuer]), .rootNotTrusted(root), .selfSigned(link),
            .signatureInvalid(link, issuer: nil), .signatureInvalid(issuer, issuer: root),
            .notYetValid(link, at: instant), .expired(link, at: instant), .expired(issuer, at: instant),
            .notAnAuthority(link), .mayNotIssue(issuer), .pathTooLong(issuer), .chainTooLong(limit: 8),
            .nameNotPermitted(link, .notPermitted), .nameNotPermitted(link, .excluded),
            .nameNotPermitted(link, .notComparable), .policyMissing(nil), .policyMissing(link),
            .unknownCriticalExtension(link, [oid]), .malformed(link),
            .keyUsage(link, needed: .digitalSignature, present: [.keyAgreement]),
            .keyUsage(link, needed: .digitalSignature, present: nil),
            .keyUsage(link, needed: .nonRepudiation, present: [.keyAgreement]),
            .keyUsage(link, needed: .nonRepudiation, present: nil),
            .keyUsage(link, needed: .keyAgreement, present: []),
            .extendedKeyUsage(link, needed: .clientAuthentication, present: [oid]),
            .extendedKeyUsage(issuer, needed: .clientAuthentication, present: [oid]),
            .weakKey(link, minimumBits: 2048), .rocaKey(link), .worthlessExponent(link), .unreadableKey(link),
            .weakSignature(link), .weakSignature(issuer), .tooManyCertificates(limit: 16),
            .revocationUnknown(link, []), .revocationUnknown(link, [.notCached]), .keyNotHeld(link),
            .possessionUnknown(link, .schemeDoesNotFit(.ellipticCurve("secp224r1"))),
            .possessionUnknown(link, .weakKey), .possessionUnknown(link, .library(error)),
            .notChecked(link, error), .other(link, code: 1, text: "unspecified"),
            .other(nil, code: 1, text: "unspecified"),
            .revoked(link, at: instant, reason: nil), .revoked(issuer, at: instant, reason: .unspecified),
        ]
            + RevocationReason.allCases.filter { $0 != .unspecified }.map {
                .revoked(link, at: instant, reason: $0)
            }
    }

    static let listProblems: [Revocation.CRLProblem] = [
        .notACRL, .otherIssuer, .signatureInvalid, .weakSignature, .issuerMayNotSign, .delta, .indirect,
        .someReasons, .otherScope, .unknownCriticalExtension([ObjectID("1.2.3.4")]),
        .notYetValid(from: instant),
        .outOfDate(since: instant), .tooOld(made: instant), .otherKey, .library(error),
    ]

    static let answerProblems: [Revocation.OCSPProblem] = [
        .notAnAnswer, .refused(status: 3), .refused(status: 6), .refused(status: 99), .signatureInvalid,
        .weakSignature, .notDelegated, .signerNotTrusted(error), .otherCertificate, .notKnown,
        .notYetValid(from: instant), .outOfDate(since: instant), .tooOld(made: instant), .library(error),
        .signerRevoked, .signerNotChecked,
    ]

    static let fetchFailures: [CurlFetcher.Failure] = [
        .secure, .notAnAddress, .timedOut, .notAsked, .unknownHost, .unknownProxy, .notConnected,
        .proxyAuthentication, .redirected, .status(404), .tooLarge(limit: 9), .brokenAnswer, .notInstalled,
        .notStarted(errno: 11), .curl(exitCode: 97, message: "curl: (97) no"),
        .curl(exitCode: 137, message: ""),
    ]

    static let obstacles: [Revocation.Obstacle] =
        [
            .noAddress(others: []), .noAddress(others: [CertificateText("ldap://example.org")]), .notCached,
        ] + fetchFailures.map { .notFetched(address: address, $0) }
        + listProblems.map { .crl(address: address, $0) }
        + answerProblems.map { .ocsp(address: address, $0) }

    static let certificateErrors: [CertificateError] = [
        .tooLarge(limit: 8), .notACertificate(error), .trailingBytes(count: 1), .trailingBytes(count: 2),
        .invalidTime, .library(error),
    ]

    static let trustProblems: [TrustStore.Problem] =
        [
            .unreadable(errno: 13), .unreadable(errno: 5), .notAFile, .wrongOwner(userID: 1000),
            .wrongMode(mode: 0o664), .tooLarge(limit: 9), .tooMany(limit: 9),
            .notOnlyCertificates(found: "RSA PRIVATE KEY"), .notOnlyCertificates(found: "X509 CRL"), .empty,
            .otherSuffix, .library(error),
        ] + certificateErrors.filter { $0 != .library(error) }.map { .notACertificate($0) }

    static func findings() throws -> [Revocation.Finding] {
        let link = try link("login")
        func evidence(_ kind: Revocation.Evidence.Kind, until: Instant?, age: Int64?) -> Revocation.Evidence {
            Revocation.Evidence(
                kind: kind,
                address: address,
                thisUpdate: Instant(seconds: instant.seconds - 1_000_000),
                nextUpdate: until,
                fetched: Instant(seconds: instant.seconds - (age ?? 0)),
                isFromCache: age != nil
            )
        }
        func finding(_ status: RevocationStatus, _ evidence: Revocation.Evidence?) -> Revocation.Finding {
            Revocation.Finding(link: link, status: status, evidence: evidence, cacheFailure: nil)
        }
        return [
            finding(.good, evidence(.ocsp, until: nil, age: nil)),
            finding(.good, evidence(.crl, until: instant, age: 3 * 86_400)),
            finding(.good, evidence(.crl, until: instant, age: 86_400)),
            finding(.good, evidence(.crl, until: instant, age: 7200)),
            finding(.good, evidence(.crl, until: instant, age: 3600)),
            finding(.good, evidence(.crl, until: instant, age: 120)),
            finding(.good, evidence(.crl, until: instant, age: 60)),
            finding(.good, evidence(.crl, until: instant, age: 59)),
            finding(.good, evidence(.crl, until: instant, age: -1)),
            finding(.revoked(at: instant, reason: nil), evidence(.ocsp, until: instant, age: nil)),
            finding(.revoked(at: instant, reason: .keyCompromise), evidence(.crl, until: instant, age: 90)),
            finding(.unknown([.notCached]), nil), finding(.unchecked, nil),
        ]
    }
}
