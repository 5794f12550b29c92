import FoundationEssentials
import Glibc
import Testing

@testable import CertificateTrust
@testable import X509

/// Which files make somebody trusted.
@Suite struct TrustStoreTests {
    private func problem(
        _ bytes: [UInt8],
        name: String = "a.pem",
        mode: Int = 0o644
    ) throws
        -> TrustStore.Problem?
    {
        let folder = try Folder()
        try folder.write(bytes, to: name, mode: mode)
        let store = try TrustStore.load(path: folder.path)
        #expect(store.anchors.isEmpty == !store.refusedFiles.isEmpty)
        return store.refusedFiles.first?.problem
    }

    @Test func derAndPEMAndBundlesAreRead() throws {
        let folder = try Folder()
        try folder.write(Fixtures.der("root"), to: "a.DER")
        let both = try [Fixtures.certificate("issuer"), Fixtures.certificate("other-root")]
        try folder.write("Explained here\n" + both.map { try PEM.text(of: $0) }.joined(), to: "b.pem")
        // The same once more counts once.
        try folder.write(PEM.text(of: Fixtures.certificate("root")), to: "c.crt")
        let store = try TrustStore.load(path: folder.path)
        #expect(store.refusedFiles.isEmpty)
        #expect(store.anchors.map(\.file) == ["\(folder.path)/a.DER", "\(folder.path)/b.pem"])
        #expect(store.intermediates.map(\.certificate) == [try Fixtures.certificate("issuer")])
    }

    @Test func oneFileIsAStoreToo() throws {
        let folder = try Folder()
        let file = try folder.write(Fixtures.der("root"), to: "a.bin")
        #expect(try TrustStore.load(path: file).anchors.count == 1)
    }

    @Test func textOfPEMIsThatOfOpenSSL() async throws {
        let text = try PEM.text(of: Fixtures.certificate("login"))
        let answer = try await OpenSSLCommand.run(["x509", "-in", Fixtures.path("login")])
        #expect(answer.said == text)
    }

    @Test func aFileThatOthersMayWriteIsRefused() throws {
        let root = try Fixtures.der("root")
        #expect(try problem(root, name: "a.der", mode: 0o664) == .wrongMode(mode: 0o664))
        #expect(try problem(root, name: "a.der", mode: 0o646) == .wrongMode(mode: 0o646))
    }

    @Test func aFolderThatOthersMayWriteIsRefused() throws {
        let folder = try Folder()
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
        #expect(throws: TrustStore.Failure(path: folder.path, problem: .wrongMode(mode: 0o777))) {
            try TrustStore.load(path: folder.path)
        }
    }

    @Test func aFileOfSomebodyElseIsRefused() throws {
        let folder = try Folder()
        let file = try folder.write(Fixtures.der("root"), to: "a.der")
        let failure = TrustStore.Failure(path: file, problem: .wrongOwner(userID: geteuid()))
        #expect(throws: failure) { try TrustStore.load(path: file, owners: [geteuid() + 1]) }
    }

    @Test func whatIsNotOnlyCertificatesIsRefusedAsAWhole() throws {
        let root = try PEM.text(of: Fixtures.certificate("root"))
        let key = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"
        #expect(try problem(Array((root + key).utf8)) == .notOnlyCertificates(found: "PRIVATE KEY"))
        #expect(try problem(Array("no certificate\n".utf8)) == .empty)
        #expect(try problem([]) == .empty)
        guard case .notACertificate = try problem([0x30, 0x00], name: "a.der") else {
            Issue.record("another problem")
            return
        }
        let broken = root.replacing("MII", with: "M!!")
        guard case .library = try problem(Array((root + broken).utf8)) else {
            Issue.record("another problem")
            return
        }
    }

    @Test func otherThingsInTheFolderAreSaid() throws {
        let folder = try Folder()
        try folder.write("hello", to: "README")
        try folder.write("hidden", to: ".a.pem")
        unsafe mkdir("\(folder.path)/sub.pem", 0o755)
        unsafe mkfifo("\(folder.path)/pipe.pem", 0o644)
        unsafe symlink("\(folder.path)/nothing", "\(folder.path)/gone.pem")
        try folder.write([UInt8](repeating: 0x20, count: TrustFile.maximumSize + 1), to: "large.pem")
        let store = try TrustStore.load(path: folder.path)
        let problems = store.refusedFiles.map { "\($0.file.dropFirst(folder.path.count + 1)) \($0.problem)" }
        #expect(
            problems.sorted() == [
                "README otherSuffix", "gone.pem notAFile", "large.pem tooLarge(limit: 1048576)",
                "pipe.pem notAFile", "sub.pem notAFile",
            ]
        )
    }

    @Test func aFolderWithTooManyFilesIsRefused() throws {
        let folder = try Folder()
        for index in 0...TrustFile.maximumFileCount { try folder.write([], to: "\(index).pem") }
        let tooMany = TrustStore.Problem.tooMany(limit: TrustFile.maximumFileCount)
        #expect(throws: TrustStore.Failure(path: folder.path, problem: tooMany)) {
            try TrustStore.load(path: folder.path)
        }
    }

    @Test func aFileWithTooManyCertificatesIsRefused() async throws {
        // A small one, so that their number is too large before the file is.
        let answer = try await OpenSSLCommand.run([
            "req", "-x509", "-new", "-key", Fixtures.keyPath("ed25519"), "-subj", "/CN=a",
        ])
        let many = Array(String(repeating: answer.said, count: TrustFile.maximumCertificateCount + 1).utf8)
        try #require(answer.exitCode == 0 && many.count <= TrustFile.maximumSize)
        #expect(try problem(many) == .tooMany(limit: TrustFile.maximumCertificateCount))
    }

    @Test func whatCannotBeReadIsNeverTakenForNothing() throws {
        let folder = try Folder()
        try folder.write(Fixtures.der("root"), to: "a.der")
        let loop = "\(folder.path)/loop.pem"
        #expect(unsafe symlink(loop, loop) == 0)
        let store = try TrustStore.load(path: folder.path)
        #expect(store.anchors.count == 1)
        #expect(
            store.refusedFiles == [TrustStore.RefusedFile(file: loop, problem: .unreadable(errno: ELOOP))]
        )
        #expect(throws: TrustStore.Failure(path: loop, problem: .unreadable(errno: ELOOP))) {
            try TrustStore.load(path: loop)
        }
        // It opens, and the first read fails, for nothing is mapped at address 0.
        let memory = "/proc/self/mem"
        #expect(throws: TrustStore.Failure(path: memory, problem: .unreadable(errno: EIO))) {
            try TrustStore.load(path: memory)
        }
    }

    /// In a process of its own, for the user is everybody's.
    @Test func aStoreThatOnlyOthersMayReadIsUnreadable() async throws {
        let folder = try Folder()
        let path = folder.path
        try folder.write(Fixtures.der("root"), to: "a.der", mode: 0o000)
        await #expect(processExitsWith: .success) { [path = path as String] in
            // The number of nobody.
            if geteuid() == 0 { #expect(seteuid(65_534) == 0) }
            let owners: Set<UInt32> = [0, getuid()]
            let store = try TrustStore.load(path: path, owners: owners)
            let file = "\(path)/a.der"
            #expect(
                store.refusedFiles == [
                    TrustStore.RefusedFile(file: file, problem: .unreadable(errno: EACCES))
                ]
            )
            #expect(throws: TrustStore.Failure(path: file, problem: .unreadable(errno: EACCES))) {
                try TrustStore.load(path: file, owners: owners)
            }
        }
    }

    /// The public authorities of Debian's ca-certificates, which are known to be good.
    @Test func everyPublicRootIsTrustedOrRefusedAsByOpenSSL() async throws {
        let bundle = "/etc/ssl/certs/ca-certificates.crt"
        try #require(FileManager.default.fileExists(atPath: bundle), "install ca-certificates")
        let store = try TrustStore.load(path: bundle)
        #expect(store.refusedFiles.isEmpty)
        #expect(store.anchors.count > 100)
        let verification = Verification(store: store)
        let folder = try Folder()
        var files: [String] = []
        for (index, entry) in store.anchors.enumerated() {
            files.append(try folder.write(entry.certificate.der, to: "\(index).der"))
        }
        // 2026-06-01T00:00:00Z
        let instant = Instant(seconds: 1_780_272_000)
        let answer = try await OpenSSLCommand.run(
            ["verify", "-CAfile", bundle, "-attime", "\(instant.seconds)", "-policy_check"] + files
        )
        var differences: [String] = []
        for (file, entry) in zip(files, store.anchors) {
            let verdict = verification.verify(entry.certificate, purpose: .any, at: instant)
            let isTheirs = answer.said.contains("\(file): OK")
            if verdict.reasons.isEmpty != isTheirs { differences.append("\(entry.certificate.subject)") }
            if case .trusted(let chain) = verdict {
                #expect(chain.map(\.certificate) == [entry.certificate])
            } else {
                // Of two roots of one name and key OpenSSL finds the first only, and takes the other for a stranger.
                let isTwin = store.anchors.count { $0.certificate.subject == entry.certificate.subject } > 1
                #expect(
                    verdict.reasons.allSatisfy { $0.code == .expired || isTwin && $0.code == .selfSigned }
                )
            }
        }
        #expect(differences.isEmpty)
        #expect(answer.said.contains(": OK"))
    }
}
