/// Whose certificate is whose: the file that `Owners=` names, read as a whole or not at all.
///
/// A group for each user, `[User anna]`, with what her certificates say: `HSAID=`, `SerialNumber=`, `UPN=`, `Mail=`,
/// `Fingerprint=`, each with `;` between several. A value that two users claim refuses the file.
package struct OwnerMap: Hashable, Sendable {
    /// A key of the file.
    package enum Field: String, CaseIterable, Hashable, Sendable {
        /// The subject's attribute serialNumber, where it is an HSA-id.
        case hsaID = "HSAID"
        /// The subject's attribute serialNumber, whatever it is.
        case serialNumber = "SerialNumber"
        /// Microsoft's user principal name.
        case principalName = "UPN"
        /// rfc822Name of subjectAltName.
        case mail = "Mail"
        /// SHA-256 over the certificate.
        case fingerprint = "Fingerprint"
    }

    private let users: [OwnerMark: String]

    /// Nobody owns anything.
    package init() { users = [:] }

    /// Reads the file at `path`, which must be there.
    ///
    /// Throws `ConfigurationError`. Blocking.
    package init(path: String) throws(ConfigurationError) {
        guard let text = try SettingsFile.text(of: path, owners: Trust.administrator) else {
            throw ConfigurationError(file: path, reason: .unreadable(errno: SettingsFile.noSuchFile))
        }
        try self.init(parsing: text, file: path)
    }

    init(parsing text: String, file: String) throws(ConfigurationError) {
        var sections = Sections()
        try sections.merge(text, file: file, schema: .owners)
        var users: [OwnerMark: String] = [:]
        for group in sections.names {
            guard let user = Self.user(inHeader: group) else {
                throw ConfigurationError(file: file, group: group, reason: .unknownGroup)
            }
            for field in Field.allCases {
                guard let value = sections[group, field.rawValue] else { continue }
                for mark in OwnerMark.marks(in: value, of: field) ?? [] {
                    guard users.updateValue(user, forKey: mark) ?? user == user else {
                        throw ConfigurationError(
                            file: file,
                            group: group,
                            key: field.rawValue,
                            reason: .doubledValue
                        )
                    }
                }
            }
        }
        self.users = users
    }

    /// Everybody to whom one of `marks` belongs.
    package func users(of marks: some Sequence<OwnerMark>) -> Set<String> {
        Set(marks.compactMap { users[$0] })
    }

    /// `nil` for what cannot be a user's name.
    ///
    /// More than useradd(8) allows, because names of directories such as `EXAMPLE\anna` are users too.
    private static func user(inHeader group: String) -> String? {
        let name = group.dropFirst("User ".count)
        let isSound = name.unicodeScalars.allSatisfy {
            !$0.properties.isWhitespace && $0.properties.generalCategory != .control
                && !"/:;".unicodeScalars.contains($0)
        }
        guard isSound, (1...256).contains(name.utf8.count), name.first != "-" else { return nil }
        return String(name)
    }
}

extension Schema {
    /// The file that `Owners=` names.
    static let owners = Schema(groups: [
        Group(
            name: "User",
            qualifier: .text,
            keys: OwnerMap.Field.allCases.map { Key(name: $0.rawValue, kind: .ownerMarks($0)) }
        )
    ])
}
