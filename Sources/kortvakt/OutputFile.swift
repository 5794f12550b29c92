internal import Glibc

/// Writing a file that somebody named: all of it, or nothing.
enum OutputFile {
    /// Writes `bytes` to a file of this name; answers an `errno` where that fails.
    ///
    /// Without `replacing`, a file or link that is there already is left alone (`EEXIST`); with it the new file takes its
    /// place at once, and a link is replaced and not followed.
    static func write(_ bytes: [UInt8], to path: String, replacing: Bool) -> Int32? {
        var old = stat()
        let isThere = unsafe lstat(path, &old) == 0
        if replacing, isThere, ![S_IFREG, S_IFLNK].contains(old.st_mode & S_IFMT) {
            // A device or pipe is not to become a file.
            return old.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL
        }
        let target = replacing ? "\(path).\(getpid()).new" : path
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = unsafe open(target, flags, 0o666)
        guard descriptor >= 0 else { return errno }
        var failure = write(bytes, to: descriptor)
        // Whoever may read the old one, and nobody else, may read the new one.
        if failure == nil, replacing, isThere, old.st_mode & S_IFMT == S_IFREG,
            fchmod(descriptor, old.st_mode & 0o777) != 0
        {
            failure = errno
        }
        if failure == nil && fsync(descriptor) != 0 { failure = errno }
        if close(descriptor) != 0 && failure == nil { failure = errno }
        if failure == nil, replacing, unsafe rename(target, path) != 0 { failure = errno }
        if failure != nil { unsafe unlink(target) }
        return failure
    }

    /// Answers an `errno` when not all of it could be written.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : EIO }
            rest = rest.dropFirst(count)
        }
        return nil
    }

    static func reason(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
}
