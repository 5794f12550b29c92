import COpenSSL
import FoundationEssentials
import Testing

@testable import CertificateTrust
@testable import X509

/// Every allocation of OpenSSL fails once: nothing is believed because of it, nothing is lost, nothing is freed twice.
@Suite struct AllocationFaultTests {
    /// What can be done with the library, and what it comes to.
    enum Work: String, CaseIterable, Sendable {
        case read, readWeak, load, verify, verifyExpired, list, listOfRevoked, request, answer,
            answerOfRevoked
        case challenge, possession, otherPossession

        /// What is said then and never otherwise.
        var kinds: [String] {
            switch self {
            case .verify, .verifyExpired: ["rejected [not-checked]"]
            case .read, .readWeak, .list, .listOfRevoked, .load, .answer, .answerOfRevoked, .possession,
                .otherPossession:
                ["no: library"]
            case .request, .challenge: ["no: OpenSSLError"]
            }
        }

        /// What only somebody says who has found out; without memory nothing is found out.
        ///
        /// `malformed` is not among them: OpenSSL leaves no trace of why it could not look at extensions.
        static let findings = [
            "notACertificate", "notACRL", "notAnAnswer", "signatureInvalid", "otherKey",
            "otherScope",
            "notDelegated", "weakSignature", "refuted", "signature-invalid", "[other", "[other",
        ]

        /// Even with all the memory it is refused.
        var isOfSomethingBad: Bool { self == .readWeak || self == .verifyExpired }
    }

    @Test(arguments: Work.allCases)
    func whereMemoryRunsOutNothingIsBelievedOrLost(work: Work) async {
        await #expect(processExitsWith: .success) { [work = work.rawValue as String] in
            #expect(AllocationFaults.install())
            let work = try #require(Work(rawValue: work))
            let bench = try Bench()
            // The first run makes what OpenSSL keeps for ever.
            for _ in 0..<2 { _ = bench.run(work) }
            let expected = bench.run(work)
            #expect(expected.isNone == work.isOfSomethingBad, "\(expected)")
            var kinds: Set<String> = []
            for count in [1, Int.max] {
                var skipped = 0
                while true {
                    // What OpenSSL keeps for this thread, its queue of errors above all, is not what is looked for.
                    OPENSSL_thread_stop()
                    let before = AllocationFaults.liveCount
                    let (isFaulted, found) = AllocationFaults.run(skipping: skipped, failing: count) {
                        bench.run(work)
                    }
                    kinds.insert(String(found.text.prefix { $0 != "(" }))
                    #expect(found.isNone || found == expected, "\(skipped): \(found)")
                    let isFound = found != expected && Work.findings.contains(where: found.text.contains)
                    #expect(!isFound, "\(skipped): \(found)")
                    OPENSSL_thread_stop()
                    #expect(AllocationFaults.liveCount == before, "\(skipped) \(count): \(found)")
                    skipped += 1
                    guard isFaulted else { break }
                }
            }
            for kind in work.kinds { #expect(kinds.contains(kind), "\(kinds)") }
        }
    }

    /// What came of some work.
    struct Outcome: Equatable, CustomStringConvertible {
        let text: String
        /// Nothing was found out, or the certificate is refused.
        var isNone = false

        var description: String { text }

        static func no(_ error: some Error) -> Outcome { Outcome(text: "no: \(error)", isNone: true) }
    }

    /// What is worked on.
    private struct Bench {
        let der: [UInt8]
        let weak: [UInt8]
        let root: [UInt8]
        let rootPEM: [UInt8]
        let login: Certificate
        let revoked: Certificate
        let expired: Certificate
        let issuer: Certificate
        let store: TrustStore
        let list: [UInt8]
        let answer: [UInt8]
        let answerOfRevoked: [UInt8]
        let challenge: Challenge
        let signature: [UInt8]
        let folder: Folder

        init() throws {
            der = try Fixtures.der("login")
            weak = try Fixtures.der("roca")
            root = try Fixtures.der("root")
            login = try Certificate(der: der)
            revoked = try Fixtures.certificate("revoked")
            expired = try Fixtures.certificate("expired")
            issuer = try Fixtures.certificate("issuer")
            rootPEM = Array((try PEM.text(of: Certificate(der: root)) + PEM.text(of: issuer)).utf8)
            folder = try Folder()
            try folder.write(rootPEM, to: "root.pem")
            store = try TrustStore.load(path: folder.path)
            list = try Fixtures.crl("issuer")
            answer = try Fixtures.kept("ocsp/good")
            answerOfRevoked = try Fixtures.kept("ocsp/revoked")
            challenge = try Challenge()
            signature = try #require(Signer.sign(challenge.bytes, key: Fixtures.keyPath("login")))
        }

        func run(_ work: Work) -> Outcome {
            switch work {
            case .read: read(der)
            case .readWeak: read(weak)
            case .load: load()
            case .verify: verify(login)
            case .verifyExpired: verify(expired)
            case .list: status(login, list: list)
            case .listOfRevoked: status(revoked, list: list)
            case .request: request()
            case .answer: status(login, answer: answer)
            case .answerOfRevoked: status(revoked, answer: answerOfRevoked)
            case .challenge: makeChallenge()
            case .possession: possession(of: login)
            case .otherPossession: possession(of: issuer)
            }
        }

        /// Whoever reads less than there is must know that it is not to be trusted.
        private func read(_ der: [UInt8]) -> Outcome {
            do throws(CertificateError) {
                let found = try Certificate(der: der)
                let link = ChainLink(certificate: found, origin: .subject)
                let reasons =
                    Verification.malformations(in: [link]) + Verification.weaknesses(in: [link])
                    + Verification.misuses(of: [link], purpose: .login)
                let text = "\(reasons.map(\.code)) \(found.key) \(found.signature) \(found.extensions)"
                return Outcome(text: text, isNone: !reasons.isEmpty)
            } catch {
                return .no(error)
            }
        }

        private func load() -> Outcome {
            do throws(TrustStore.Failure) {
                let store = try TrustStore.load(path: folder.path)
                guard store.refusedFiles.isEmpty else {
                    return Outcome(text: "\(store.refusedFiles.map(\.problem))", isNone: true)
                }
                let anchors = store.anchors.map(\.certificate)
                return Outcome(text: "\(anchors)", isNone: anchors.isEmpty)
            } catch {
                return .no(error.problem)
            }
        }

        private func verify(_ certificate: Certificate) -> Outcome {
            let verdict = Verification(store: store).verify(
                certificate,
                purpose: .login,
                at: Fixtures.instant
            )
            switch verdict {
            case .trusted(let chain): return Outcome(text: "trusted \(chain.map(\.certificate))")
            case .rejected(let reasons):
                return Outcome(
                    text: "rejected [\(reasons.map(\.code.rawValue).joined(separator: ", "))]",
                    isNone: true
                )
            }
        }

        private func status(_ certificate: Certificate, list: [UInt8]) -> Outcome {
            do throws(Revocation.CRLProblem) {
                let answer = try CRL(list).statement(
                    about: certificate,
                    issuer: issuer,
                    point: certificate.extensions.crlDistributionPoints[0],
                    at: Fixtures.instant
                )
                return Outcome(text: answer.status.word)
            } catch {
                return .no(error)
            }
        }

        private func status(_ certificate: Certificate, answer: [UInt8]) -> Outcome {
            do throws(Revocation.OCSPProblem) {
                let answer = try OCSPResponse(der: answer).statement(
                    about: certificate,
                    issuer: issuer,
                    at: Fixtures.instant
                )
                return Outcome(text: answer.status.word)
            } catch {
                return .no(error)
            }
        }

        private func request() -> Outcome {
            do throws(OpenSSLError) {
                return Outcome(text: "\(try OCSPResponse.request(about: login, issuer: issuer))")
            } catch {
                return .no(error)
            }
        }

        private func makeChallenge() -> Outcome {
            do throws(OpenSSLError) {
                let challenge = try Challenge()
                let info = try challenge.digestInfo(.sha256)
                return Outcome(text: "\(challenge.bytes.count) \(info.count)")
            } catch {
                return .no(error)
            }
        }

        private func possession(of certificate: Certificate) -> Outcome {
            let found = Possession.check(
                of: certificate,
                challenge: challenge,
                signature: signature,
                scheme: .rsaPKCS1(.sha256)
            )
            switch found {
            case .proven: return Outcome(text: "proven")
            case .refuted: return Outcome(text: "refuted", isNone: certificate == login)
            case .unknown(let obstacle): return Outcome(text: "no: \(obstacle)", isNone: true)
            }
        }
    }
}

extension RevocationStatus {
    fileprivate var word: String {
        switch self {
        case .good: "good"
        case .revoked: "revoked"
        case .unknown: "unknown"
        case .unchecked: "unchecked"
        }
    }
}
