import FoundationEssentials
import Glibc
import Testing

@testable import Texts

/// The translations as they are in the tree, compiled for these tests.
enum Catalogues {
    static let tree = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()

    /// Goes away with the process that makes the files.
    private static let folder: String = {
        let folder = FileManager.default.temporaryDirectory.path + "/kortvakt-wording-\(getpid())"
        for language in Language.allCases where language != .en {
            let messages = "\(folder)/\(language.rawValue)/LC_MESSAGES"
            try? FileManager.default.createDirectory(atPath: messages, withIntermediateDirectories: true)
            let po = "\(tree)/Sources/Texts/po/\(language.rawValue).po"
            guard let pipe = unsafe popen("msgfmt -o '\(messages)/kortvakt.mo' '\(po)' 2>&1", "r") else {
                continue
            }
            unsafe pclose(pipe)
        }
        atexit { try? FileManager.default.removeItem(atPath: Catalogues.folder) }
        return folder
    }()

    static func texts(_ language: Language) -> Texts { Texts(language: language.rawValue, folder: folder) }
}
