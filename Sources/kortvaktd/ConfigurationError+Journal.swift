internal import Configuration
internal import LoginSessions
internal import Texts

extension ConfigurationError {
    /// For the journal, in the one language that programs read.
    ///
    /// What stands in the file of owners is nobody's business who reads the journal: users' names, and whatever was typed in
    /// place of a key.
    func fields(folder: String) -> [JournalField] {
        let isOwners = file != "\(folder)/kortvakt.conf" && !file.contains(".d/")
        var fields: [JournalField] = [.file(file)]
        if let group { fields.append(.group(isOwners ? "User" : group)) }
        if let key, !isOwners || OwnerMap.Field(rawValue: key) != nil { fields.append(.key(key)) }
        return fields + [.fault(Texts(language: "en").reason(reason))]
    }
}
