/// A call of the system that failed.
package struct SystemError: Error, Hashable, Sendable {
    /// The C function.
    package let function: String
    /// What it said, as a positive number of `errno`.
    package let errno: Int32

    package init(_ function: String, errno: Int32) {
        self.function = function
        self.errno = errno
    }

    /// Throws when `result` is a negative `errno`, as libsystemd returns it; gives it back else.
    @discardableResult
    static func check(_ function: String, _ result: Int32) throws(SystemError) -> Int32 {
        guard result >= 0 else {
            throw SystemError(function, errno: result == .min ? .max : -result)
        }
        return result
    }
}
