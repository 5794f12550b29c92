internal import CLinux
internal import Glibc

/// The machine code of the program and its libraries, as far as it is mapped.
///
/// Starting and looking at a card run through most of it once, in pieces of 64 KiB (`fault_around_bytes`), and afterwards a
/// daemon that waits needs next to nothing of it. The kernel leaves it mapped, 10 MB of resident memory, until memory is short.
enum ProgramText {
    /// Unmaps what is not needed now; whatever is needed again is mapped again from the kernel's cache.
    ///
    /// Only pages that nobody can have written to: executable, private and from a file (madvise(2), MADV_DONTNEED).
    static func giveBack() {
        let descriptor = unsafe open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while bytes.count < 1 << 20 {
            let count = unsafe chunk.withUnsafeMutableBytes {
                unsafe read(descriptor, $0.baseAddress, $0.count)
            }
            guard count > 0 else { break }
            bytes += chunk.prefix(count)
        }
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
            guard fields.count == 6, fields[1].elementsEqual("r-xp".utf8),
                fields[5].contains(UInt8(ascii: "/")),
                let range = range(fields[0])
            else { continue }
            unsafe _ = madvise(
                UnsafeMutableRawPointer(bitPattern: range.lowerBound),
                range.count,
                MADV_DONTNEED
            )
        }
    }

    private static func range(_ field: ArraySlice<UInt8>) -> Range<UInt>? {
        let ends = String(decoding: field, as: UTF8.self).split(separator: "-").map { UInt($0, radix: 16) }
        guard ends.count == 2, let start = ends[0], let end = ends[1], start < end else { return nil }
        return start..<end
    }
}
