internal import Glibc
internal import VirtualCards

/// Where this program lies, and what is installed beside it.
enum ProgramFolder {
    /// The image of `profile`, below `share` beside the folder of the executable.
    static func image(of profile: CardProfile) -> String {
        path + "/../share/kortvakt/software-cards/\(profile.rawValue).json"
    }

    /// The folder of the running executable, links followed; the current one where that cannot be told.
    private static var path: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return -1 }
            return unsafe readlink("/proc/self/exe", start, buffer.count)
        }
        let path = buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return String(decoding: path[..<slash], as: UTF8.self)
    }
}
