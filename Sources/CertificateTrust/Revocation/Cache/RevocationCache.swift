internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import X509

/// Folders in which fetched CRLs and OCSP answers are kept.
///
/// Everything in them is signed by others and judged anew each time it is used. Files must belong to root or to the user
/// who runs this, and no other user may be able to write to them. Lists may be read by all users; answers tell who has
/// used the machine, and are for their owner alone.
package struct RevocationCache: Sendable {
    /// What is kept, and where it was fetched.
    enum Key: Hashable, Sendable {
        /// Issuers with one name or several keys may use one address, for lists of their own.
        case crl(String, issuer: [UInt8] = [])
        /// An answer is about one certificate.
        case ocsp(String, serialNumber: [UInt8], issuer: [UInt8])
    }

    /// What this user fetches goes into the first; all are looked into.
    package let folders: [String]
    /// Bytes in the first folder; more is removed, the oldest first, and what says "revoked" last.
    var maximumSize = 100_000_000

    /// Seconds after its nextUpdate for which a file is kept that does not say "revoked".
    static let outdatedLimit: Int64 = 30 * 86_400

    private let names = Names()

    /// Names of files by their keys: making one takes about as long as looking for the file.
    private final class Names: Sendable {
        static let maximumCount = 64
        let known = Mutex<[Key: String]>([:])
    }

    package init(folders: [String]) { self.folders = folders }

    /// Lists that root fetched are for everybody; other users keep their own besides.
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

    /// What was kept, the youngest first, not read yet.
    func files(_ key: Key) -> [CacheFile] {
        guard let name = name(key) else { return [] }
        return folders.compactMap { CacheFile("\($0)/\(key.folder)/\(name)", maximumSize: key.maximumSize) }
            .sorted { $0.fetched > $1.fetched }
    }

    /// Keeps `bytes` for the next time, either all of them or nothing.
    ///
    /// Answers an `errno` when it could not. The folder, and the one that it is in, are made where they are missing.
    func keep(_ bytes: [UInt8], as key: Key) -> Int32? {
        guard let top = folders.first, let name = name(key) else { return EINVAL }
        if let parent = top.lastIndex(of: "/").map({ String(top[..<$0]) }), !parent.isEmpty {
            // Whether it is there shows in the next call. The user's own is nobody else's (XDG Base Directory Specification).
            _ = unsafe mkdir(parent, 0o700)
        }
        let folder = "\(top)/\(key.folder)"
        for (path, mode) in [(top, 0o755), (folder, key.folderMode)] as [(String, mode_t)]
        where unsafe mkdir(path, mode) != 0 && errno != EEXIST { return errno }
        // Independent of the umask, and of what an earlier version made.
        _ = unsafe chmod(folder, key.folderMode)
        let temporary = "\(folder)/.new-\(UInt64.random(in: 0...UInt64.max))"
        do {
            let file = try FileDescriptor.open(
                FilePath(temporary),
                .writeOnly,
                options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: .ownerReadWrite
            )
            try file.closeAfter {
                try file.writeAll(bytes)
                // Independent of the umask.
                guard fchmod(file.rawValue, key.fileMode) == 0, fsync(file.rawValue) == 0 else {
                    throw Errno(rawValue: errno)
                }
            }
            guard unsafe rename(temporary, "\(folder)/\(name)") == 0 else { throw Errno(rawValue: errno) }
        } catch {
            unsafe unlink(temporary)
            return (error as? Errno)?.rawValue ?? EIO
        }
        return nil
    }

    /// The name is the SHA-256 of the key, which holds addresses and serial numbers.
    private func name(_ key: Key) -> String? {
        if let known = names.known.withLock({ $0[key] }) { return known }
        guard let hash = try? MessageDigest.sha256(of: Array(key.text.utf8)) else { return nil }
        let name = HexDigits.text(of: hash)
        names.known.withLock { known in
            if known.count >= Names.maximumCount { known.removeAll() }
            known[key] = name
        }
        return name
    }
}

extension RevocationCache.Key {
    /// The list of this issuer's name and key.
    static func crl(_ address: String, of issuer: Certificate) -> RevocationCache.Key {
        .crl(address, issuer: issuer.subject.encoded + issuer.publicKeyBits)
    }

    /// Folder, mode of the folder, mode of a file, and how many bytes one has at most.
    private var place: (folder: String, folderMode: mode_t, fileMode: mode_t, maximumSize: Int) {
        switch self {
        case .crl: ("crl", 0o755, 0o644, CRL.maximumSize)
        case .ocsp: ("ocsp", 0o700, 0o600, OCSPResponse.maximumSize)
        }
    }

    var folder: String { place.folder }
    var maximumSize: Int { place.maximumSize }
    fileprivate var folderMode: mode_t { place.folderMode }
    fileprivate var fileMode: mode_t { place.fileMode }

    fileprivate var text: String {
        switch self {
        case .crl(let address, let issuer): "crl \(address) \(HexDigits.text(of: issuer))"
        case .ocsp(let address, let serialNumber, let issuer):
            "ocsp \(address) \(HexDigits.text(of: serialNumber)) \(HexDigits.text(of: issuer))"
        }
    }
}
