internal import CardCore
internal import Configuration
internal import Glibc

/// The administrator's files, with the input as the whole of one of them.
enum ConfigurationTarget {
    static func run(_ input: [UInt8], _ broken: inout BrokenRules) {
        guard let folder = Folder() else {
            broken.expect(false, "there is no folder to put configuration files in")
            return
        }
        defer { folder.remove() }
        for name in ["kortvakt.conf", "cards.d/input.conf"] {
            broken.expect(folder.write(input, to: name), "\(name) cannot be written")
        }
        if let settings = try? SiteSettings(etc: folder.path) {
            for language in ["sv", "nb", "nn", "en"] {
                for kind in [nil, "siths"] {
                    guard let advice = settings.advice(kind: kind, language: language) else { continue }
                    broken.expect(advice.text != nil || advice.contact != nil, "advice without any")
                    for text in [advice.text, advice.contact].compactMap(\.self) {
                        broken.expect(
                            text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
                            "advice with control characters"
                        )
                    }
                }
            }
        }
        if let products = try? CardProducts(etc: folder.path, share: nil) {
            broken.expect(products.all.allSatisfy { !$0.name.isEmpty }, "a product without a name")
            _ = products.product(atr: input)
        }
    }

    /// A folder in memory.
    private struct Folder {
        let path: String

        init?() {
            var template = Array("/dev/shm/kortvakt-fuzz.XXXXXX".utf8CString)
            guard unsafe mkdtemp(&template) != nil else { return nil }
            path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard unsafe mkdir("\(path)/cards.d", 0o700) == 0 else { return nil }
        }

        func remove() {
            for name in ["kortvakt.conf", "cards.d/input.conf"] { unsafe _ = unlink("\(path)/\(name)") }
            for name in ["cards.d", ""] { unsafe _ = rmdir("\(path)/\(name)") }
        }

        func write(_ bytes: [UInt8], to name: String) -> Bool {
            let descriptor = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { return false }
            defer { close(descriptor) }
            return unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
                == bytes.count
        }
    }
}
