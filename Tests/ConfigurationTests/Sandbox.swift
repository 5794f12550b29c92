import FoundationEssentials
import Glibc

@testable import Configuration

/// A folder of configuration files that goes away with the test.
final class Sandbox: Sendable {
    let path: String
    var etc: String { "\(path)/etc" }
    var share: String { "\(path)/share" }

    init() throws {
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent("kortvakt-\(UUID().uuidString)")
            .path
        for folder in ["etc/kortvakt.conf.d", "etc/cards.d", "share/cards.d"] {
            try FileManager.default.createDirectory(
                atPath: "\(path)/\(folder)",
                withIntermediateDirectories: true
            )
            unsafe chmod("\(path)/\(folder)", 0o755)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ text: String, to name: String, mode: mode_t = 0o644) throws -> String {
        try write(Array(text.utf8), to: name, mode: mode)
    }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String, mode: mode_t = 0o644) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
        unsafe chmod("\(path)/\(name)", mode)
        return "\(path)/\(name)"
    }

    func load() throws(ConfigurationError) -> Configuration {
        try Configuration.load(etc: etc, share: share)
    }

    /// The error that loading ends with.
    func refusal() -> ConfigurationError? {
        do {
            _ = try load()
            return nil
        } catch {
            return error
        }
    }
}
