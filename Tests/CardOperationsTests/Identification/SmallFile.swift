import FoundationEssentials
import Glibc

/// Files for the time of a test.
enum SmallFile {
    static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

    static func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        unsafe chmod(path, 0o644)
    }

    /// Lends a folder with another, `cards.d`, in it.
    static func withFolder<R>(_ body: (String) throws -> R) throws -> R {
        let folder = FileManager.default.temporaryDirectory.appending(path: "kortvakt-\(UUID().uuidString)")
        let inner = folder.appending(path: "cards.d")
        try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for path in [folder.path, inner.path] { unsafe chmod(path, 0o755) }
        return try body(folder.path)
    }

    /// Lends a file with this text.
    static func with<R>(_ text: String, _ body: (String) throws -> R) throws -> R {
        try withFolder { folder in
            try write(text, to: "\(folder)/file")
            return try body("\(folder)/file")
        }
    }
}
