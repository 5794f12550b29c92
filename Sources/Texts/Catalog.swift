internal import CLinux
internal import Glibc
internal import Synchronization

/// gettext, whose language belongs to the process: switched under a lock when another `Texts` speaks.
enum Catalog {
    private struct Active: Equatable {
        let language: Language
        let folder: String
    }

    private static let domain = "kortvakt"
    private static let active = Mutex<Active?>(nil)

    /// Makes `language` the process's language for messages.
    static func activate(_ language: Language, folder: String) {
        active.withLock { Self.activate(Active(language: language, folder: folder), in: &$0) }
    }

    /// The translation of a sentence; the sentence itself where there is none.
    static func translation(of message: String, language: Language, folder: String) -> String {
        // The empty msgid is the catalogue's header.
        guard !message.isEmpty else { return "" }
        return active.withLock { current in
            activate(Active(language: language, folder: folder), in: &current)
            // gettext may return the pointer it was given: read it while that lives.
            return unsafe message.withCString { message in
                unsafe dgettext(domain, message).map { unsafe String(cString: $0) } ?? ""
            }
        }
    }

    /// The translation for this number; one of the two sentences where there is none.
    static func translation(
        of one: String,
        plural many: String,
        count: UInt,
        language: Language,
        folder: String
    ) -> String {
        active.withLock { current in
            activate(Active(language: language, folder: folder), in: &current)
            return unsafe one.withCString { one in
                unsafe many.withCString { many in
                    unsafe dngettext(domain, one, many, count).map { unsafe String(cString: $0) } ?? ""
                }
            }
        }
    }

    private static func activate(_ wanted: Active, in current: inout Active?) {
        guard current != wanted else { return }
        if current == nil {
            settle(LC_CTYPE)
            settle(LC_MESSAGES)
        }
        // gettext prefers LANGUAGE to the locale, whose existence thereby does not matter, unless that is C.
        unsafe setenv("LANGUAGE", wanted.language.rawValue, 1)
        unsafe _ = bindtextdomain(domain, wanted.folder)
        unsafe _ = bind_textdomain_codeset(domain, "UTF-8")
        // Makes gettext forget which catalogue it found for the language before.
        unsafe _ = textdomain(domain)
        current = wanted
    }

    /// The environment's locale for this category, C.UTF-8 where that does not exist or is C.
    private static func settle(_ category: Int32) {
        if let name = unsafe setlocale(category, "") {
            let name = unsafe String(cString: name)
            if name != "C" && name != "POSIX" { return }
        }
        unsafe _ = setlocale(category, "C.UTF-8")
    }
}
