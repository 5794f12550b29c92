internal import CZlib

/// Unpacks what a card has stored compressed, within bounds that the card cannot move.
///
/// Whatever the bytes say, at most `limit` octets (and `maximumRatio` times the input) are ever allocated.
package enum Inflate {
    package enum Format: CaseIterable, Hashable, Sendable {
        /// RFC 1952, as PIV certificates are packed.
        case gzip
        /// RFC 1950, as the Windows card modules pack certificates.
        case zlib

        /// What zlib calls the format: the largest window, and 16 more for a gzip header (zlib.h, inflateInit2).
        fileprivate var windowBits: Int32 {
            switch self {
            case .gzip: 31
            case .zlib: 15
            }
        }
    }

    /// A certificate is mostly key and signature, which do not shrink: more than this is no certificate but a bomb.
    package static let maximumRatio = 32

    /// The one stream at the beginning of `bytes`; what follows it is padding and ignored.
    ///
    /// `nil` for a stream that is damaged or incomplete, or longer than `limit` octets when unpacked.
    package static func inflate(_ bytes: [UInt8], format: Format, limit: Int) -> [UInt8]? {
        guard !bytes.isEmpty, limit > 0, bytes.count <= Int(UInt32.max) / maximumRatio else { return nil }
        let bound = min(limit, bytes.count * maximumRatio)
        guard bound < Int(UInt32.max) else { return nil }
        var stream = unsafe z_stream()
        guard unsafe kv_inflate_init(&stream, format.windowBits) == Z_OK else { return nil }
        defer { unsafe inflateEnd(&stream) }
        // One octet more than allowed, so that a stream that goes on can be told from one that just fits.
        var output = [UInt8](repeating: 0, count: bound + 1)
        let outcome = unsafe bytes.withUnsafeBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { buffer in
                unsafe stream.next_in = input.baseAddress
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = buffer.baseAddress
                unsafe stream.avail_out = UInt32(buffer.count)
                return unsafe CZlib.inflate(&stream, Z_FINISH)
            }
        }
        let written = Int(clamping: unsafe stream.total_out)
        guard outcome == Z_STREAM_END, written <= bound else { return nil }
        return Array(output.prefix(written))
    }
}
