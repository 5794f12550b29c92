/// The groups and keys of one or more files, checked against a schema and merged.
struct Sections: Sendable {
    /// The groups' names in the order of their first appearance.
    private(set) var names: [String] = []
    private var values: [String: [String: String]] = [:]
    /// The file that named the group last, for messages.
    private var files: [String: String] = [:]

    subscript(group: String, key: String) -> String? { values[group]?[key] }

    /// All keys of a group as they are written, with their languages.
    func values(in group: String) -> [String: String] { values[group] ?? [:] }

    /// Adds a file's contents; a key that is already there gets the new value.
    mutating func merge(_ text: String, file: String, schema: Schema) throws(ConfigurationError) {
        let outline = try Self.outline(of: text, file: file)
        // GLib merges doubled names silently and the outline does not resolve values: they have to agree on the rest.
        guard let keyFile = KeyFile(parsing: text), keyFile.groups == outline.map(\.name) else {
            throw ConfigurationError(file: file, reason: .syntax(line: nil))
        }
        for group in outline {
            guard let rule = schema.groups.first(where: { $0.matches(group.name) }) else {
                throw ConfigurationError(file: file, group: group.name, reason: .unknownGroup)
            }
            guard keyFile.keys(in: group.name) == group.keys else {
                throw ConfigurationError(file: file, group: group.name, reason: .syntax(line: nil))
            }
            for name in group.keys {
                guard let key = rule.key(name) else {
                    throw ConfigurationError(file: file, group: group.name, key: name, reason: .unknownKey)
                }
                guard let value = keyFile.string(name, in: group.name), key.kind.accepts(value) else {
                    let reason = ConfigurationError.Reason.wrongValue(expected: key.kind)
                    throw ConfigurationError(file: file, group: group.name, key: name, reason: reason)
                }
                values[group.name, default: [:]][name] = value
            }
            if files.updateValue(file, forKey: group.name) == nil { names.append(group.name) }
        }
    }

    /// Refuses a group that no file has given all its required keys.
    func checkRequiredKeys(of schema: Schema) throws(ConfigurationError) {
        for name in names {
            guard let rule = schema.groups.first(where: { $0.matches(name) }) else { continue }
            for key in rule.keys where key.isRequired && self[name, key.name] == nil {
                throw ConfigurationError(
                    file: files[name] ?? "",
                    group: name,
                    key: key.name,
                    reason: .missingKey
                )
            }
        }
    }

    private struct Outline {
        let name: String
        var keys: [String] = []
    }

    /// The names in the order of their lines, by the rules of GLib's key files; a name that stands twice is refused.
    private static func outline(of text: String, file: String) throws(ConfigurationError) -> [Outline] {
        var groups: [Outline] = []
        var groupNames: Set<String> = []
        var keyNames: Set<String> = []
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, bytes) in lines.enumerated() {
            let line = trimmed(Substring(bytes))
            guard let first = line.utf8.first, first != UInt8(ascii: "#") else { continue }
            let failure = ConfigurationError(file: file, reason: .syntax(line: index + 1))
            if first == UInt8(ascii: "[") {
                guard line.utf8.last == UInt8(ascii: "]") else { throw failure }
                let name = String(line.dropFirst().dropLast())
                guard !name.isEmpty, !name.contains("["), !name.contains("]") else { throw failure }
                guard groupNames.insert(name).inserted else {
                    throw ConfigurationError(file: file, group: name, reason: .doubledGroup)
                }
                groups.append(Outline(name: name))
                keyNames = []
            } else {
                guard let end = line.utf8.firstIndex(of: UInt8(ascii: "=")), !groups.isEmpty else {
                    throw failure
                }
                let key = String(trimmed(line[..<end]))
                guard !key.isEmpty else { throw failure }
                guard keyNames.insert(key).inserted else {
                    throw ConfigurationError(
                        file: file,
                        group: groups[groups.count - 1].name,
                        key: key,
                        reason: .doubledKey
                    )
                }
                groups[groups.count - 1].keys.append(key)
            }
        }
        return groups
    }

    /// Without the white space that GLib skips at both ends.
    private static func trimmed(_ text: Substring) -> Substring {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        var rest = text
        while let first = rest.utf8.first, isSpace(first) { rest = Substring(rest.utf8.dropFirst()) }
        while let last = rest.utf8.last, isSpace(last) { rest = Substring(rest.utf8.dropLast()) }
        return rest
    }
}
