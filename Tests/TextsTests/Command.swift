import Glibc

/// Runs a shell command; what it printed, on both channels, and whether it ended with 0.
func run(_ command: String) -> (output: String, succeeded: Bool) {
    guard let pipe = unsafe popen("exec 2>&1; \(command)", "r") else {
        return ("cannot run \(command)", false)
    }
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = unsafe fread(&chunk, 1, 4096, pipe)
        guard count > 0 else { break }
        output += chunk.prefix(count)
    }
    return unsafe (String(decoding: output, as: UTF8.self), pclose(pipe) == 0)
}

/// The folder of the source tree.
let sourceTree = String(#filePath.prefix(#filePath.count - "/Tests/TextsTests/Command.swift".count))
