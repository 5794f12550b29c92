internal import Glibc

/// Every sentence that a person reads, in one language.
///
/// The English sentence is the key (gettext's msgid). Placeholders are names in braces, `{tries}`, filled in after the
/// translation was found; what is filled in is made printable, because most of it comes from cards. The sentences
/// themselves are in extensions of this type.
package struct Texts: Sendable {
    package let language: Language
    private let folder: String

    /// Speaks `language`, or what the environment asks for where that is `nil` or no language of ours.
    ///
    /// The first one created settles the process's locale for messages and characters. Create it before other threads
    /// run: it changes the environment. `folder` is where `sv/LC_MESSAGES/kortvakt.mo` is, `nil` for `../share/locale`
    /// beside the executable.
    package init(language: String?, folder: String? = nil) {
        self.language =
            language.flatMap(Language.init(locale:))
            ?? Language { name in unsafe getenv(name).map { unsafe String(cString: $0) } }
        self.folder = folder ?? Self.installedFolder
        Catalog.activate(self.language, folder: self.folder)
    }

    /// The sentence in this language, with its placeholders filled in.
    ///
    /// A placeholder that `arguments` does not name stays as it is.
    package func text(_ message: String, _ arguments: [String: String] = [:]) -> String {
        Self.fill(Catalog.translation(of: message, language: language, folder: folder), arguments)
    }

    /// The sentence for this number, which also fills the placeholder `{count}`.
    package func text(
        _ one: String,
        _ many: String,
        count: Int,
        _ arguments: [String: String] = [:]
    ) -> String {
        let translation = Catalog.translation(
            of: one,
            plural: many,
            count: count.magnitude,
            language: language,
            folder: folder
        )
        return Self.fill(translation, arguments.merging(["count": String(count)]) { given, _ in given })
    }

    /// Replaces each `{name}` once; what is filled in is not looked at again.
    static func fill(_ template: String, _ arguments: [String: String]) -> String {
        var filled = String.UnicodeScalarView()
        var rest = template.unicodeScalars[...]
        while let open = rest.firstIndex(of: "{") {
            filled.append(contentsOf: rest[..<open])
            rest = rest[open...]
            guard let close = rest.firstIndex(of: "}") else { break }
            let name = String(rest[rest.index(after: open)..<close])
            if let argument = arguments[name] {
                filled.append(contentsOf: printable(argument).unicodeScalars)
                rest = rest[rest.index(after: close)...]
            } else {
                filled.append("{")
                rest = rest.dropFirst()
            }
        }
        filled.append(contentsOf: rest)
        return String(filled)
    }

    /// `../share/locale` as seen from the folder of the running executable.
    private static let installedFolder: String = {
        let capacity = Int(PATH_MAX)
        var buffer = [CChar](repeating: 0, count: capacity)
        let count = unsafe readlink("/proc/self/exe", &buffer, capacity)
        let path = String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let slash = path.lastIndex(of: "/") else { return "/usr/share/locale" }
        return "\(path[..<slash])/../share/locale"
    }()
}
