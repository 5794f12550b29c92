/// The administrator's settings of when to lock.
package struct PresencePolicy: Hashable, Sendable {
    /// `Bind=`: which cards guard a session.
    package enum Bind: Hashable, Sendable {
        /// Every card of its seat.
        case present
        /// The session's user's own cards.
        case owner
        /// Only those for which somebody asked.
        case explicit
    }

    /// `Action=`: what the removal of a guarding card does.
    package enum Action: Hashable, Sendable {
        case lock
        case terminate
        /// `none`: only tell.
        case observe
    }

    /// `[Reader "pattern"] Seat=`.
    package struct ReaderSeat: Hashable, Sendable {
        package let pattern: ReaderPattern
        package let seat: SeatID

        package init(pattern: ReaderPattern, seat: SeatID) {
            self.pattern = pattern
            self.seat = seat
        }
    }

    /// `IgnoreReaders=`.
    package var ignoredReaders: [ReaderPattern] = [.virtualReaders]
    /// The first that fits holds.
    package var readerSeats: [ReaderSeat] = []
    /// `Cards=`: the families, products or issuers that may guard; empty for all, also unrecognised ones.
    package var cards: Set<String> = []
    package var bind = Bind.present
    package var action = Action.lock
    /// `Escalate=terminate`: end a session that was not locked in time.
    package var escalates = false
    /// `GraceSec=`.
    package var graceSeconds: UInt32 = 0
    /// `ServicePatienceSec=`; the action follows at its end, without a grace time besides.
    ///
    /// After a restart and a wake-up it is at least one second, which the reading itself needs.
    package var servicePatienceSeconds: UInt32 = 5
    /// `ConfirmSec=`; 0 counts as 1, because nothing can be confirmed in no time.
    package var confirmSeconds: UInt32 = 5
    /// `RequireCardSec=`; 0 for off.
    package var requireCardSeconds: UInt32 = 0
    /// `LockOnSleep=`.
    package var locksOnSleep = true

    package init() {}

    /// How long logind's delay inhibitor may be used to wait for screen lockers; logind itself waits 5 s (`InhibitDelayMaxSec=`).
    static let sleepDelaySeconds: UInt32 = 4

    /// `nil` for a reader that never guards.
    func seat(of reader: ReaderName) -> SeatID? {
        guard !ignoredReaders.contains(where: { $0.matches(reader) }) else { return nil }
        return readerSeats.first { $0.pattern.matches(reader) }?.seat ?? .seat0
    }
}
