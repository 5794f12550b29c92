extension PrivateCardService {
    /// The process id of its pcscd; `nil` while none runs.
    package var pcscd: Int32? {
        let readers = directory + "/readers"
        return (1...Int32(99_999)).first { pid in
            let line = ProcessFile.contents(of: "/proc/\(pid)/cmdline").split(separator: 0)
            return line.first.map { $0.elementsEqual("pcscd".utf8) } ?? false
                && line.contains { $0.elementsEqual(readers.utf8) }
        }
    }
}
