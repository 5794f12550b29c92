import CardCore
import Glibc

/// A byte pattern that is computed and never stored, so that every copy found in memory was left by the tested code.
struct MemoryMarker {
    private static let length = 24

    private func byte(_ index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: (index &* 167 &+ 89) ^ (index << 3))
    }

    func makeSecret() -> SecretBytes {
        SecretBytes(capacity: Self.length) { output in
            for index in 0..<Self.length { output.append(byte(index)) }
        }
    }

    /// How often the pattern occurs in the writable memory of this process, the scan's own buffer excepted.
    func copiesInMemory() -> Int {
        let chunk = 1 << 20
        guard
            let buffer = unsafe mmap(nil, chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            unsafe buffer != MAP_FAILED
        else { return -1 }
        defer { unsafe munmap(buffer, chunk) }
        let bytes = unsafe UnsafeRawBufferPointer(start: buffer, count: chunk)
        let own = Int(bitPattern: buffer)
        let memory = unsafe open("/proc/self/mem", O_RDONLY)
        guard memory >= 0 else { return -1 }
        defer { close(memory) }
        var copies = 0
        for region in writableRegions() {
            var position = region.lowerBound
            while position < region.upperBound {
                let wanted = min(chunk, region.upperBound - position)
                let isOwn = position < own + chunk && own < position + wanted
                let count = isOwn ? 0 : unsafe pread(memory, buffer, wanted, position)
                if count > 0 { copies += unsafe occurrences(in: bytes, count: count) }
                let step = count > Self.length ? count - Self.length + 1 : wanted
                position += isOwn ? wanted : step
                if position + Self.length > region.upperBound { break }
            }
        }
        return copies
    }

    private func occurrences(in bytes: UnsafeRawBufferPointer, count: Int) -> Int {
        guard count >= Self.length, let base = bytes.baseAddress else { return 0 }
        var found = 0
        var offset = 0
        while offset <= count - Self.length,
            let next = unsafe memchr(base + offset, Int32(byte(0)), count - Self.length + 1 - offset)
        {
            offset = unsafe next - UnsafeMutableRawPointer(mutating: base)
            if (0..<Self.length).allSatisfy({ unsafe bytes[offset + $0] == byte($0) }) { found += 1 }
            offset += 1
        }
        return found
    }

    private func writableRegions() -> [Range<Int>] {
        let maps = unsafe open("/proc/self/maps", O_RDONLY)
        guard maps >= 0 else { return [] }
        defer { close(maps) }
        var text: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe part.withUnsafeMutableBytes { unsafe read(maps, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            text += part[..<count]
        }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count >= 2, fields[1].hasPrefix("rw") else { return nil }
            let ends = fields[0].split(separator: "-").compactMap { Int($0, radix: 16) }
            return ends.count == 2 && ends[0] < ends[1] ? ends[0]..<ends[1] : nil
        }
    }
}
