internal import CertificateTrust
internal import X509

/// Everything that is done with certificates, on every fixture, from the files to the verdict.
package struct CertificateTour {
    /// An empty folder, for what is fetched.
    let scratch: String
    /// `HOST:PORT` of the server of revocation lists and answers; where there is none, nobody answers.
    let proxy: String?

    package init(scratch: String, proxy: String?) {
        self.scratch = scratch
        self.proxy = proxy
    }

    /// Says what was done, and returns every rule that was broken.
    package func run() -> [String] {
        var broken = BrokenRules()
        let stores = stores(&broken)
        judge(stores, &broken)
        revocation(&broken)
        return broken.list
    }

    // MARK: Stores

    private func stores(_ broken: inout BrokenRules) -> [TrustStore] {
        let pki = TestPKI.folder
        // A folder and a file, what is no certificate, what is not there, and what cannot be read.
        let paths = [
            "\(pki)/certificates", "\(pki)/certificates/root.pem", "\(pki)/trust/certificates", "\(pki)/keys",
            "\(pki)/make-pki", "\(scratch)/nothing", "/proc/self/mem", "/dev/null",
        ]
        var stores: [TrustStore] = []
        var refused = 0
        for path in paths {
            do throws(TrustStore.Failure) {
                let store = try TrustStore.load(path: path)
                refused += store.refusedFiles.count
                if !store.anchors.isEmpty { stores.append(store) }
            } catch {
                refused += 1
            }
        }
        CertificateTargets.settle("loading stores", &broken)
        print("stores: \(stores.count) of \(paths.count) paths, \(refused) files or paths refused")
        broken.expect(stores.count >= 3 && refused >= 6, "stores: other files than there were")
        return stores
    }

    // MARK: Verdicts

    private func judge(_ stores: [TrustStore], _ broken: inout BrokenRules) {
        var (trusted, rejected) = (0, 0)
        let all = TestPKI.certificates.compactMap { try? Certificate(der: $0.bytes) }
        let issuers = all.filter(\.extensions.isAuthority).prefix(Verification.maximumHandedIn)
        for certificate in all {
            CertificateRules.judge(certificate, &broken)
            for store in stores {
                let found = Examiner(
                    verification: Verification(store: store),
                    revocation: Revocation(policy: .cached, cache: RevocationCache(folders: [scratch])),
                    requiresRevocation: false
                ).examine(
                    certificate,
                    intermediates: Array(issuers),
                    purpose: Purpose(certificate.use),
                    at: TestPKI.instant
                )
                if found.isTrusted { trusted += 1 } else { rejected += 1 }
            }
        }
        CertificateTargets.settle("examining", &broken)
        print("verdicts: \(all.count) certificates, \(trusted) times trusted, \(rejected) times rejected")
        broken.expect(trusted > 0 && rejected > 0, "verdicts of one kind only")
    }

    // MARK: Revocation

    private func revocation(_ broken: inout BrokenRules) {
        guard let pki = TestPKI.shared else {
            broken.expect(false, "the test PKI cannot be read")
            return
        }
        let cache = RevocationCache(folders: ["\(scratch)/cache"])
        var words: [String] = []
        // Without a proxy nothing is fetched: under valgrind no program is started.
        let policies: [Revocation.Policy] = proxy == nil ? [.cached] : [.online, .cached]
        for policy in policies {
            for subject in [pki.login, pki.revoked] {
                let fetcher = CurlFetcher(proxy: proxy, limit: 10)
                let examination = Examiner(
                    verification: Verification(store: pki.store),
                    revocation: Revocation(policy: policy, cache: cache, fetcher: fetcher)
                ).examine(subject, intermediates: [pki.issuer], purpose: .login, at: .now)
                words += examination.findings.map { finding in
                    switch finding.status {
                    case .good: "good"
                    case .revoked: "revoked"
                    case .unknown: "unknown"
                    case .unchecked: "unchecked"
                    }
                }
            }
        }
        CertificateTargets.settle("asking for revocation", &broken)
        print("revocation, online and then from the cache: \(words.joined(separator: ", "))")
        let expected =
            proxy == nil
            ? Array(repeating: "unknown", count: 4)
            : ["good", "good", "revoked", "good", "good", "good", "revoked", "good"]
        broken.expect(words == expected, "revocation: other answers than there were")
    }
}
