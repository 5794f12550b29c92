internal import FuzzTargets
internal import Glibc

/// Leads the whole of CertificateTrust over everything that is kept for it, for the sake of whoever watches the memory.
///
///     Replay CORPUS SCRATCH [PROXY]
///
/// CORPUS is `Fixtures/fuzz-corpus`, SCRATCH an empty folder, PROXY the `HOST:PORT` of `server.py`. Ends with 1 when a rule is
/// broken.
@main
enum Replay {
    /// The targets that reach OpenSSL.
    private static let targets: [FuzzTarget] = [.x509, .crl, .ocsp, .signature]

    static func main() {
        let arguments = CommandLine.arguments
        guard (3...4).contains(arguments.count) else {
            print("usage: Replay CORPUS SCRATCH [PROXY]")
            exit(2)
        }
        var broken: [String] = []
        for target in targets {
            let inputs = files(in: "\(arguments[1])/\(target.rawValue)")
            let seeds = Seeds.certificates.filter { $0.target == target }
            for (name, bytes) in inputs + seeds.map({ ($0.name, $0.bytes) }) {
                broken += target.run(bytes).map { "\(target.rawValue)/\(name): \($0)" }
            }
            print("\(target.rawValue): \(inputs.count) kept inputs, \(seeds.count) fixtures")
            if inputs.isEmpty { broken.append("no inputs for \(target.rawValue)") }
        }
        let tour = CertificateTour(scratch: arguments[2], proxy: arguments.count > 3 ? arguments[3] : nil)
        broken += tour.run()
        for rule in broken { print("BROKEN RULE: \(rule)") }
        exit(broken.isEmpty ? 0 : 1)
    }

    private static func files(in folder: String) -> [(name: String, bytes: [UInt8])] {
        guard let directory = unsafe opendir(folder) else { return [] }
        defer { unsafe _ = closedir(directory) }
        var files: [(name: String, bytes: [UInt8])] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix("."), let bytes = read("\(folder)/\(name)") else { continue }
            files.append((name, bytes))
        }
        return files.sorted { $0.name < $1.name }
    }

    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        }
        return count < 0 ? nil : Array(bytes.prefix(count))
    }
}
