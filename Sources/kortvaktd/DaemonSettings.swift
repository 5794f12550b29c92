internal import CardOperations
internal import Configuration
internal import Presence

/// What the administrator has written down, as far as the daemon needs it.
struct DaemonSettings: Sendable {
    let lock: LockSettings
    let products: CardProducts

    /// What holds where nothing is written down.
    init() { (lock, products) = (LockSettings(), CardProducts()) }

    /// Reads all files; a fault in any of them refuses all.
    init(folder: String) throws(ConfigurationError) {
        let configuration = try Configuration.load(etc: folder)
        (lock, products) = (configuration.settings.lock, configuration.products)
    }

    var policy: PresencePolicy { PresencePolicy(lock) }
    var wantsTermination: Bool { lock.action == .terminate || lock.escalation == .terminate }
}

extension PresencePolicy {
    init(_ settings: LockSettings) {
        self.init()
        ignoredReaders = settings.ignoredReaders.compactMap { ReaderPattern($0) }
        readerSeats = settings.readerSeats.compactMap { group in
            ReaderPattern(group.pattern).map { ReaderSeat(pattern: $0, seat: SeatID(group.seat)) }
        }
        cards = Set(settings.cards)
        bind =
            switch settings.bind {
            case .present: .present
            case .owner: .owner
            case .explicit: .explicit
            }
        action =
            switch settings.action {
            case .lock: .lock
            case .terminate: .terminate
            case .none: .observe
            }
        escalates = settings.escalation == .terminate
        graceSeconds = UInt32(clamping: settings.graceSeconds)
        servicePatienceSeconds = UInt32(clamping: settings.servicePatienceSeconds)
        confirmSeconds = UInt32(clamping: settings.confirmSeconds)
        requireCardSeconds = UInt32(clamping: settings.requireCardSeconds)
        locksOnSleep = settings.locksOnSleep
    }
}
