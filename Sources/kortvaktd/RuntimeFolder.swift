internal import Glibc
internal import Presence

/// `/run/kortvakt`: what must outlive the daemon but not the machine, readable for its user alone.
struct RuntimeFolder: Sendable {
    /// Why a file in it could not be read or written, as `errno`.
    struct Failure: Error, Hashable {
        let errno: Int32
    }

    private let path: String

    /// Where systemd has made it (`RUNTIME_DIRECTORY`), else where it makes it.
    init() {
        let named = unsafe getenv("RUNTIME_DIRECTORY").map { unsafe String(cString: $0) } ?? ""
        path = named.split(separator: ":").first.map(String.init) ?? "/run/kortvakt"
    }

    init(path: String) { self.path = path }

    /// The guards of an earlier run; anything that is there and was not written by this program is `unreadable`.
    func restore() -> RestoredState {
        do throws(Failure) {
            return StateText.state(from: try read("guards", limit: StateText.maximumSize))
        } catch {
            return error.errno == ENOENT ? .none : .unreadable
        }
    }

    /// What cannot be saved leaves nothing readable behind: guards from before would hide those of now.
    func save(_ guards: [SavedGuard]) throws(Failure) {
        do throws(Failure) {
            try write(Array(StateText.text(of: guards).utf8), to: "guards")
        } catch {
            spoil("guards")
            throw error
        }
    }

    /// Makes the file empty, for which a full file system has room.
    private func spoil(_ name: String) {
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let descriptor = unsafe open("\(path)/\(name)", flags, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }

    /// 32 random bytes that make the hashes of cards worthless to others, made once in the machine's run.
    ///
    /// Where those of the earlier run are lost its guards know no card again, which locks.
    func salt() throws(Failure) -> [UInt8] {
        if let old = try? read("salt", limit: Self.saltSize), old.count == Self.saltSize { return old }
        let new = Self.newSalt()
        try write(new, to: "salt")
        return new
    }

    /// From getrandom(2).
    static func newSalt() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<saltSize).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    private static let saltSize = 32

    private func read(_ name: String, limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = unsafe open("\(path)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw Failure(errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(), status.st_mode & 0o077 == 0
        else {
            throw Failure(errno: EPERM)
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(errno: errno) }
            guard count > 0 else { return bytes }
            bytes += chunk.prefix(count)
            guard bytes.count <= limit else { throw Failure(errno: EFBIG) }
        }
    }

    /// Whoever reads finds the old content or the new one, never a part.
    private func write(_ bytes: [UInt8], to name: String) throws(Failure) {
        let (new, old) = ("\(path)/\(name).new", "\(path)/\(name)")
        unsafe _ = unlink(new)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let descriptor = unsafe open(new, flags, 0o600)
        guard descriptor >= 0 else { throw Failure(errno: errno) }
        do throws(Failure) {
            // Closed before it is renamed: a file system may tell only then that it is full.
            defer { close(descriptor) }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = unsafe rest.withUnsafeBytes {
                    unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw Failure(errno: count < 0 ? errno : ENOSPC) }
                rest = rest.dropFirst(count)
            }
        } catch {
            unsafe _ = unlink(new)
            throw error
        }
        guard unsafe rename(new, old) == 0 else { throw Failure(errno: errno) }
    }
}
