internal import CGLib

/// One parsed GLib key file.
@safe struct KeyFile: ~Copyable {
    private let handle: OpaquePointer

    /// `nil` when GLib finds no key file in `text`.
    init?(parsing text: String) {
        guard let handle = unsafe g_key_file_new() else { return nil }
        let flags = GKeyFileFlags(rawValue: G_KEY_FILE_KEEP_TRANSLATIONS.rawValue)
        guard unsafe g_key_file_load_from_data(handle, text, gsize(text.utf8.count), flags, nil) != 0 else {
            unsafe g_key_file_free(handle)
            return nil
        }
        unsafe self.handle = handle
    }

    deinit { unsafe g_key_file_free(handle) }

    /// The value with its escapes resolved; `nil` when it is not there or an escape is wrong.
    func string(_ key: String, in group: String) -> String? {
        // With a wrong escape GLib gives both an error and a value.
        var error: UnsafeMutablePointer<GError>?
        let value = unsafe g_key_file_get_string(handle, group, key, &error)
        defer {
            unsafe g_free(value)
            unsafe g_clear_error(&error)
        }
        guard let value = unsafe value, unsafe error == nil else { return nil }
        return unsafe String(validatingCString: value)
    }

    /// The groups in the file's order.
    var groups: [String] {
        unsafe Self.strings(g_key_file_get_groups(handle, nil))
    }

    /// The keys of a group in the file's order, with their languages.
    func keys(in group: String) -> [String] {
        unsafe Self.strings(g_key_file_get_keys(handle, group, nil, nil))
    }

    private static func strings(_ list: UnsafeMutablePointer<UnsafeMutablePointer<gchar>?>?) -> [String] {
        guard let list = unsafe list else { return [] }
        defer { unsafe g_strfreev(list) }
        var strings: [String] = []
        var index = 0
        while let string = unsafe list[index] {
            unsafe strings.append(String(cString: string))
            index += 1
        }
        return strings
    }
}
