internal import Glibc
internal import SystemPackage
internal import X509

/// A file of the cache that nobody else can have written, and that is not empty; not read yet.
struct CacheFile {
    /// What changes whenever somebody writes to a file or puts another in its place.
    struct Identity: Hashable, Sendable {
        let device: UInt64
        let number: UInt64
        let size: Int
        let modified: Time
        /// Nobody can set this one.
        let changed: Time
    }

    struct Time: Hashable, Sendable {
        let seconds: Int
        let nanoseconds: Int

        init(_ time: timespec) { (seconds, nanoseconds) = (time.tv_sec, time.tv_nsec) }
    }

    let path: String
    let maximumSize: Int
    let identity: Identity

    /// When it was written, which cannot be after now.
    var fetched: Instant { min(Instant(seconds: Int64(identity.modified.seconds)), .now) }

    /// `nil` for files that others can write to, of somebody else than root and the user who runs this, or larger.
    init?(_ path: String, maximumSize: Int) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        self.init(path, maximumSize: maximumSize, status)
    }

    private init?(_ path: String, maximumSize: Int, _ status: stat) {
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == 0 || status.st_uid == geteuid(),
            status.st_mode & (S_IWGRP | S_IWOTH) == 0, (1...maximumSize).contains(Int(status.st_size))
        else { return nil }
        (self.path, self.maximumSize) = (path, maximumSize)
        identity = Identity(
            device: UInt64(status.st_dev),
            number: UInt64(status.st_ino),
            size: Int(status.st_size),
            modified: Time(status.st_mtim),
            changed: Time(status.st_ctim)
        )
    }

    /// The whole file, and what it is now, for it may have been replaced; `nil` when it cannot be read.
    func read() -> (file: CacheFile, bytes: [UInt8])? {
        let options: FileDescriptor.OpenOptions = [.closeOnExec, .nonBlocking, .noFollow]
        guard let descriptor = try? FileDescriptor.open(FilePath(path), .readOnly, options: options) else {
            return nil
        }
        defer { try? descriptor.close() }
        var status = stat()
        guard unsafe fstat(descriptor.rawValue, &status) == 0,
            let file = CacheFile(path, maximumSize: maximumSize, status),
            let bytes = try? descriptor.readAll(limit: file.identity.size), bytes.count == file.identity.size
        else { return nil }
        return (file, bytes)
    }
}

extension FileDescriptor {
    /// What can be read from here on, up to `limit` bytes and one more.
    func readAll(limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(limit, 1 << 20) + 1)
        while bytes.count <= limit {
            let rest = limit + 1 - bytes.count
            let chunk = try unsafe [UInt8](unsafeUninitializedCapacity: min(rest, 1 << 16)) { buffer, count in
                count = try unsafe read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            if chunk.isEmpty { break }
            bytes += chunk
        }
        return bytes
    }
}
