internal import Glibc

/// Whole files, read and replaced at once; at most 16 MiB.
enum WholeFile {
    static let limit = 16 << 20

    static func read(_ path: String) throws(CardFileError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? .missing(path: path) : .unreadable(path: path, reason: lastError())
        }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path: path, reason: lastError()) }
            guard count > 0 else { return content }
            guard content.count + count <= limit else { throw .damaged(path: path, reason: "too long") }
            content += buffer[..<count]
        }
    }

    /// Writes `bytes` to a new file beside `path`, which then takes its place, so that a reader sees the old or the new one.
    static func replace(_ path: String, with bytes: [UInt8]) throws(CardFileError) {
        let temporary = path + ".new.\(getpid())"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .notWritable(path: path, reason: lastError()) }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe write(descriptor, $0.baseAddress.map { unsafe $0 + written }, $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            written += count
        }
        let complete = written == bytes.count && fsync(descriptor) == 0
        let reason = complete ? "" : lastError()
        guard close(descriptor) == 0, complete else {
            unsafe unlink(temporary)
            throw .notWritable(path: path, reason: reason)
        }
        guard unsafe rename(temporary, path) == 0 else {
            let reason = lastError()
            unsafe unlink(temporary)
            throw .notWritable(path: path, reason: reason)
        }
    }

    private static func lastError() -> String { unsafe String(cString: strerror(errno)) }
}
