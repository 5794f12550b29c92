internal import Glibc

/// The Unix socket on which the card service listens.
enum ServiceSocket {
    /// Where libpcsclite looks for it: the environment, else where pcsc-lite's packages put it.
    static var path: String {
        if let value = unsafe getenv("PCSCLITE_CSOCK_NAME") { return unsafe String(cString: value) }
        return "/run/pcscd/pcscd.comm"
    }

    /// A new connection that says nothing; `nil` where nobody listens.
    private static func connect() -> Int32? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < room else { return nil }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe Glibc.connect(descriptor, address, length)
            }
        }
        guard result == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Whether the service refuses this user: it does so each time, and one that is just ending only once.
    static func refuses() -> Bool { closesUnheard() && closesUnheard() }

    /// Whether the service takes a connection and closes it before it has heard anything: a refusal.
    ///
    /// pcsc-lite with polkit does so (winscard_svc.c, "Rejected unauthorized PC/SC client"). Waits at most 1
    /// s.
    private static func closesUnheard() -> Bool {
        guard let descriptor = connect() else { return false }
        defer { close(descriptor) }
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&wait, 1, 1_000) == 1 else { return false }
        var byte: UInt8 = 0
        return unsafe recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) <= 0
    }
}
