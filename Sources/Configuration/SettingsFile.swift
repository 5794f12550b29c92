internal import Glibc

/// A file of the administrator or of the installation, read under limits.
///
/// Blocking, as reading files is; a pipe in a file's place does not block.
enum SettingsFile {
    /// Far beyond what anybody writes by hand.
    static let maximumSize = 1 << 20
    /// As many files in one folder.
    static let maximumFileCount = 256
    /// What is said of a file that must be there and is not.
    static let noSuchFile = ENOENT

    /// The text of the file at `path`, `nil` when there is none.
    static func text(of path: String, owners: Set<UInt32>) throws(ConfigurationError) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw ConfigurationError(file: path, reason: .unreadable(errno: errno))
        }
        defer { close(descriptor) }
        try check(descriptor, path: path, type: S_IFREG, owners: owners)

        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe read(descriptor, buffer.baseAddress, buffer.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw ConfigurationError(file: path, reason: .unreadable(errno: errno)) }
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk.prefix(count))
            guard bytes.count <= maximumSize else {
                throw ConfigurationError(file: path, reason: .tooLarge(limit: maximumSize))
            }
        }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(file: path, reason: .notText)
        }
        return text
    }

    /// The paths of the `.conf` files in a folder, sorted by name; none where there is no such folder.
    static func paths(in folder: String, owners: Set<UInt32>) throws(ConfigurationError) -> [String] {
        guard let directory = unsafe opendir(folder) else {
            if errno == ENOENT { return [] }
            throw ConfigurationError(
                file: folder,
                reason: errno == ENOTDIR ? .notAFile : .unreadable(errno: errno)
            )
        }
        defer { unsafe _ = closedir(directory) }
        try unsafe check(dirfd(directory), path: folder, type: S_IFDIR, owners: owners)

        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(directory) else {
                if errno != 0 { throw ConfigurationError(file: folder, reason: .unreadable(errno: errno)) }
                break
            }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(".conf"), !name.hasPrefix(".") else { continue }
            names.append(name)
            guard names.count <= maximumFileCount else {
                throw ConfigurationError(file: folder, reason: .tooManyFiles(limit: maximumFileCount))
            }
        }
        return names.sorted().map { "\(folder)/\($0)" }
    }

    /// Refuses what somebody else could have written.
    private static func check(
        _ descriptor: Int32,
        path: String,
        type: mode_t,
        owners: Set<UInt32>
    ) throws(ConfigurationError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw ConfigurationError(file: path, reason: .unreadable(errno: errno))
        }
        guard status.st_mode & S_IFMT == type else { throw ConfigurationError(file: path, reason: .notAFile) }
        guard owners.contains(status.st_uid) else {
            throw ConfigurationError(file: path, reason: .wrongOwner(userID: status.st_uid))
        }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw ConfigurationError(file: path, reason: .wrongMode(mode: status.st_mode & 0o7777))
        }
    }
}
