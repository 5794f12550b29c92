internal import CSystemd

extension BusMessage {
    /// Text that may come from anywhere.
    func append(_ text: String) throws(SystemError) { try appendExactly(BusText.bounded(text)) }

    /// A name that must arrive as it is; one that is no valid string is refused.
    func appendExactly(_ text: String) throws(SystemError) {
        let result = unsafe with { message in
            unsafe text.withCString { unsafe sd_bus_message_append_basic(message, BusType.string, $0) }
        }
        try SystemError.check("sd_bus_message_append_basic", result)
    }

    func append(_ value: Bool) throws(SystemError) {
        // D-Bus has booleans of 32 bits, libsystemd takes an int.
        try appendBasic(BusType.boolean, Int32(value ? 1 : 0))
    }

    func append(_ value: UInt32) throws(SystemError) { try appendBasic(BusType.uint32, value) }

    func append(_ value: UInt64) throws(SystemError) { try appendBasic(BusType.uint64, value) }

    func append(_ value: Int64) throws(SystemError) { try appendBasic(BusType.int64, value) }

    private func appendBasic<Value: BitwiseCopyable>(_ type: CChar, _ value: Value) throws(SystemError) {
        let result = unsafe withUnsafePointer(to: value) { pointer in
            unsafe with { message in unsafe sd_bus_message_append_basic(message, type, pointer) }
        }
        try SystemError.check("sd_bus_message_append_basic", result)
    }

    func appendArray<Element>(
        of contents: String,
        _ elements: some Sequence<Element>,
        _ append: (Element) throws(SystemError) -> Void
    ) throws(SystemError) {
        try appendContainer(BusType.array, contents) { () throws(SystemError) in
            for element in elements { try append(element) }
        }
    }

    func appendStructure(
        _ contents: String,
        _ append: () throws(SystemError) -> Void
    ) throws(SystemError) {
        try appendContainer(BusType.structure, contents, append)
    }

    /// An entry of a dictionary `a{sv}`; `contents` is the type of the value.
    func appendEntry(
        _ key: String,
        _ contents: String,
        _ append: () throws(SystemError) -> Void
    ) throws(SystemError) {
        try appendContainer(BusType.dictionaryEntry, "sv") { () throws(SystemError) in
            try self.append(key)
            try appendContainer(BusType.variant, contents, append)
        }
    }

    /// A dictionary `a{sv}` of strings.
    func appendDictionary(_ strings: KeyValuePairs<String, String>) throws(SystemError) {
        try appendArray(of: "{sv}", strings) { entry throws(SystemError) in
            try appendEntry(entry.key, "s") { () throws(SystemError) in try append(entry.value) }
        }
    }

    private func appendContainer(
        _ type: CChar,
        _ contents: String,
        _ append: () throws(SystemError) -> Void
    ) throws(SystemError) {
        let opened = unsafe with { unsafe sd_bus_message_open_container($0, type, contents) }
        try SystemError.check("sd_bus_message_open_container", opened)
        try append()
        let closed = unsafe with { unsafe sd_bus_message_close_container($0) }
        try SystemError.check("sd_bus_message_close_container", closed)
    }
}
