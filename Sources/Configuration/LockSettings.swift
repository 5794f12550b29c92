/// When a session is locked, as the groups `[Lock]` and `[Reader …]` say; the words are those of the files.
package struct LockSettings: Hashable, Sendable {
    /// `Bind=`: which cards guard a session.
    package enum Bind: String, Hashable, Sendable { case present, owner, explicit }
    /// `Action=`: what is done to a session whose card has gone.
    package enum Action: String, Hashable, Sendable { case lock, terminate, none }
    /// `Revocation=`: where `Bind=owner` looks for revoked certificates, in the words of `kortvakt cert verify`.
    package enum Revocation: String, Hashable, Sendable { case off, cached, online }
    /// `Escalate=`: what is done to a session that was asked to lock and does not say that it is locked.
    package enum Escalation: String, Hashable, Sendable { case none, terminate }

    /// `[Reader "pattern"]`: readers at another seat than seat0.
    package struct ReaderSeat: Hashable, Sendable {
        package let pattern: String
        package let seat: String
    }

    package var bind = Bind.present
    /// Which certificates are whose, with `Bind=owner`.
    package var owners = "/etc/kortvakt/owners"
    package var revocation = Revocation.cached
    package var action = Action.lock
    package var escalation = Escalation.none
    package var graceSeconds = 0
    package var servicePatienceSeconds = 5
    package var confirmSeconds = 5
    /// 0 for off.
    package var requireCardSeconds = 0
    package var locksOnSleep = true
    /// Patterns of reader names.
    package var ignoredReaders = ["Virtual PCD*"]
    /// Families, products or issuers; empty for all cards.
    package var cards: [String] = []
    package var readerSeats: [ReaderSeat] = []

    package init() {}

    init(_ sections: Sections) {
        func value(_ key: String) -> String? { sections["Lock", key] }
        func seconds(_ key: String) -> Int? {
            value(key).flatMap { ValueKind.number($0, in: 0...86_400) }
        }
        self.init()
        bind = value("Bind").flatMap(Bind.init) ?? bind
        owners = value("Owners") ?? owners
        revocation = value("Revocation").flatMap(Revocation.init) ?? revocation
        action = value("Action").flatMap(Action.init) ?? action
        escalation = value("Escalate").flatMap(Escalation.init) ?? escalation
        graceSeconds = seconds("GraceSec") ?? graceSeconds
        servicePatienceSeconds = seconds("ServicePatienceSec") ?? servicePatienceSeconds
        confirmSeconds = seconds("ConfirmSec") ?? confirmSeconds
        requireCardSeconds = seconds("RequireCardSec") ?? requireCardSeconds
        locksOnSleep = value("LockOnSleep").map { $0 == "true" } ?? locksOnSleep
        ignoredReaders = value("IgnoreReaders").flatMap(ValueKind.texts) ?? ignoredReaders
        cards = value("Cards").flatMap(ValueKind.texts) ?? cards
        readerSeats = sections.names.compactMap { group in
            guard group.hasPrefix("Reader "), let seat = sections[group, "Seat"] else { return nil }
            return ReaderSeat(pattern: Self.unquoted(String(group.dropFirst("Reader ".count))), seat: seat)
        }
    }

    /// Quotes around a pattern are allowed, as in `[Reader "OMNIKEY *"]`.
    static func unquoted(_ text: String) -> String {
        guard text.count >= 2, text.first == "\"", text.last == "\"" else { return text }
        return String(text.dropFirst().dropLast())
    }
}
