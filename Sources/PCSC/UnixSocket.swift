internal import CLinux
internal import Glibc

/// A connected Unix socket of this network namespace, as the kernel tells of it.
struct UnixSocket: Equatable {
    /// Its inode number, by which `/proc/PID/fd` names it.
    var inode: UInt32
    /// The inode number of the other end.
    var peer: UInt32 = 0
    /// Its path; empty for the end that connected.
    ///
    /// The end that was connected to carries the listener's.
    var path: [UInt8] = []

    /// Every connected socket; `nil` where it is not permitted to ask (sock_diag(7)).
    static func all() -> [UnixSocket]? {
        let type = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let netlink = socket(AF_NETLINK, type, NETLINK_SOCK_DIAG)
        guard netlink >= 0 else { return nil }
        defer { close(netlink) }
        // struct nlmsghdr: length, type, flags, sequence, port. struct unix_diag_req: family, protocol,
        // padding, states, inode, what to show, cookie (linux/netlink.h, linux/unix_diag.h).
        var request: [UInt8] = []
        request.append(UInt32(40))
        request.append(UInt16(SOCK_DIAG_BY_FAMILY))
        request.append(UInt16(NLM_F_REQUEST | NLM_F_DUMP))
        request.append(UInt32(1))
        request.append(UInt32(0))
        request += [UInt8(AF_UNIX), 0, 0, 0]
        request.append(UInt32(1) << 1)  // TCP_ESTABLISHED: connected sockets only
        request.append(UInt32(0))
        request.append(UInt32(UDIAG_SHOW_NAME | UDIAG_SHOW_PEER))
        request += [UInt8](repeating: 0, count: 8)
        guard unsafe send(netlink, request, request.count, 0) == request.count else { return nil }
        var result: [UnixSocket] = []
        var buffer = [UInt8](repeating: 0, count: 32_768)
        while true {
            let count = unsafe recv(netlink, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            guard let more = parse(buffer.span.extracting(first: count), into: &result) else { return nil }
            if !more { return result }
        }
    }

    /// Adds the answers in one datagram to `result`; `false` after the last, `nil` for an error.
    static func parse(_ datagram: Span<UInt8>, into result: inout [UnixSocket]) -> Bool? {
        var start = 0
        while datagram.count - start >= 16 {
            let length = Int(datagram.number(at: start))
            guard length >= 16, length <= datagram.count - start else { return nil }
            switch Int32(datagram.number(at: start + 4) & 0xFFFF) {
            case NLMSG_DONE: return false
            case NLMSG_ERROR: return nil
            default:
                // struct unix_diag_msg: family, type, state, padding, inode, cookie; then attributes.
                guard length >= 32 else { break }
                var socket = UnixSocket(inode: datagram.number(at: start + 20))
                socket.readAttributes(datagram, in: (start + 32)..<(start + length))
                result.append(socket)
            }
            // The last message of a datagram needs no padding.
            start += min((length + 3) & ~3, datagram.count - start)
        }
        return true
    }

    private mutating func readAttributes(_ datagram: Span<UInt8>, in range: Range<Int>) {
        var attribute = range.lowerBound
        while range.upperBound - attribute >= 4 {
            let header = datagram.number(at: attribute)
            let size = Int(header & 0xFFFF)
            guard size >= 4, size <= range.upperBound - attribute else { return }
            switch Int(header >> 16) {
            case Int(UNIX_DIAG_PEER) where size >= 8: peer = datagram.number(at: attribute + 4)
            case Int(UNIX_DIAG_NAME):
                path = ((attribute + 4)..<(attribute + size)).map { datagram[$0] }.prefix { $0 != 0 } + []
            default: break
            }
            attribute += min((size + 3) & ~3, range.upperBound - attribute)
        }
    }
}

extension Array<UInt8> {
    /// Appends the bytes of `number` as the machine orders them.
    fileprivate mutating func append<N: FixedWidthInteger>(_ number: N) {
        for shift in 0..<(N.bitWidth / 8) {
            append(UInt8(truncatingIfNeeded: number.littleEndian >> (shift * 8)))
        }
    }
}

extension Span<UInt8> {
    /// Four bytes as the machine orders them; the caller has checked that they are there.
    fileprivate func number(at index: Int) -> UInt32 {
        let little = (0..<4).reduce(UInt32(0)) { $0 | UInt32(self[index + $1]) << ($1 * 8) }
        return UInt32(littleEndian: little)
    }
}
