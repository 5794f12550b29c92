internal import Glibc
internal import X509

extension RevocationCache {
    /// A file that takes up room.
    private struct Candidate {
        let file: CacheFile
        let isList: Bool

        /// Until when it counts, and whether it says of any certificate that it is revoked; `nil` for what is neither
        /// list nor answer.
        var summary: (nextUpdate: Instant?, saysRevoked: Bool)? {
            guard let bytes = file.read()?.bytes else { return nil }
            if isList { return try? CRL(bytes).summary }
            return try? OCSPResponse(der: bytes).summary
        }
    }

    /// Removes from the first folder what has been out of date for long, and the oldest of what is too much.
    ///
    /// Looks into files at most once a day, unless there is too much. What says that a certificate is revoked stays as long as
    /// there is room, answers longer than lists, which are larger.
    func removeSuperfluous(at instant: Instant = .now) {
        guard let folder = folders.first else { return }
        var left = candidates(in: folder)
        var size: Int { left.reduce(0) { $0 + $1.file.identity.size } }
        if isDue(in: folder, at: instant) {
            let limit = Instant(seconds: instant.seconds - Self.outdatedLimit)
            left.removeAll { candidate in
                // What was fetched since has counted since; only a file that is old enough is looked into.
                guard candidate.file.fetched < limit else { return false }
                let summary = candidate.summary
                let isOutdated = (summary?.nextUpdate ?? candidate.file.fetched) < limit
                guard isOutdated, summary?.saysRevoked != true else { return false }
                return unsafe unlink(candidate.file.path) == 0
            }
        }
        guard size > maximumSize else { return }
        let ranked = left.map { candidate -> (Candidate, Int) in
            let saysRevoked = candidate.summary?.saysRevoked ?? false
            return (candidate, saysRevoked ? (candidate.isList ? 1 : 2) : 0)
        }.sorted { one, other in
            one.1 == other.1 ? one.0.file.fetched < other.0.file.fetched : one.1 < other.1
        }
        var excess = size - maximumSize
        for (candidate, _) in ranked where excess > 0 {
            if unsafe unlink(candidate.file.path) == 0 { excess -= candidate.file.identity.size }
        }
    }

    /// Whether files were not looked into within a day, by the time of a file that is written then.
    private func isDue(in folder: String, at instant: Instant) -> Bool {
        let path = "\(folder)/.cleaned"
        var status = stat()
        if unsafe lstat(path, &status) == 0, abs(instant.seconds - Int64(status.st_mtim.tv_sec)) < 86_400 {
            return false
        }
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { return true }
        futimens(descriptor, nil)
        close(descriptor)
        return true
    }

    private func candidates(in folder: String) -> [Candidate] {
        ["crl", "ocsp"].flatMap { name -> [Candidate] in
            guard let directory = unsafe opendir("\(folder)/\(name)") else { return [] }
            defer { unsafe _ = closedir(directory) }
            var found: [Candidate] = []
            while let entry = unsafe readdir(directory) {
                let file = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if let file = CacheFile("\(folder)/\(name)/\(file)", maximumSize: .max) {
                    found.append(Candidate(file: file, isList: name == "crl"))
                }
            }
            return found
        }
    }
}
