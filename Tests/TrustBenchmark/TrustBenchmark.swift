internal import CertificateTrust
internal import Glibc
import X509

/// Measures the verification of one certificate; called by Tests/tools/bench, which makes what it takes.
///
/// - `fill TRUST CERTIFICATE CACHE PROXY`: fetches its revocation lists through a proxy into a folder.
/// - `once TRUST CERTIFICATE CACHE`: verifies it once with what is kept there, as a whole process.
/// - `rounds TRUST CERTIFICATE CACHE ROUNDS LIST...`: prints, as lines of `WAY PER-SECOND SHARE`, how often each way does it,
///   and the share of our time that this way does not take.
@main struct TrustBenchmark {
    /// An instant at which the test PKI is valid: 2030-01-01T00:00:00Z.
    private static let instant = Instant(seconds: 1_893_456_000)

    private let trust: TrustStore
    private let leaf: Certificate
    private let cache: String

    static func main() {
        do {
            try run()
        } catch {
            print(error)
            exit(1)
        }
    }

    private static func run() throws {
        var arguments = CommandLine.arguments.dropFirst()
        func next() -> String { arguments.popFirst() ?? "" }
        let mode = next()
        let benchmark = try TrustBenchmark(trust: next(), leaf: next(), cache: next())
        let isDone =
            switch mode {
            case "fill": benchmark.isGood(benchmark.examiner(.online, CurlFetcher(proxy: next())))
            case "once": benchmark.isGood(benchmark.examiner(.cached))
            case "rounds": benchmark.measure(rounds: Int(next()) ?? 1, lists: Array(arguments))
            default: false
            }
        if !isDone { throw Failure(text: "\(mode): not verified, or an unknown way") }
    }

    private struct Failure: Error {
        let text: String
    }

    init(trust: String, leaf: String, cache: String) throws {
        self.trust = try TrustStore.load(path: trust)
        let file = try TrustStore.load(path: leaf)
        guard let found = (file.intermediates + file.anchors).first else {
            throw Failure(text: "no certificate at \(leaf)")
        }
        (self.leaf, self.cache) = (found.certificate, cache)
    }

    private func examiner(_ policy: Revocation.Policy, _ fetcher: CurlFetcher = CurlFetcher()) -> Examiner {
        let revocation = Revocation(
            policy: policy,
            cache: RevocationCache(folders: [cache]),
            fetcher: fetcher
        )
        return Examiner(verification: Verification(store: trust), revocation: revocation)
    }

    private func isGood(_ examiner: Examiner) -> Bool { isGood(examiner, leaf) }

    private func isGood(_ examiner: Examiner, _ certificate: Certificate) -> Bool {
        let examination = examiner.examine(certificate, purpose: .login, at: Self.instant)
        return examination.isTrusted && examination.revocation == .good
    }

    private func measure(rounds: Int, lists: [String]) -> Bool {
        let (leaf, der, examiner) = (leaf, leaf.der, examiner(.cached))
        func bare(_ way: BareVerification.Lists) -> BareVerification? {
            BareVerification(leaf: der, trust: trust, files: lists, way, at: Self.instant)
        }
        guard let openSSL = bare(.byOpenSSL), let alike = bare(.likeOurs) else { return false }
        let ways = [
            Measurement.Way(name: "ours") { isGood(examiner, leaf) },
            Measurement.Way(name: "alike") { alike.verify() },
            Measurement.Way(name: "openssl") { openSSL.verify() },
            Measurement.Way(name: "ours-read") {
                guard let certificate = try? Certificate(der: der) else { return false }
                return isGood(examiner, certificate)
            },
            Measurement.Way(name: "alike-read") { alike.readAndVerify() },
            Measurement.Way(name: "openssl-read") { openSSL.readAndVerify() },
        ]
        guard let measured = Measurement(ways, rounds: rounds) else { return false }
        for way in ways {
            let ours = way.name.hasSuffix("-read") ? "ours-read" : "ours"
            print(way.name, 1 / measured.median(way.name), measured.share(of: ours, over: way.name))
        }
        return true
    }
}
