internal import CLinux
internal import Glibc

/// What the kernel says of Unix sockets.
enum UnixSockets {
    /// The inode numbers of connected sockets with `path`, in the network namespace of process `pid`.
    static func connected(to path: String, namespaceOf pid: Int32) -> Set<UInt32> {
        // Num RefCount Protocol Flags Type St Inode Path (proc_pid_net(5)); St 03 is connected, 02 connecting.
        let lines = ProcessFiles.contents(of: "/proc/\(pid)/net/unix").split(separator: 10)
        var inodes: Set<UInt32> = []
        for line in lines.dropFirst() {
            let fields = line.split(separator: 32, maxSplits: 7, omittingEmptySubsequences: true)
            guard fields.count == 8, fields[5].elementsEqual("03".utf8) else { continue }
            guard fields[7].elementsEqual(path.utf8) else { continue }
            if let inode = UInt32(String(decoding: fields[6], as: UTF8.self)) { inodes.insert(inode) }
        }
        return inodes
    }

    /// Every connected socket of this network namespace with its peer, as inode numbers; `nil` where it is not permitted.
    static func peers() -> [(socket: UInt32, peer: UInt32)]? {
        let type = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let netlink = socket(AF_NETLINK, type, NETLINK_SOCK_DIAG)
        guard netlink >= 0 else { return nil }
        defer { close(netlink) }
        // struct nlmsghdr: length, type, flags, sequence, port. struct unix_diag_req: family, protocol, padding, states,
        // inode, what to show, cookie (linux/netlink.h, linux/unix_diag.h).
        var request: [UInt8] = []
        request.append(UInt32(40))
        request.append(UInt16(SOCK_DIAG_BY_FAMILY))
        request.append(UInt16(NLM_F_REQUEST | NLM_F_DUMP))
        request.append(UInt32(1))
        request.append(UInt32(0))
        request += [UInt8(AF_UNIX), 0, 0, 0]
        request.append(UInt32(1) << 1)  // TCP_ESTABLISHED: connected sockets only
        request.append(UInt32(0))
        request.append(UInt32(UDIAG_SHOW_PEER))
        request += [UInt8](repeating: 0, count: 8)
        guard unsafe send(netlink, request, request.count, 0) == request.count else { return nil }
        var result: [(socket: UInt32, peer: UInt32)] = []
        var buffer = [UInt8](repeating: 0, count: 32_768)
        while true {
            let count = unsafe recv(netlink, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            guard let more = parse(buffer.span.extracting(first: count), into: &result) else { return nil }
            if !more { return result }
        }
    }

    /// Adds the answers in one datagram to `result`; `false` after the last, `nil` for an error.
    static func parse(_ datagram: Span<UInt8>, into result: inout [(socket: UInt32, peer: UInt32)]) -> Bool? {
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
                let inode = datagram.number(at: start + 20)
                var attribute = start + 32
                while start + length - attribute >= 4 {
                    let header = datagram.number(at: attribute)
                    let size = Int(header & 0xFFFF)
                    guard size >= 4, size <= start + length - attribute else { break }
                    if header >> 16 == UInt32(UNIX_DIAG_PEER), size >= 8 {
                        result.append((inode, datagram.number(at: attribute + 4)))
                    }
                    attribute += (size + 3) & ~3
                }
            }
            start += (length + 3) & ~3
        }
        return true
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
