internal import CLinux
internal import Glibc

/// Bytes of a PIN, PUK or resetting code: locked pages of their own, wiped on release, never copied.
///
/// Being noncopyable it cannot be interpolated, dumped, mirrored or put in an `Array`. The pages are left out of core
/// dumps (`MADV_DONTDUMP`) and come back empty in a child process (`MADV_WIPEONFORK`); whole pages are used because
/// `munlock` works on pages and would unlock a neighbour's secret. Where `mlock` is not permitted the bytes are
/// still wiped. Creating one is a few system calls; it never blocks.
@safe package struct SecretBytes: ~Copyable, @unchecked Sendable {
    private let storage: UnsafeMutableRawBufferPointer
    /// How many bytes are in it.
    package let count: Int

    /// The largest secret: twice the longest reference data that a short command carries (ISO/IEC 7816-4, 5.1).
    package static let maximumCapacity = 512

    /// Fills a buffer of `capacity` bytes (limited to 1...512) through `body`; what `body` appended is the secret.
    package init<E: Error>(
        capacity: Int,
        initializingWith body: (inout OutputSpan<UInt8>) throws(E) -> Void
    ) throws(E) {
        let wanted = min(max(capacity, 1), Self.maximumCapacity)
        let page = max(Int(getpagesize()), Self.maximumCapacity)
        let mapped = unsafe mmap(nil, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        // Without a page there is nowhere safe to put a secret: an empty buffer makes every later length check refuse.
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
            unsafe storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
            count = 0
            return
        }
        unsafe _ = mlock(mapped, page)
        unsafe _ = madvise(mapped, page, kv_madv_dontdump)
        unsafe _ = madvise(mapped, page, kv_madv_wipeonfork)
        let buffer = unsafe UnsafeMutableRawBufferPointer(start: mapped, count: page)
        do throws(E) {
            var written = 0
            let bytes = unsafe UnsafeMutableBufferPointer(
                start: mapped.bindMemory(to: UInt8.self, capacity: wanted),
                count: wanted
            )
            var output = unsafe OutputSpan(buffer: bytes, initializedCount: 0)
            try body(&output)
            written = unsafe output.finalize(for: bytes)
            unsafe storage = buffer
            count = written
        } catch {
            unsafe Self.release(buffer)
            throw error
        }
    }

    /// Lends the bytes to `body`.
    package borrowing func withBytes<R: ~Copyable, E: Error>(
        _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        let bytes = unsafe UnsafeRawBufferPointer(start: storage.baseAddress, count: count)
        return try unsafe body(Span(_unsafeBytes: bytes))
    }

    /// Whether both hold the same bytes; takes as long for different ones as for equal ones.
    package borrowing func isEqual(to other: borrowing SecretBytes) -> Bool {
        guard count == other.count else { return false }
        return withBytes { mine in
            other.withBytes { theirs in
                var difference: UInt8 = 0
                for index in mine.indices { difference |= mine[index] ^ theirs[index] }
                return difference == 0
            }
        }
    }

    private static func release(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let base = buffer.baseAddress else { return }
        unsafe explicit_bzero(base, buffer.count)
        unsafe _ = munlock(base, buffer.count)
        unsafe _ = munmap(base, buffer.count)
    }

    deinit {
        unsafe Self.release(storage)
    }
}

extension SecretBytes {
    /// The octets that these characters spell in hexadecimal, spaces and hyphens left out.
    ///
    /// `nil` unless they are exactly `count`.
    package borrowing func decodingHexadecimal(count: Int) -> SecretBytes? {
        var digits = 0
        var isHexadecimal = true
        let decoded = SecretBytes(capacity: count) { output in
            withBytes { bytes in
                var upper: UInt8 = 0
                for index in bytes.indices where bytes[index] != 0x20 && bytes[index] != 0x2D {
                    guard let digit = Hex.digit(bytes[index]) else {
                        isHexadecimal = false
                        return
                    }
                    if digits.isMultiple(of: 2) {
                        upper = digit << 4
                    } else if output.freeCapacity > 0 {
                        output.append(upper | digit)
                    }
                    digits += 1
                }
            }
        }
        guard isHexadecimal, digits == count * 2, decoded.count == count else { return nil }
        return decoded
    }
}

extension OutputSpan where Element == UInt8 {
    /// Appends what fits of `bytes`.
    package mutating func append(contentsOf bytes: Span<UInt8>) {
        for index in bytes.indices where freeCapacity > 0 { append(bytes[index]) }
    }
}
