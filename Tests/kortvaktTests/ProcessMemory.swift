import Glibc

/// The memory of another process.
final class ProcessMemory {
    struct Place {
        /// Size of the mapping in octets.
        let size: Int
        /// proc_pid_smaps(5), VmFlags.
        let flags: Set<String>
    }

    private struct Mapping {
        let range: Range<Int>
        var flags: Set<String> = []
    }

    private let memory: Int32
    private let mappings: [Mapping]

    init(pid: Int32) throws {
        memory = unsafe open("/proc/\(pid)/mem", O_RDONLY | O_CLOEXEC)
        guard memory >= 0 else { throw BenchError(said: "no /proc/\(pid)/mem") }
        let text = try Self.text(of: "/proc/\(pid)/smaps")
        var found: [Mapping] = []
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            if line.hasPrefix("VmFlags:") {
                found[found.count - 1].flags = Set(fields.dropFirst().map(String.init))
            } else if fields.count >= 5, let dash = fields[0].firstIndex(of: "-"),
                let low = Int(fields[0][..<dash], radix: 16),
                let high = Int(fields[0][fields[0].index(after: dash)...], radix: 16), low < high
            {
                found.append(Mapping(range: low..<high))
            } else if fields.count >= 5, fields[0].contains("-") {
                // The page of vsyscall, beyond the numbers of this program.
                break
            }
        }
        // What is not writable holds what its file holds.
        mappings = found.filter { $0.flags.isSuperset(of: ["rd", "wr"]) }
        guard !mappings.isEmpty else {
            throw BenchError(said: "no smaps")
        }
    }

    deinit { close(memory) }

    /// A file of `/proc`, whose length nobody knows beforehand.
    static func text(of path: String) throws -> String {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw BenchError(said: "no \(path)") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(file, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }

    /// Every place where these octets stand.
    func places(of pattern: [UInt8]) -> [Place] {
        mappings.flatMap { mapping in
            Array(
                repeating: Place(size: mapping.range.count, flags: mapping.flags),
                count: occurrences(of: pattern, in: mapping.range)
            )
        }
    }

    private func occurrences(of pattern: [UInt8], in range: Range<Int>) -> Int {
        var count = 0
        var position = range.lowerBound
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while position < range.upperBound {
            let wanted = min(buffer.count, range.upperBound - position)
            let got = unsafe pread(memory, &buffer, wanted, position)
            guard got > 0 else { return count }
            // The library's search, because this one is not optimised in a debug build.
            count += unsafe buffer.withUnsafeBytes { bytes in
                guard let base = bytes.baseAddress else { return 0 }
                var found = 0
                var start = 0
                while start + pattern.count <= got,
                    let first = unsafe memchr(
                        base + start,
                        Int32(pattern[0]),
                        got - start - pattern.count + 1
                    )
                {
                    if unsafe memcmp(first, pattern, pattern.count) == 0 { found += 1 }
                    start = unsafe UnsafeRawPointer(first) - base + 1
                }
                return found
            }
            guard got == buffer.count else { return count }
            position += got - pattern.count + 1
        }
        return count
    }
}
