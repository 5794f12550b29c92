/// A part of an entry that says who or what: there is no field for a name, a number of a person or a code.
package enum JournalField: Hashable, Sendable {
    /// The id that logind gave a session.
    case session(String)
    case reader(String)
    /// The family of a card, by its name in the program's JSON.
    case family(String)
    case reason(LockReason)
    case failure(LockFailure)
    case refusal(RequestRefusal)
    /// From the event that was the cause until logind was asked, until it answered, until the session was locked.
    case asked(microseconds: UInt64)
    case answered(microseconds: UInt64)
    case locked(microseconds: UInt64)
    /// How long it is waited for what is missing.
    case patience(seconds: UInt32)
    case count(Int)
    /// Where a setting stands.
    case file(String)
    case group(String)
    case key(String)
    /// What is wrong there.
    case fault(String)
    /// Why a guard ended.
    case end(String)
    /// Why the bus or a service on it did not do what was asked.
    case error(BusError)
    case system(SystemError)
    case version(String)

    /// The field's name; all of ours begin alike, so that `journalctl -F` finds them.
    var name: String {
        switch self {
        case .session: "KORTVAKT_SESSION"
        case .reader: "KORTVAKT_READER"
        case .family: "KORTVAKT_FAMILY"
        case .reason: "KORTVAKT_REASON"
        case .failure: "KORTVAKT_FAILURE"
        case .refusal: "KORTVAKT_REFUSAL"
        case .asked: "KORTVAKT_ASKED_USEC"
        case .answered: "KORTVAKT_ANSWERED_USEC"
        case .locked: "KORTVAKT_LOCKED_USEC"
        case .patience: "KORTVAKT_PATIENCE_SEC"
        case .count: "KORTVAKT_COUNT"
        case .file: "KORTVAKT_FILE"
        case .group: "KORTVAKT_GROUP"
        case .key: "KORTVAKT_KEY"
        case .fault: "KORTVAKT_FAULT"
        case .end: "KORTVAKT_END"
        case .error: "KORTVAKT_ERROR"
        case .system: "KORTVAKT_ERRNO"
        case .version: "KORTVAKT_VERSION"
        }
    }

    var value: String {
        switch self {
        case .session(let text), .reader(let text), .family(let text), .file(let text), .group(let text),
            .key(let text), .fault(let text), .end(let text), .version(let text):
            BusText.bounded(text)
        case .reason(let reason): reason.rawValue
        case .failure(let failure): failure.rawValue
        case .refusal(let refusal): refusal.rawValue
        case .asked(let microseconds), .answered(let microseconds), .locked(let microseconds):
            "\(microseconds)"
        case .patience(let seconds): "\(seconds)"
        case .count(let count): "\(count)"
        case .error(let error): BusText.bounded("\(error)")
        case .system(let error): "\(error.errno)"
        }
    }

    /// How it stands behind the sentence.
    var words: String {
        switch self {
        case .session: "session \(value)"
        case .reader: "reader '\(value)'"
        case .family: "family \(value)"
        case .reason, .failure, .refusal, .error, .fault, .end: value
        case .asked: "asked after \(value) µs"
        case .answered: "answered after \(value) µs"
        case .locked: "locked after \(value) µs"
        case .patience: "for \(value) s"
        case .count: value
        case .file: "in \(value)"
        case .group: "group \(value)"
        case .key: "key \(value)"
        case .system(let error): "\(error.function), errno \(value)"
        case .version: "version \(value)"
        }
    }
}
