internal import Glibc
internal import Subprocess

extension PrivateCardService {
    /// Whether this user may make the namespaces; some systems forbid it.
    static func mayUnshare() async -> Bool {
        let trial = ServiceScript.trial
        let outcome = try? await Subprocess.run(
            .name(trial[0]),
            arguments: Arguments(Array(trial.dropFirst())),
            output: .discarded
        )
        return outcome?.terminationStatus.isSuccess ?? false
    }

    /// A new directory with the service's configuration: readers on `firstPort`, `firstPort + 2` and so on.
    static func makeDirectory(driver: String, name: String, entries: Int, firstPort: Int) throws -> String {
        let code = ProcessFile.contents(of: driver)
        guard !code.isEmpty else { throw PrivateServiceError.noDriver(driver) }
        let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array((parent + "/kortvakt-XXXXXX").utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw PrivateServiceError.noDirectory(errno: errno) }
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard unsafe mkdir(directory + "/readers", 0o700) == 0 else {
            throw PrivateServiceError.noDirectory(errno: errno)
        }
        var text = ""
        for entry in 0..<entries {
            // A driver keeps its slots in static memory, so each entry needs a library of its own. In the
            // directory, because pcscd's configuration has no way to write a path with a space in it.
            let library = directory + "/driver\(entry).so"
            guard write(code, to: library) else { throw PrivateServiceError.noDirectory(errno: errno) }
            let port = "0x" + String(firstPort + 2 * entry, radix: 16)
            text += """
                FRIENDLYNAME "\(readerName(name, entry: entry, of: entries))"
                DEVICENAME /dev/null:\(port)
                LIBPATH \(library)
                CHANNELID \(port)

                """
        }
        guard write(Array(text.utf8), to: directory + "/readers/vpcd") else {
            throw PrivateServiceError.noDirectory(errno: errno)
        }
        return directory
    }

    /// What the configuration calls an entry; readers with the same name could not be told apart.
    static func readerName(_ name: String, entry: Int, of entries: Int) -> String {
        let label = name.filter { $0 != "\"" && !$0.isNewline }
        return entries == 1 ? label : "\(label) \(entry + 1)"
    }

    private static func write(_ bytes: [UInt8], to path: String) -> Bool {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        return unsafe Glibc.write(file, bytes, bytes.count) == bytes.count
    }

    /// The first of `count` TCP ports in a row that nobody listens on.
    static func freePorts(count: Int) throws -> Int {
        for _ in 0..<100 {
            let first = Int.random(in: 20_000..<30_000) & ~1
            if (first..<(first + count)).allSatisfy(isFree(port:)) { return first }
        }
        throw PrivateServiceError.noPorts
    }

    private static func isFree(port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port).bigEndian)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
