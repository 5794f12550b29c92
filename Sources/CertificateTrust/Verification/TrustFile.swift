internal import COpenSSL
internal import Glibc
internal import SystemPackage
package import X509

/// A file or folder of the administrator that says whom to trust, read under limits.
///
/// Blocking, as reading files is; a pipe in a file's place does not block.
package enum TrustFile {
    /// Why a file or folder says nothing.
    package typealias Problem = TrustStore.Problem

    /// A whole bundle of public authorities has 220,000 bytes.
    static let maximumSize = 1 << 20
    /// As many names in one folder.
    static let maximumFileCount = 1024
    /// As many certificates in one file.
    package static let maximumCertificateCount = 1024

    /// What stands at the path: a folder's file names, or a file's bytes; `nil` when nothing does.
    enum Content {
        case folder([String])
        case file([UInt8])
    }

    static func content(of path: String, owners: Set<UInt32>) throws(Problem) -> Content? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .unreadable(errno: errno)
        }
        var isOpen = true
        defer { if isOpen { close(descriptor) } }
        if try type(of: descriptor, owners: owners) == S_IFDIR {
            guard let directory = unsafe fdopendir(descriptor) else { throw .unreadable(errno: errno) }
            isOpen = false
            defer { unsafe _ = closedir(directory) }
            return .folder(try unsafe names(in: directory))
        }
        return .file(try bytes(of: descriptor))
    }

    /// The certificates of a file, all or none.
    ///
    /// DER when it begins as a SEQUENCE does, else PEM.
    package static func certificates(in bytes: [UInt8]) throws(Problem) -> [Certificate] {
        do throws(CertificateError) {
            if bytes.first == 0x30 { return [try Certificate(der: bytes)] }
        } catch {
            throw Problem(error)
        }
        let certificates = try pemCertificates(in: bytes, limit: maximumCertificateCount)
        guard !certificates.isEmpty else { throw .empty }
        return certificates
    }

    private static func names(in directory: OpaquePointer) throws(Problem) -> [String] {
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(directory) else {
                if errno != 0 { throw .unreadable(errno: errno) }
                return names.sorted()
            }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix(".") else { continue }
            names.append(name)
            guard names.count <= maximumFileCount else { throw .tooMany(limit: maximumFileCount) }
        }
    }

    private static func bytes(of descriptor: Int32) throws(Problem) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = try FileDescriptor(rawValue: descriptor).readAll(limit: maximumSize)
        } catch {
            throw .unreadable(errno: (error as? Errno)?.rawValue ?? EIO)
        }
        guard bytes.count <= maximumSize else { throw .tooLarge(limit: maximumSize) }
        return bytes
    }

    /// Refuses what somebody else could have written.
    private static func type(of descriptor: Int32, owners: Set<UInt32>) throws(Problem) -> mode_t {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .unreadable(errno: errno) }
        let type = status.st_mode & S_IFMT
        guard type == S_IFREG || type == S_IFDIR else { throw .notAFile }
        guard owners.contains(status.st_uid) else { throw .wrongOwner(userID: status.st_uid) }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw .wrongMode(mode: status.st_mode & 0o7777)
        }
        return type
    }
}
