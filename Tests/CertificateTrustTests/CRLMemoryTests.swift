import Glibc
import Testing

@testable import CertificateTrust
@testable import X509

/// Lists of the cache that are read once, and whatever makes them be read again.
@Suite struct CRLMemoryTests {
    private static let address = "http://crl1pp.siths.test/testsithseidpersonhsaid3cav1.crl"

    /// A cache with `list` in it, and what it says of the login certificate each time it is asked.
    private final class Bench {
        let folder: Folder
        let cache: RevocationCache
        let revocation: Revocation

        init(_ list: String = "issuer") throws {
            folder = try Folder()
            cache = RevocationCache(folders: [folder.path])
            revocation = Revocation(policy: .cached, cache: cache)
            try keep(list)
        }

        func keep(_ list: String) throws {
            #expect(
                cache.keep(
                    try Fixtures.crl(list),
                    as: .crl(CRLMemoryTests.address, of: try Fixtures.certificate("issuer"))
                ) == nil
            )
        }

        func file() throws -> CacheFile {
            let files = cache.files(.crl(CRLMemoryTests.address, of: try Fixtures.certificate("issuer")))
            return try #require(files.first)
        }

        func status(_ name: String = "login") throws -> RevocationStatus? {
            let chain = [
                ChainLink(certificate: try Fixtures.certificate(name), origin: .subject),
                ChainLink(certificate: try Fixtures.certificate("issuer"), origin: .handedIn),
            ]
            return revocation.check(chain, at: Fixtures.instant).first?.status
        }
    }

    @Test func aListIsReadOnce() throws {
        let bench = try Bench()
        let lists = bench.revocation.lists
        #expect(try bench.status() == .good)
        let first = try lists.list(in: bench.file())?.list
        guard case .revoked(_, .keyCompromise) = try bench.status("revoked") else {
            Issue.record("not revoked")
            return
        }
        let second = try lists.list(in: bench.file())?.list
        #expect(first != nil && first === second)
        #expect(lists.count == 1)
    }

    @Test func anotherListInItsPlaceIsRead() throws {
        let bench = try Bench()
        #expect(try bench.status() == .good)
        try bench.keep("delta")
        #expect(try bench.status() == .unknown([.crl(address: Self.address, .delta)]))
        try bench.keep("issuer")
        #expect(try bench.status() == .good)
    }

    /// As many bytes, in the same file, whose date was put back.
    @Test func whatIsWrittenIntoTheFileIsRead() throws {
        let bench = try Bench()
        #expect(try bench.status() == .good)
        let path = try bench.file().path
        var status = stat()
        #expect(unsafe stat(path, &status) == 0)
        let descriptor = unsafe open(path, O_WRONLY)
        var last: UInt8 = 0
        #expect(unsafe pwrite(descriptor, &last, 1, status.st_size - 1) == 1)
        close(descriptor)
        var times = [status.st_atim, status.st_mtim]
        #expect(unsafe utimensat(AT_FDCWD, path, &times, 0) == 0)
        #expect(try bench.status() == .unknown([.crl(address: Self.address, .signatureInvalid)]))
    }

    @Test func aListThatOthersMayWriteToIsForgotten() throws {
        let bench = try Bench()
        #expect(try bench.status() == .good)
        #expect(try unsafe chmod(bench.file().path, 0o666) == 0)
        #expect(try bench.status() == .unknown([.notCached]))
    }

    @Test func aListThatIsGoneIsForgotten() throws {
        let bench = try Bench()
        #expect(try bench.status() == .good)
        #expect(try unsafe unlink(bench.file().path) == 0)
        #expect(try bench.status() == .unknown([.notCached]))
    }

    @Test func whatIsNoListIsNotKept() throws {
        let bench = try Bench()
        let name = try String(bench.file().path.split(separator: "/").last ?? "")
        try bench.folder.write([0x30, 0x00], to: "crl/\(name)")
        #expect(try bench.status() == .unknown([.crl(address: Self.address, .notACRL)]))
        #expect(bench.revocation.lists.count == 0)
    }

    /// Between looking at a file and opening it another may take its place: the date is that of the one that was read.
    @Test func theDateIsThatOfTheListThatWasRead() throws {
        let bench = try Bench()
        let old = try bench.file()
        try bench.keep("root")
        var times = [
            timespec(tv_sec: 1_000_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000_000, tv_nsec: 0),
        ]
        #expect(unsafe utimensat(AT_FDCWD, old.path, &times, 0) == 0)
        let lists = bench.revocation.lists
        let read = try #require(try lists.list(in: old))
        #expect(read.fetched == Instant(seconds: 1_000_000_000))
        // And it is not taken for the old one.
        let again = try #require(try lists.list(in: bench.file()))
        #expect(again.list === read.list)
    }

    @Test(arguments: [(3, 1 << 20), (100, 2000)])
    func fewAreHeld(count: Int, size: Int) throws {
        let folder = try Folder()
        let lists = CRLMemory(maximumCount: count, maximumSize: size)
        let bytes = try Fixtures.crl("issuer")
        var held: [SharedCRL?] = []
        for number in 0..<10 {
            let path = try folder.write(bytes, to: "\(number).crl")
            let file = try #require(CacheFile(path, maximumSize: bytes.count))
            held.append(try lists.list(in: file)?.list)
        }
        #expect(lists.count == min(count, size / bytes.count))
        // The last one is held, the first one is not.
        for (number, isHeld) in [(9, true), (0, false)] {
            let file = try #require(CacheFile("\(folder.path)/\(number).crl", maximumSize: bytes.count))
            #expect((try lists.list(in: file)?.list === held[number]) == isHeld)
        }
    }

    @Test func manyMayAskAtOnce() async throws {
        let bench = try Bench()
        let (login, revoked) = (try Fixtures.certificate("login"), try Fixtures.certificate("revoked"))
        let issuer = ChainLink(certificate: try Fixtures.certificate("issuer"), origin: .handedIn)
        let revocation = bench.revocation
        let wrong = await withTaskGroup { group in
            for number in 0..<64 {
                group.addTask {
                    let subject = number.isMultiple(of: 2) ? login : revoked
                    let chain = [ChainLink(certificate: subject, origin: .subject), issuer]
                    let status = revocation.check(chain, at: Fixtures.instant).first?.status
                    if case .revoked(_, .keyCompromise) = status { return subject == login }
                    return subject == revoked || status != .good
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wrong == 0)
        #expect(revocation.lists.count == 1)
    }
}
