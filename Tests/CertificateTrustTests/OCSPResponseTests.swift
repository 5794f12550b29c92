import CardTesting
import FoundationEssentials
import Testing

@testable import CertificateTrust
@testable import X509

/// Answers that `openssl ocsp` makes, without a network.
@Suite struct OCSPResponseTests {
    private typealias Problem = Revocation.OCSPProblem

    private static func response(
        about name: String,
        responder: String = "responder",
        key: String = "responder",
        _ options: [String] = ["-ndays", "1"]
    ) async throws -> [UInt8] {
        let folder = try Folder()
        let question = try OCSPResponse.request(
            about: Fixtures.certificate(name),
            issuer: Fixtures.certificate("issuer")
        )
        let index = try folder.write(RevocationServer.index, to: "index.txt")
        let output = "\(folder.path)/answer"
        let answer = try await OpenSSLCommand.run(
            [
                "ocsp", "-index", index, "-CA", "\(Fixtures.pki)/certificates/issuer.pem", "-rsigner",
                Fixtures.path(responder), "-rkey", Fixtures.keyPath(key), "-reqin",
                try folder.write(question, to: "question"), "-respout", output,
            ] + options
        )
        try #require(answer.exitCode == 0, "\(answer.said)")
        return Array(try Data(contentsOf: URL(filePath: output)))
    }

    private func status(
        _ name: String,
        _ bytes: [UInt8],
        at instant: Instant = .now
    ) throws(Revocation.OCSPProblem) -> RevocationStatus {
        let certificates: (Certificate, Certificate)
        do {
            certificates = (try Fixtures.certificate(name), try Fixtures.certificate("issuer"))
        } catch {
            Issue.record(error)
            throw .notAnAnswer
        }
        return try OCSPResponse(der: bytes).statement(
            about: certificates.0,
            issuer: certificates.1,
            at: instant
        ).status
    }

    @Test func anAnswerSaysGoodOrSinceWhenAndWhy() async throws {
        #expect(try status("login", await Self.response(about: "login")) == .good)
        let revoked = RevocationStatus.revoked(
            at: Instant(seconds: 1_772_366_400),
            reason: .keyCompromise
        )
        #expect(try status("revoked", await Self.response(about: "revoked")) == revoked)
    }

    @Test func theIssuerItselfMayAnswer() async throws {
        #expect(
            try status("login", await Self.response(about: "login", responder: "issuer", key: "issuer"))
                == .good
        )
    }

    @Test func aDelegateNeedsAStrongKeyAndALicenceToSign() async throws {
        let weak = try await Self.response(about: "login", responder: "responder-weak", key: "weak")
        #expect(throws: OCSPResponse.Problem.weakSignature) { try status("login", weak) }
        let digest = try await Self.response(about: "login", responder: "responder-sha1")
        #expect(throws: OCSPResponse.Problem.weakSignature) { try status("login", digest) }
        let use = try await Self.response(about: "login", responder: "responder-other-use")
        #expect(throws: OCSPResponse.Problem.notDelegated) { try status("login", use) }
    }

    @Test(arguments: ["responder-expired", "responder-other"])
    func aSignerThatIsOutOfDateOrOfAnotherIssuerIsRefused(responder: String) async throws {
        let bytes = try await Self.response(about: "login", responder: responder)
        let problem = #expect(throws: Problem.self) { try status("login", bytes) }
        guard case .signerNotTrusted = problem else {
            Issue.record("\(String(describing: problem))")
            return
        }
    }

    @Test func timesAreHonoured() async throws {
        let bytes = try await Self.response(about: "login")
        let now = Instant.now
        let later = Instant(seconds: now.seconds + 90_000)
        let earlier = Instant(seconds: now.seconds - 4000)
        guard
            case .outOfDate = #expect(
                throws: Problem.self,
                performing: { try status("login", bytes, at: later) }
            )
        else {
            Issue.record("not out of date")
            return
        }
        guard
            case .notYetValid = #expect(
                throws: Problem.self,
                performing: { try status("login", bytes, at: earlier) }
            )
        else {
            Issue.record("valid before it was made")
            return
        }
    }

    @Test func aTouchedSignatureIsNoticed() async throws {
        var bytes = try await Self.response(about: "login", ["-ndays", "1", "-resp_no_certs"])
        bytes[bytes.count - 1] ^= 1
        // Without certificates the signer is not found at all.
        guard
            case .signerNotTrusted = #expect(throws: Problem.self, performing: { try status("login", bytes) })
        else {
            Issue.record("another problem")
            return
        }
        var own = try await Self.response(
            about: "login",
            responder: "issuer",
            key: "issuer",
            ["-ndays", "1", "-resp_no_certs"]
        )
        #expect(try status("login", own) == .good)
        own[own.count - 1] ^= 1
        #expect(throws: Problem.signatureInvalid) { try status("login", own) }
    }

    @Test func aResponderThatRefusesIsQuoted() {
        // OCSPResponse with responseStatus 6 (unauthorized) and nothing else.
        #expect(throws: Problem.refused(status: 6)) { try status("login", [0x30, 0x03, 0x0A, 0x01, 0x06]) }
    }

    /// An answer that proves nothing, and when it was looked at.
    struct Useless: Sendable, CustomTestStringConvertible {
        let problem: Revocation.OCSPProblem.Kind
        var name = "login"
        var instant = Fixtures.instant
        let answer: @Sendable () async throws -> [UInt8]

        var testDescription: String { "\(problem)" }

        static let all = [
            Useless(problem: .notAnAnswer) { [0x30, 0x00] },
            Useless(problem: .refused) { try Fixtures.kept("ocsp/unauthorized") },
            Useless(problem: .signatureInvalid) {
                var answer = try Fixtures.kept("ocsp/good-by-issuer")
                answer[answer.count - 1] ^= 1
                return answer
            },
            Useless(problem: .weakSignature, instant: .now) {
                try await OCSPResponseTests.response(about: "login", ["-ndays", "1", "-rmd", "sha1"])
            },
            Useless(problem: .notDelegated) { try Fixtures.kept("ocsp/not-delegated") },
            // 2060-01-01, when no certificate of the test PKI is valid any more.
            Useless(problem: .signerNotTrusted, instant: Instant(seconds: 2_840_140_800)) {
                try Fixtures.kept("ocsp/good")
            },
            Useless(problem: .otherCertificate, name: "revoked") { try Fixtures.kept("ocsp/good") },
            Useless(problem: .notKnown, name: "on-hold") { try Fixtures.kept("ocsp/not-known") },
            // 2026-06-01, before the answers were made.
            Useless(problem: .notYetValid, instant: Instant(seconds: 1_780_272_000)) {
                try Fixtures.kept("ocsp/good")
            },
            // 2049-01-01, when the certificates are still valid.
            Useless(problem: .outOfDate, instant: Instant(seconds: 2_493_072_000)) {
                try Fixtures.kept("ocsp/good")
            },
            Useless(problem: .tooOld) { try Fixtures.kept("ocsp/without-end") },
        ]
    }

    @Test(arguments: Useless.all)
    func anAnswerThatSaysNothingIsRefused(row: Useless) async throws {
        let answer = try await row.answer()
        let problem = #expect(throws: Problem.self) { try status(row.name, answer, at: row.instant) }
        #expect(problem?.kind == row.problem)
    }

    @Test func everyProblemIsProvoked() {
        // OpenSSL fails for want of memory alone (AllocationFaultTests); a signer is asked about in KnownRevokedTests.
        let provoked = Set(Useless.all.map(\.problem)).union([.library, .signerRevoked, .signerNotChecked])
        #expect(provoked == Set(Problem.Kind.allCases))
    }

    @Test func nonsenseIsNoAnswer() async throws {
        let bytes = try await Self.response(about: "login")
        #expect(throws: Problem.notAnAnswer) { try status("login", []) }
        #expect(throws: Problem.notAnAnswer) { try status("login", [0x30, 0x00]) }
        for index in bytes.indices {
            var touched = bytes
            touched[index] ^= 0x10
            let found = try? status("login", touched)
            // Certificates that came along may be touched where nobody looks.
            #expect(found == nil || found == .good)
        }
    }
}
