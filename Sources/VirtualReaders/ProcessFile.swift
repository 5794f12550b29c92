internal import Glibc

/// Files whose size is not known beforehand, such as those of `/proc`.
enum ProcessFile {
    /// The bytes of a file, at most 1 MB of it; empty where it cannot be read.
    static func contents(of path: String) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < 1 << 20 {
            let count = unsafe read(file, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return bytes
    }

    /// The same as text.
    static func text(of path: String) -> String { String(decoding: contents(of: path), as: UTF8.self) }
}
