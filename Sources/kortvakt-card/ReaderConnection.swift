internal import ArgumentParser
internal import CLinux
internal import Glibc

/// `HOST:PORT`; an IPv6 address stands in brackets.
struct ReaderAddress: ExpressibleByArgument {
    let host: String
    let port: String

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":") else { return nil }
        var host = String(argument[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let port = String(argument[argument.index(after: colon)...])
        guard !host.isEmpty, let number = UInt16(port), number > 0 else { return nil }
        (self.host, self.port) = (host, port)
    }
}

enum ConnectionError: Error {
    case unknownHost(String)
    case refused(ReaderAddress, reason: String)

    var sentence: String {
        switch self {
        case .unknownHost(let host): "The host \(host) is not known."
        case .refused(let address, let reason):
            "No virtual reader answers at \(address.host):\(address.port) (\(reason)). Is pcscd with vpcd running?"
        }
    }
}

/// The TCP connection to vpcd: messages of a two-byte big-endian length and that many bytes.
final class ReaderConnection {
    let descriptor: Int32
    private var input: [UInt8] = []

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Connects, trying again for ten seconds while the reader's service starts; `nil` when a signal came first.
    static func open(
        to address: ReaderAddress,
        unless signals: TerminationSignals
    ) throws(ConnectionError)
        -> ReaderConnection?
    {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(address.host, address.port, &hints, &found) == 0, let first = unsafe found
        else {
            throw .unknownHost(address.host)
        }
        defer { unsafe freeaddrinfo(first) }
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            var reason = ""
            var next: UnsafeMutablePointer<addrinfo>? = unsafe first
            while let candidate = unsafe next {
                let entry = unsafe candidate.pointee
                let descriptor = unsafe socket(
                    entry.ai_family,
                    entry.ai_socktype | Int32(SOCK_CLOEXEC.rawValue),
                    entry.ai_protocol
                )
                if descriptor >= 0 {
                    if unsafe Glibc.connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0 {
                        let connection = ReaderConnection(descriptor: descriptor)
                        connection.set(TCP_NODELAY)
                        return connection
                    }
                    reason = unsafe String(cString: strerror(errno))
                    close(descriptor)
                }
                unsafe next = entry.ai_next
            }
            guard ContinuousClock.now < deadline else { throw .refused(address, reason: reason) }
            if signals.arrived(within: 50) { return nil }
        }
    }

    /// The next message; `nil` when the reader closed the connection or a signal came.
    func receive(until signals: TerminationSignals) -> [UInt8]? {
        while true {
            if input.count >= 2 {
                let length = Int(input[0]) << 8 | Int(input[1])
                if input.count >= 2 + length {
                    let message = Array(input[2..<2 + length])
                    input.removeFirst(2 + length)
                    return message
                }
            }
            var polled = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let ready = unsafe poll(&polled, 2, -1)
            if ready < 0, errno == EINTR { continue }
            guard ready > 0, polled[1].revents == 0 else { return nil }
            var buffer = [UInt8](repeating: 0, count: 65_538)
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
            }
            guard count > 0 else { return nil }
            // The reader sends length and payload apart; a delayed acknowledgement between them costs 40 ms.
            set(TCP_QUICKACK)
            input += buffer[..<count]
        }
    }

    /// Sends one message; `false` when the reader has gone.
    func send(_ payload: [UInt8]) -> Bool {
        let message =
            [UInt8(truncatingIfNeeded: payload.count >> 8), UInt8(truncatingIfNeeded: payload.count)]
            + payload
        var sent = 0
        while sent < message.count {
            let count = unsafe message.withUnsafeBytes {
                unsafe Glibc.send(
                    descriptor,
                    $0.baseAddress.map { unsafe $0 + sent },
                    $0.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private func set(_ option: Int32) {
        var one: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), option, &one, socklen_t(MemoryLayout<Int32>.size))
    }
}
