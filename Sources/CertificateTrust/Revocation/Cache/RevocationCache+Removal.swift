internal import Glibc
internal import X509

extension RevocationCache {
    /// A file that takes up room.
    private struct Candidate {
        let file: CacheFile
        let isList: Bool

        /// Until when it counts, and whether it says of anybody that his certificate is revoked; `nil` for what is neither
        /// list nor answer.
        var summary: (nextUpdate: Instant?, saysRevoked: Bool)? {
            guard let bytes = file.read()?.bytes else { return nil }
            if isList { return try? CRL(bytes).summary }
            return try? OCSPResponse(der: bytes).summary
        }
    }

    /// Removes from the first folder what has been out of date for long, and the oldest of what is too much.
    ///
    /// What says that somebody's certificate is revoked stays as long as there is room.
    func removeSuperfluous(at instant: Instant = .now) {
        guard let folder = folders.first else { return }
        let limit = Instant(seconds: instant.seconds - Self.outdatedLimit)
        var kept: [Candidate] = []
        for candidate in candidates(in: folder) {
            // What was fetched since has counted since; only a file that is old enough is looked into.
            guard candidate.file.fetched < limit else {
                kept.append(candidate)
                continue
            }
            let summary = candidate.summary
            let isOutdated = (summary?.nextUpdate ?? candidate.file.fetched) < limit
            if isOutdated && summary?.saysRevoked != true {
                unsafe unlink(candidate.file.path)
            } else {
                kept.append(candidate)
            }
        }
        var size = kept.reduce(0) { $0 + $1.file.identity.size }
        guard size > maximumSize else { return }
        let oldestFirst = kept.map { (candidate: $0, isPrecious: $0.summary?.saysRevoked ?? false) }
            .sorted { one, other in
                one.isPrecious == other.isPrecious
                    ? one.candidate.file.fetched < other.candidate.file.fetched : other.isPrecious
            }
        for (candidate, _) in oldestFirst where size > maximumSize {
            if unsafe unlink(candidate.file.path) == 0 { size -= candidate.file.identity.size }
        }
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
