internal import CardCore
internal import Glibc
internal import Texts

/// The file that `--trace` names.
enum TraceFile {
    /// A trace that appends to a new file which only its owner can read.
    ///
    /// `nil` without a path.
    static func open(_ path: String?, json: Bool) throws(Failure) -> CardTrace? {
        guard let path else { return nil }
        // O_EXCL and O_NOFOLLOW: it never overwrites, and never writes where a link leads.
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let sentence = Program.texts.cannotWrite(path, unsafe String(cString: strerror(errno)))
            throw Failure(1, "trace-file", sentence, json: json)
        }
        return CardTrace { line in Output.write(line, to: descriptor) }
    }
}
