import Glibc
import Presence
import Testing

@testable import kortvaktd

struct RuntimeFolderTests {
    private let guards = [
        SavedGuard(
            session: SessionID("c2"),
            reader: ReaderName("Reader 00"),
            counter: 7,
            identity: CardIdentity(hash: "ab")
        )
    ]

    @Test func firstStartFindsNothing() throws {
        try inFolder { #expect(RuntimeFolder(path: $0).restore() == .none) }
        #expect(RuntimeFolder(path: "/nowhere/at/all").restore() == .none)
    }

    @Test func whatIsSavedIsRestoredAndNobodyElseMayReadIt() throws {
        try inFolder { path in
            let folder = RuntimeFolder(path: path)
            try folder.save(guards)
            try folder.save(guards)
            #expect(RuntimeFolder(path: path).restore() == .guards(guards))
            #expect(try mode(of: path + "/guards") == 0o600)
            #expect(unsafe access(path + "/guards.new", F_OK) != 0)
        }
    }

    @Test(arguments: ["", "kortvakt guards 1\n", "\u{0}"])
    func damagedFileIsUnreadableAndNotEmpty(_ text: String) throws {
        try inFolder { path in
            try write(text, to: path + "/guards")
            #expect(RuntimeFolder(path: path).restore() == .unreadable)
        }
    }

    @Test func fileThatOthersMayWriteIsUnreadable() throws {
        try inFolder { path in
            try RuntimeFolder(path: path).save(guards)
            unsafe chmod(path + "/guards", 0o620)
            #expect(RuntimeFolder(path: path).restore() == .unreadable)
        }
    }

    @Test func linksPipesAndFoldersAreUnreadableAndHoldNobodyUp() throws {
        try inFolder { path in
            let folder = RuntimeFolder(path: path)
            unsafe symlink("/etc/hostname", path + "/guards")
            #expect(folder.restore() == .unreadable)
            unsafe unlink(path + "/guards")
            unsafe mkfifo(path + "/guards", 0o600)
            #expect(folder.restore() == .unreadable)
            unsafe unlink(path + "/guards")
            unsafe mkdir(path + "/guards", 0o700)
            #expect(folder.restore() == .unreadable)
        }
    }

    @Test func saveThatFailsLeavesNothingThatIsBelieved() throws {
        try inFolder { path in
            let folder = RuntimeFolder(path: path)
            try folder.save(guards)
            // A folder in the new file's place.
            unsafe mkdir(path + "/guards.new", 0o700)
            #expect(throws: RuntimeFolder.Failure.self) { try folder.save([]) }
            #expect(folder.restore() == .unreadable)
            unsafe rmdir(path + "/guards.new")
            try folder.save([])
            #expect(folder.restore() == .none)
            unsafe unlink(path + "/guards")
            unsafe mkdir(path + "/guards.new", 0o700)
            #expect(throws: RuntimeFolder.Failure.self) { try folder.save(guards) }
            #expect(folder.restore() == .unreadable)
        }
    }

    @Test func saltIsMadeOnce() throws {
        try inFolder { path in
            let first = try RuntimeFolder(path: path).salt()
            #expect(first.count == 32 && Set(first).count > 8)
            #expect(try RuntimeFolder(path: path).salt() == first)
            #expect(try mode(of: path + "/salt") == 0o600)
            try inFolder { other in
                let salt = try RuntimeFolder(path: other).salt()
                #expect(salt != first)
            }
        }
    }

    @Test func saltThatIsCutOffIsMadeAnew() throws {
        try inFolder { path in
            let first = try RuntimeFolder(path: path).salt()
            unsafe truncate(path + "/salt", 31)
            let second = try RuntimeFolder(path: path).salt()
            #expect(second.count == 32 && second != first)
        }
    }

    private func inFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/kortvaktd-test-XXXXXX".utf8CString)
        try #require(unsafe mkdtemp(&template) != nil)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            for name in ["guards", "guards.new", "salt"] {
                unsafe unlink("\(path)/\(name)")
                unsafe rmdir("\(path)/\(name)")
            }
            unsafe rmdir(path)
        }
        try body(path)
    }

    private func write(_ text: String, to path: String) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        try #require(count == bytes.count)
    }

    private func mode(of path: String) throws -> mode_t {
        var status = stat()
        try #require(unsafe stat(path, &status) == 0)
        return status.st_mode & 0o777
    }
}
