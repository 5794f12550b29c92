internal import Glibc

/// Where the build put what tests run.
package enum BuildFolder {
    /// The folder of the running test program, which holds `kortvakt` and `kortvakt-card` too.
    package static let products: String = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
    }()

    /// vpcd's driver, where `make vpcd` unpacks it: two folders up, beside the folder of the platform.
    package static var driver: String {
        products.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
            + "/vpcd/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
    }

    /// The source tree.
    package static var sources: String {
        #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    }
}
