internal import Glibc

/// What `/proc` tells of processes, as far as this user may look.
enum ProcessFiles {
    /// The whole of a file whose size is not known beforehand; empty where it cannot be read, at most 16 MB.
    static func contents(of path: String) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < 1 << 24 {
            let count = unsafe read(file, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return bytes
    }

    /// The name of a process, `?` where it has gone.
    static func name(of pid: Int32) -> String {
        let name = contents(of: "/proc/\(pid)/comm").prefix { $0 != 10 }
        return name.isEmpty ? "?" : String(decoding: name, as: UTF8.self)
    }

    /// Which processes have the sockets with these inode numbers open; those nobody can be found for are
    /// missing.
    static func owners(ofSockets inodes: Set<UInt32>) -> [UInt32: [Int32]] {
        var owners: [UInt32: [Int32]] = [:]
        for pid in entries(of: "/proc").compactMap({ Int32($0) }) {
            for file in entries(of: "/proc/\(pid)/fd") {
                guard let inode = socketInode("/proc/\(pid)/fd/\(file)"), inodes.contains(inode) else {
                    continue
                }
                owners[inode, default: []].append(pid)
            }
        }
        return owners
    }

    private static func socketInode(_ path: String) -> UInt32? {
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return 0 }
            return unsafe readlink(path, start, bytes.count)
        }
        guard count > 0 else { return nil }
        let text = String(decoding: buffer.prefix(count), as: UTF8.self)
        guard text.hasPrefix("socket:["), text.hasSuffix("]") else { return nil }
        return UInt32(text.dropFirst(8).dropLast())
    }

    private static func entries(of path: String) -> [String] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                let capacity = MemoryLayout.size(ofValue: unsafe pointer.pointee)
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: capacity) { name in
                    unsafe names.append(String(cString: name))
                }
            }
        }
        return names
    }
}
