internal import CertificateTrust
internal import Glibc
internal import Texts
internal import X509

/// Words for files and folders of certificates to trust that are not used.
struct TrustStoreWording {
    var texts = Program.texts

    private var links: LinkWording { LinkWording(showPersonalData: false, texts: texts) }

    func sentence(_ refused: TrustStore.RefusedFile) -> Sentence {
        texts.fileNotUsed(refused.file, words(refused.problem, path: refused.file, isWhole: false))
    }

    func sentence(_ failure: TrustStore.Failure) -> Sentence {
        texts.trustNotUsed(failure.path, words(failure.problem, path: failure.path, isWhole: true))
    }

    /// `isWhole` where nothing at all is used, so that it may be a folder.
    private func words(_ problem: TrustStore.Problem, path: String, isWhole: Bool) -> TrustProblem {
        let path = ShellWord.quoted(path)
        return switch problem {
        case .unreadable(let number):
            texts.trustUnreadable(
                path,
                links.system(number),
                isForbidden: number == EACCES || number == EPERM
            )
        case .notAFile: isWhole ? texts.trustNotAFolder : texts.trustNotAFile
        case .wrongOwner(let user): texts.trustWrongOwner(path, user: Int(user))
        case .wrongMode(let mode): texts.trustWrongMode(path, mode: "0" + String(mode, radix: 8))
        case .tooLarge(let limit): texts.trustTooLarge(limit: limit)
        case .tooMany(let limit):
            isWhole ? texts.tooManyInFolder(limit: limit) : texts.tooManyInFile(limit: limit)
        case .notACertificate(let error): texts.trustNotACertificate(links.reason(error))
        case .notOnlyCertificates(let found):
            texts.notOnlyCertificates(found, isKey: found.hasSuffix("PRIVATE KEY"))
        case .empty: texts.trustEmpty
        case .otherSuffix: texts.otherSuffix
        case .library(let error):
            error.isOutOfMemory
                ? texts.trustNotChecked(links.detail(error)) : texts.trustLibrary(links.detail(error))
        }
    }
}

/// A path as part of a command that a person may copy.
enum ShellWord {
    /// In quotes where a shell would see more than one word or anything special in it (POSIX.1-2017, Shell, 2.2.2).
    static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "/._-+:@%".utf8.contains(byte)
            }
        }
        guard !isPlain || path.isEmpty || path.hasPrefix("-") else { return path }
        return "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
            + "'"
    }
}
