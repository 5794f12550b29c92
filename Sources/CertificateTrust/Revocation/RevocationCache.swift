internal import Glibc
internal import Synchronization

/// Folders in which fetched revocation lists and answers are kept.
///
/// Everything in them is signed by others and judged anew each time it is used. Files must belong to root or to the user
/// who runs this, and nobody else may be able to write to them.
package struct RevocationCache: Sendable {
    /// What this user fetches goes into the first; all are looked into.
    package let folders: [String]

    private let names = Names()

    /// Names of files by their keys: making one takes about as long as looking for the file.
    private final class Names: Sendable {
        static let maximumCount = 64
        let known = Mutex<[String: String]>([:])
    }

    package init(folders: [String]) { self.folders = folders }

    /// What root fetched is for everybody; others keep their own besides.
    ///
    /// A service's own folder is the one that systemd names (`CACHE_DIRECTORY`, systemd.exec), a user's is that of the XDG
    /// Base Directory Specification.
    package static var standard: RevocationCache {
        func path(_ variable: String) -> String? {
            let value = unsafe getenv(variable).map { unsafe String(cString: $0) }
            return value.flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        let shared = "/var/cache/kortvakt"
        // systemd puts `:` between several.
        if let folder = path("CACHE_DIRECTORY")?.split(separator: ":").first {
            return RevocationCache(folders: [String(folder), shared])
        }
        guard geteuid() != 0 else { return RevocationCache(folders: [shared]) }
        let own = path("XDG_CACHE_HOME") ?? path("HOME").map { "\($0)/.cache" }
        return RevocationCache(folders: (own.map { ["\($0)/kortvakt"] } ?? []) + [shared])
    }

    struct Item {
        let bytes: [UInt8]
        let fetched: Instant
    }

    /// The youngest that was kept; `nil` when nothing usable was.
    func item(_ key: String, maximumSize: Int) -> Item? {
        for file in files(key, maximumSize: maximumSize) {
            if let (file, bytes) = file.read() { return Item(bytes: bytes, fetched: file.fetched) }
        }
        return nil
    }

    /// What was kept, the youngest first, not read yet.
    func files(_ key: String, maximumSize: Int) -> [KeptFile] {
        guard let name = name(key) else { return [] }
        return folders.compactMap { KeptFile("\($0)/\(name)", maximumSize: maximumSize) }
            .sorted { $0.fetched > $1.fetched }
    }

    /// Keeps `bytes` for the next time; either all of them or nothing.
    ///
    /// Answers an `errno` when it could not. The folder, and the one that it is in, are made where they are missing.
    func keep(_ bytes: [UInt8], as key: String) -> Int32? {
        guard let folder = folders.first, let name = name(key) else { return EINVAL }
        if let parent = folder.lastIndex(of: "/").map({ String(folder[..<$0]) }), !parent.isEmpty {
            // Whether it is there shows in the next call. The user's own is nobody else's (XDG Base Directory Specification).
            _ = unsafe mkdir(parent, 0o700)
        }
        if unsafe mkdir(folder, 0o755) != 0 && errno != EEXIST { return errno }
        let path = "\(folder)/\(name)"
        var template = Array("\(folder)/.new-XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&template)
        guard descriptor >= 0 else { return errno }
        // Not atomic, unlike mkostemp, which the Glibc module leaves out; the file holds no secret.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if let failure = write(bytes, to: descriptor) {
            unsafe unlink(temporary)
            return failure
        }
        guard unsafe rename(temporary, path) == 0 else {
            let failure = errno
            unsafe unlink(temporary)
            return failure
        }
        return nil
    }

    /// Writes everything and closes, in every case.
    private func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        var written = 0
        var failure: Int32?
        while written < bytes.count && failure == nil {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(
                    descriptor,
                    buffer.baseAddress.map { unsafe $0 + written },
                    buffer.count - written
                )
            }
            if count > 0 {
                written += count
            } else if errno != EINTR {
                failure = errno
            }
        }
        // Lists are for everybody: what is in them is public.
        if failure == nil && fchmod(descriptor, 0o644) != 0 { failure = errno }
        if failure == nil && fsync(descriptor) != 0 { failure = errno }
        if close(descriptor) != 0 && failure == nil { failure = errno }
        return failure
    }

    /// The name is the SHA-256 of the key, which holds addresses and serial numbers.
    private func name(_ key: String) -> String? {
        if let known = names.known.withLock({ $0[key] }) { return known }
        guard let hash = try? MessageDigest.sha256(of: Array(key.utf8)) else { return nil }
        let name = HexDigits.text(of: hash)
        names.known.withLock { known in
            if known.count >= Names.maximumCount { known.removeAll() }
            known[key] = name
        }
        return name
    }
}
