internal import CardCore
internal import Glibc

/// Codes on standard input, one on each line, read octet by octet so that none stays in a buffer.
enum StandardInput {
    /// The next line without its newline; `nil` when input ends before one.
    ///
    /// A line longer than any code is cut, and refused for its length later. Blocking.
    static func readCode() -> SecretBytes? {
        var isComplete = false
        let code = SecretBytes(capacity: SecretBytes.maximumCapacity) { output in
            while true {
                var byte: UInt8 = 0
                let count = unsafe read(STDIN_FILENO, &byte, 1)
                if count < 0, errno == EINTR { continue }
                guard count == 1 else { return }
                if byte == UInt8(ascii: "\n") {
                    // Files from Windows end their lines with CR and LF.
                    if !output.isEmpty {
                        let last = output.removeLast()
                        if last != UInt8(ascii: "\r") { output.append(last) }
                    }
                    isComplete = true
                    return
                }
                if output.freeCapacity > 0 { output.append(byte) }
            }
        }
        // A last line without a newline counts when there is something on it.
        guard isComplete || code.count > 0 else { return nil }
        return code
    }
}
