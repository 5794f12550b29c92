import FoundationEssentials
import Glibc
import Testing

@testable import CertificateTrust
@testable import X509

/// Where fetched lists and answers are kept, and which of several counts.
@Suite struct RevocationCacheTests {
    private func kept(_ folder: String, _ seconds: Int, _ byte: UInt8) throws {
        #expect(RevocationCache(folders: [folder]).keep([byte], as: .crl("key")) == nil)
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: "\(folder)/crl").first)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: Double(seconds))],
            ofItemAtPath: "\(folder)/crl/\(name)"
        )
    }

    @Test func theYoungestOfAllFoldersCounts() throws {
        let folder = try Folder()
        let (one, two, none) = ("\(folder.path)/one", "\(folder.path)/two", "\(folder.path)/none")
        try kept(one, 1_000, 1)
        try kept(two, 2_000, 2)
        for folders in [[one, none, two], [two, one]] {
            let item = try #require(RevocationCache(folders: folders).item("key"))
            #expect(item.bytes == [2])
            #expect(item.fetched == Instant(seconds: 2_000))
        }
        #expect(RevocationCache(folders: [one]).item("key")?.bytes == [1])
        #expect(RevocationCache(folders: [one]).item("another key") == nil)
    }

    @Test func whatIsFetchedGoesIntoTheFirstFolderAlone() throws {
        let folder = try Folder()
        let folders = ["\(folder.path)/one", "\(folder.path)/two"]
        #expect(RevocationCache(folders: folders).keep([1], as: .crl("key")) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["one"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folders[0])/crl").count == 1)
    }

    @Test func theFolderAndTheOneAroundItAreMade() throws {
        let folder = try Folder()
        let cache = RevocationCache(folders: ["\(folder.path)/.cache/kortvakt"])
        #expect(cache.keep([1], as: .crl("key")) == nil)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode("\(folder.path)/.cache") == 0o700)
        #expect(try mode("\(folder.path)/.cache/kortvakt") == 0o755)
        // No more than these two.
        let deep = RevocationCache(folders: ["\(folder.path)/a/b/c"])
        #expect(deep.keep([1], as: .crl("key")) == ENOENT)
        #expect(RevocationCache(folders: []).keep([1], as: .crl("key")) == EINVAL)
    }

    @Test func aLaterOneTakesThePlaceOfAnEarlier() throws {
        let folder = try Folder()
        let cache = RevocationCache(folders: [folder.path])
        #expect(cache.keep([1], as: .crl("key")) == nil)
        #expect(cache.keep([2, 3], as: .crl("key")) == nil)
        #expect(cache.item("key")?.bytes == [2, 3])
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/crl").count == 1)
    }

    @Test func whatIsNoFileOfOursIsNotTaken() throws {
        let folder = try Folder()
        let cache = RevocationCache(folders: [folder.path])
        #expect(cache.keep([1], as: .crl("key")) == nil)
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/crl").first)
        let file = "\(folder.path)/crl/\(name)"
        // A link to the very file.
        try FileManager.default.moveItem(atPath: file, toPath: "\(folder.path)/moved")
        #expect(unsafe symlink("\(folder.path)/moved", file) == 0)
        #expect(cache.item("key") == nil)
        #expect(unsafe unlink(file) == 0)
        #expect(unsafe mkfifo(file, 0o644) == 0)
        #expect(cache.item("key") == nil)
        #expect(unsafe unlink(file) == 0)
        try folder.write([], to: "crl/\(name)")
        #expect(cache.item("key") == nil)
    }

    // MARK: Bounds

    private static let day: Int64 = 86_400

    /// Sets when a file was fetched.
    private func set(_ key: RevocationCache.Key, _ cache: RevocationCache, fetched: Int64) throws {
        let file = try #require(cache.files(key).first)
        let date = Date(timeIntervalSince1970: Double(fetched))
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file.path)
    }

    private static func answer(_ name: String) -> RevocationCache.Key {
        .ocsp(name, serialNumber: [1], issuer: [2])
    }

    @Test func theOldestGoesFirstAndWhatSaysRevokedLast() throws {
        let folder = try Folder()
        var cache = RevocationCache(folders: [folder.path])
        let empty = try MadeCRL().der()
        let entry = MadeCRL.Entry(certificate: try Fixtures.certificate("revoked"))
        let full = try MadeCRL(entries: [entry]).der()
        let now = Instant.now.seconds
        #expect(cache.keep(full, as: .crl("revoked")) == nil)
        try set(.crl("revoked"), cache, fetched: now - 4000)
        for (name, age) in [("oldest", 3000), ("older", 2000), ("young", 1000)] as [(String, Int64)] {
            #expect(cache.keep(empty, as: .crl(name)) == nil)
            try set(.crl(name), cache, fetched: now - age)
        }
        cache.maximumSize = full.count + 2 * empty.count
        #expect(cache.keep(empty, as: .crl("new")) == nil)
        cache.removeSuperfluous()
        let left = ["revoked", "oldest", "older", "young", "new"].filter { cache.item($0) != nil }
        #expect(left == ["revoked", "young", "new"])
        // Where nothing else is left to remove, it goes too.
        cache.maximumSize = full.count + 1
        #expect(cache.keep(full, as: .crl("revoked later")) == nil)
        cache.removeSuperfluous()
        #expect(
            cache.item("revoked later") != nil && cache.item("revoked") == nil && cache.item("new") == nil
        )
    }

    @Test func filesAreLookedIntoOnceADay() throws {
        let folder = try Folder()
        let cache = RevocationCache(folders: [folder.path])
        let end = Instant(seconds: MadeCRL.june.seconds + Self.day)
        cache.removeSuperfluous()
        #expect(cache.keep(try MadeCRL(nextUpdate: end).der(), as: .crl("ended")) == nil)
        try set(.crl("ended"), cache, fetched: Instant.now.seconds - 40 * Self.day)
        cache.removeSuperfluous()
        #expect(cache.item("ended") != nil)
        cache.removeSuperfluous(at: Instant(seconds: Instant.now.seconds + 2 * Self.day))
        #expect(cache.item("ended") == nil)
    }

    @Test func whatEndedLongAgoGoesUnlessItSaysRevoked() async throws {
        let folder = try Folder()
        let cache = RevocationCache(folders: [folder.path])
        let (login, revoked) = (try Fixtures.certificate("login"), try Fixtures.certificate("revoked"))
        let entry = MadeCRL.Entry(certificate: revoked)
        let end = Instant(seconds: MadeCRL.june.seconds + Self.day)
        #expect(cache.keep(try MadeCRL(nextUpdate: end).der(), as: .crl("ended")) == nil)
        #expect(cache.keep(try MadeCRL(nextUpdate: end, entries: [entry]).der(), as: .crl("revoked")) == nil)
        #expect(cache.keep(try MadeCRL().der(), as: .crl("in force")) == nil)
        #expect(cache.keep([0x30, 0x00], as: .crl("nonsense")) == nil)
        #expect(cache.keep(try await MadeAnswer.der(about: login), as: Self.answer("good")) == nil)
        #expect(cache.keep(try await MadeAnswer.der(about: revoked), as: Self.answer("revoked")) == nil)
        let lists = ["ended", "revoked", "in force", "nonsense"]
        let answers = ["good", "revoked"]
        func left() -> [String] {
            lists.filter { cache.item($0) != nil } + answers.filter { !cache.files(Self.answer($0)).isEmpty }
        }
        // All were fetched today.
        let today = Instant.now
        cache.removeSuperfluous(at: today)
        #expect(left() == lists + answers)
        let later = Instant(seconds: today.seconds + 32 * Self.day)
        cache.removeSuperfluous(at: later)
        #expect(left() == ["revoked", "in force", "revoked"])
    }

    // In processes of their own: environment and user are everybody's.

    @Test func anOrdinaryUserHasAFolderBesideEverybodys() async {
        await #expect(processExitsWith: .success) {
            Self.becomeOrdinary()
            #expect(geteuid() != 0)
            unsafe setenv("HOME", "/home/somebody", 1)
            unsafe setenv("XDG_CACHE_HOME", "/somewhere/else", 1)
            unsafe unsetenv("CACHE_DIRECTORY")
            let shared = "/var/cache/kortvakt"
            #expect(RevocationCache.standard.folders == ["/somewhere/else/kortvakt", shared])
            unsafe unsetenv("XDG_CACHE_HOME")
            #expect(RevocationCache.standard.folders == ["/home/somebody/.cache/kortvakt", shared])
            // The specification has relative paths ignored.
            unsafe setenv("XDG_CACHE_HOME", "relative", 1)
            #expect(RevocationCache.standard.folders == ["/home/somebody/.cache/kortvakt", shared])
            unsafe unsetenv("HOME")
            unsafe unsetenv("XDG_CACHE_HOME")
            #expect(RevocationCache.standard.folders == [shared])
        }
    }

    @Test func anOrdinaryUserKeepsListsAndReadsThoseOfRoot() async throws {
        let folder = try Folder()
        let path = folder.path
        let shared = RevocationCache(folders: ["\(path)/shared"])
        #expect(shared.keep([1], as: .crl("key")) == nil)
        await #expect(processExitsWith: .success) { [path = path as String] in
            unsafe mkdir("\(path)/home", 0o755)
            unsafe chown("\(path)/home", Self.nobody, Self.nobody)
            let isRoot = geteuid() == 0
            Self.becomeOrdinary()
            let cache = RevocationCache(folders: ["\(path)/home/.cache/kortvakt", "\(path)/shared"])
            #expect(cache.item("key")?.bytes == [1])
            #expect(cache.keep([2], as: .crl("other key")) == nil)
            #expect(cache.item("other key")?.bytes == [2])
            if isRoot {
                #expect(RevocationCache(folders: ["\(path)/shared"]).keep([3], as: .crl("key")) == EACCES)
            }
        }
    }

    @Test func aServiceHasTheFolderThatSystemdNames() async {
        await #expect(processExitsWith: .success) {
            unsafe setenv("CACHE_DIRECTORY", "/var/cache/one:/var/cache/two", 1)
            #expect(RevocationCache.standard.folders == ["/var/cache/one", "/var/cache/kortvakt"])
            Self.becomeOrdinary()
            #expect(RevocationCache.standard.folders == ["/var/cache/one", "/var/cache/kortvakt"])
        }
    }

    @Test(.enabled(if: geteuid() == 0))
    func rootKeepsThemForEverybody() async {
        await #expect(processExitsWith: .success) {
            unsafe unsetenv("CACHE_DIRECTORY")
            unsafe setenv("XDG_CACHE_HOME", "/somewhere/else", 1)
            #expect(RevocationCache.standard.folders == ["/var/cache/kortvakt"])
        }
    }

    /// The number of nobody.
    private static let nobody: UInt32 = 65_534

    private static func becomeOrdinary() {
        guard geteuid() == 0 else { return }
        #expect(seteuid(nobody) == 0)
    }
}

extension RevocationCache {
    /// The youngest list that was kept.
    fileprivate func item(_ address: String) -> (bytes: [UInt8], fetched: Instant)? {
        files(.crl(address)).lazy.compactMap { $0.read() }.first.map { ($0.bytes, $0.file.fetched) }
    }
}
