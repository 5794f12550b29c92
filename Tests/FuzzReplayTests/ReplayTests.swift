import FoundationEssentials
import FuzzTargets
import Testing

/// Every input that fuzzing has kept: those that reach something new, and those that once broke a rule.
@Suite(.serialized) struct ReplayTests {
    private static let corpus =
        URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/fuzz-corpus")

    @Test(arguments: FuzzTarget.allCases)
    func noKeptInputBreaksARule(target: FuzzTarget) throws {
        let folder = Self.corpus.appending(path: target.rawValue).path
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(!names.isEmpty, "there is no corpus for \(target.rawValue)")
        for name in names {
            let bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
            let broken = target.run(Array(bytes))
            #expect(
                broken.isEmpty,
                "\(target.rawValue)/\(name)\n\(broken.isEmpty ? "" : target.account(of: Array(bytes)))"
            )
        }
    }

    /// The test PKI is whole: inputs of fuzzing are few that are signed.
    @Test func noCertificateListOrAnswerOfTheTestPKIBreaksARule() {
        let seeds = Seeds.certificates
        #expect(Set(seeds.map(\.target)) == [.x509, .crl, .signature])
        for seed in seeds {
            let broken = seed.target.run(seed.bytes)
            #expect(broken.isEmpty, "\(seed.target.rawValue)/\(seed.name)")
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func emptyAndUniformInputsBreakNoRule(target: FuzzTarget) {
        for count in [0, 1, 2, 3, 255, 4_096] {
            for byte in [0x00, 0x30, 0x61, 0xFF] as [UInt8] {
                #expect(target.run(Array(repeating: byte, count: count)).isEmpty)
            }
        }
    }
}
