internal import CSystemd
internal import Glibc

/// Reading: everything is of the expected type and of bounded length, or `BusError.malformed`.
extension BusMessage {
    /// Begins to read from the start; a message may have several readers.
    func rewind() { unsafe with { _ = unsafe sd_bus_message_rewind($0, 1) } }

    /// A string of at most `limit` bytes.
    func readString(limit: Int = BusText.limit) throws(BusError) -> String {
        try readText(BusType.string, limit: limit)
    }

    /// An object path of at most `limit` bytes.
    func readPath(limit: Int = BusText.limit) throws(BusError) -> String {
        try readText(BusType.objectPath, limit: limit)
    }

    func readBool() throws(BusError) -> Bool { try readBasic(BusType.boolean, Int32(0)) != 0 }

    func readUInt32() throws(BusError) -> UInt32 { try readBasic(BusType.uint32, 0) }

    func readUInt64() throws(BusError) -> UInt64 { try readBasic(BusType.uint64, 0) }

    func readInt64() throws(BusError) -> Int64 { try readBasic(BusType.int64, 0) }

    /// A descriptor of one's own; the message closes the one that it carries.
    func readDescriptor() throws(BusError) -> OwnedDescriptor {
        let lent = try readBasic(BusType.descriptor, Int32(-1))
        guard let descriptor = OwnedDescriptor(copying: lent) else { throw .malformed }
        return descriptor
    }

    private func readText(_ type: CChar, limit: Int) throws(BusError) -> String {
        // libsystemd has checked that it is UTF-8 and ends with its only NUL; the text belongs to the message.
        var text: UnsafePointer<CChar>? = nil
        let result = unsafe withUnsafeMutablePointer(to: &text) { pointer in
            unsafe with { message in unsafe sd_bus_message_read_basic(message, type, pointer) }
        }
        guard result > 0, let text = unsafe text else { throw .malformed }
        guard unsafe strnlen(text, limit + 1) <= limit else { throw .malformed }
        return unsafe String(cString: text)
    }

    private func readBasic<Value: BitwiseCopyable>(_ type: CChar, _ initial: Value) throws(BusError) -> Value
    {
        var value = initial
        let result = unsafe withUnsafeMutablePointer(to: &value) { pointer in
            unsafe with { message in unsafe sd_bus_message_read_basic(message, type, pointer) }
        }
        guard result > 0 else { throw .malformed }
        return value
    }

    /// Reads each element of an array, of which there may be at most `limit`.
    func readArray<Element>(
        of contents: String,
        limit: Int,
        _ read: () throws(BusError) -> Element
    ) throws(BusError) -> [Element] {
        var elements: [Element] = []
        try inContainer(BusType.array, contents) { () throws(BusError) in
            while try !isAtEnd() {
                guard elements.count < limit else { throw BusError.malformed }
                elements.append(try read())
            }
        }
        return elements
    }

    func readStructure<Value>(
        _ contents: String,
        _ read: () throws(BusError) -> Value
    ) throws(BusError) -> Value {
        try inContainer(BusType.structure, contents, read)
    }

    /// Reads properties (`a{sv}`), of which there may be at most 256.
    ///
    /// `read` is given the name and the type of the value, and returns whether it has read it.
    func readProperties(_ read: (String, String) throws(BusError) -> Bool) throws(BusError) {
        _ = try readArray(of: "{sv}", limit: 256) { () throws(BusError) in
            try inContainer(BusType.dictionaryEntry, "sv") { () throws(BusError) in
                let name = try readString()
                let contents = try peekVariant()
                var isRead = false
                try inContainer(BusType.variant, contents) { () throws(BusError) in
                    isRead = try read(name, contents)
                    if !isRead { try skip(contents) }
                }
            }
        }
    }

    private func inContainer<Value>(
        _ type: CChar,
        _ contents: String,
        _ body: () throws(BusError) -> Value
    ) throws(BusError) -> Value {
        let entered = unsafe with { unsafe sd_bus_message_enter_container($0, type, contents) }
        guard entered > 0 else { throw .malformed }
        let value = try body()
        // Fails as well when something in it has not been read.
        let left = unsafe with { unsafe sd_bus_message_exit_container($0) }
        guard left >= 0 else { throw .malformed }
        return value
    }

    private func isAtEnd() throws(BusError) -> Bool {
        let result = unsafe with { unsafe sd_bus_message_at_end($0, 0) }
        guard result >= 0 else { throw .malformed }
        return result > 0
    }

    /// Passes over a complete value of this type.
    func skip(_ contents: String) throws(BusError) {
        guard unsafe with({ unsafe sd_bus_message_skip($0, contents) }) >= 0 else { throw .malformed }
    }

    private func peekVariant() throws(BusError) -> String {
        var contents: UnsafePointer<CChar>? = nil
        let result = unsafe with { unsafe sd_bus_message_peek_type($0, nil, &contents) }
        guard result > 0, let contents = unsafe contents else { throw .malformed }
        // A signature has at most 255 bytes (D-Bus specification, "Valid Signatures").
        return unsafe String(cString: contents)
    }
}

/// A file descriptor, closed once.
struct OwnedDescriptor: ~Copyable {
    private let number: Int32

    /// Duplicates a descriptor that belongs to somebody else.
    init?(copying other: Int32) {
        let number = fcntl(other, F_DUPFD_CLOEXEC, 3)
        guard number >= 0 else { return nil }
        self.number = number
    }

    deinit { close(number) }
}
