internal import COpenSSL
internal import Glibc
package import X509

/// The certificates of the administrator: roots that are trusted, and issuers that help to reach one.
///
/// A file holds one certificate in DER or any number in PEM. A self-signed one is an anchor; another is an intermediate,
/// which is used to build a chain and never ends one.
package struct TrustStore: Sendable {
    /// Where the administrator puts them.
    package static let standardPath = "/etc/kortvakt/trust"

    /// Why a file or folder is not used.
    package enum Problem: Error, Hashable, Sendable {
        case unreadable(errno: Int32)
        /// Neither a file nor a folder, or a folder in a folder.
        case notAFile
        /// Belongs to somebody else than the administrator.
        case wrongOwner(userID: UInt32)
        /// Others may write to it.
        case wrongMode(mode: UInt32)
        case tooLarge(limit: Int)
        /// Too many files in a folder, or certificates in a file.
        case tooMany(limit: Int)
        case notACertificate(CertificateError)
        /// A PEM file with something else in it, such as `PRIVATE KEY`.
        case notOnlyCertificates(found: String)
        case empty
        /// The name ends in none of `.pem .crt .cer .der`.
        case otherSuffix
        /// OpenSSL could not do its part.
        case library(OpenSSLError)
    }

    package struct Entry: Hashable, Sendable {
        package let certificate: Certificate
        package let file: String
    }

    package struct RefusedFile: Hashable, Sendable {
        package let file: String
        package let problem: Problem
    }

    /// A folder or file that cannot be used at all.
    package struct Failure: Error, Hashable, Sendable {
        package let path: String
        package let problem: Problem
    }

    package let path: String
    package let anchors: [Entry]
    package let intermediates: [Entry]
    /// Files of the folder that are not used, as a whole each; the others are.
    package let refusedFiles: [RefusedFile]

    /// The `X509_STORE` of the anchors.
    let handle: SharedOpenSSLObject
    /// Of each certificate's OpenSSL object, what it is.
    let links: [UInt: ChainLink]

    private static let suffixes = [".pem", ".crt", ".cer", ".der"]

    /// Reads a folder of certificates, or one file.
    ///
    /// Nothing at `path` gives an empty store. Files must belong to `owners`, by default root and the user who runs this,
    /// and nobody else may be able to write to them.
    package static func load(
        path: String = standardPath,
        owners: Set<UInt32> = [0, geteuid()]
    ) throws(Failure) -> TrustStore {
        var files: [(path: String, bytes: [UInt8])] = []
        var refused: [RefusedFile] = []
        do throws(Problem) {
            switch try TrustFile.content(of: path, owners: owners) {
            case nil: break
            case .file(let bytes): files = [(path, bytes)]
            case .folder(let names):
                for name in names {
                    let file = "\(path)/\(name)"
                    do throws(Problem) {
                        guard suffixes.contains(where: name.lowercased().hasSuffix) else {
                            throw .otherSuffix
                        }
                        guard case .file(let bytes) = try TrustFile.content(of: file, owners: owners) else {
                            throw .notAFile
                        }
                        files.append((file, bytes))
                    } catch {
                        refused.append(RefusedFile(file: file, problem: error))
                    }
                }
            }
        } catch {
            throw Failure(path: path, problem: error)
        }
        return try TrustStore(path: path, files: files, refusedFiles: refused)
    }

    /// Makes a store of what was read from `files`; `refusedFiles` are others that were found at `path`.
    package init(
        path: String,
        files: [(path: String, bytes: [UInt8])],
        refusedFiles: [RefusedFile] = []
    ) throws(Failure) {
        var refused = refusedFiles
        var entries: [Entry] = []
        var seen: Set<Certificate> = []
        for file in files {
            do throws(Problem) {
                for certificate in try TrustFile.certificates(in: file.bytes)
                where seen.insert(certificate).inserted {
                    entries.append(Entry(certificate: certificate, file: file.path))
                }
            } catch {
                refused.append(RefusedFile(file: file.path, problem: error))
            }
        }
        do throws(OpenSSLError) {
            self = try TrustStore(path: path, entries: entries, refusedFiles: refused)
        } catch {
            throw Failure(path: path, problem: .library(error))
        }
    }

    private init(path: String, entries: [Entry], refusedFiles: [RefusedFile]) throws(OpenSSLError) {
        self.path = path
        self.refusedFiles = refusedFiles
        anchors = entries.filter(\.certificate.isSelfSigned)
        intermediates = entries.filter { !$0.certificate.isSelfSigned }
        guard let store = unsafe OpenSSLObject(adopting: X509_STORE_new(), freedBy: X509_STORE_free) else {
            throw .drain()
        }
        for anchor in anchors {
            let done = unsafe store.with { store in
                unsafe anchor.certificate.handle.with { unsafe X509_STORE_add_cert(store, $0) }
            }
            guard done == 1 else { throw .drain() }
        }
        handle = SharedOpenSSLObject(store)
        var links: [UInt: ChainLink] = [:]
        for entry in entries {
            links[entry.certificate.handle.identity] = ChainLink(
                certificate: entry.certificate,
                origin: .file(entry.file)
            )
        }
        self.links = links
    }
}
