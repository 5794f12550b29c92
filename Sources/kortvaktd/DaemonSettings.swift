internal import CardOperations
internal import CertificateTrust
internal import Configuration
internal import Presence

/// What the administrator has written down, as far as the daemon needs it.
struct DaemonSettings: Sendable {
    let lock: LockSettings
    let products: CardProducts
    /// Whose certificates are whose; `nil` unless `Bind=owner`.
    let owners: OwnerMap?
    private let revocationMaxAgeHours: Int

    /// What holds where nothing is written down.
    init() {
        (lock, products, owners) = (LockSettings(), CardProducts(), nil)
        revocationMaxAgeHours = SiteSettings().revocationMaxAgeHours
    }

    /// Reads all files; a fault in any of them refuses all.
    init(folder: String) throws(ConfigurationError) {
        let configuration = try Configuration.load(etc: folder)
        (lock, products) = (configuration.settings.lock, configuration.products)
        revocationMaxAgeHours = configuration.settings.revocationMaxAgeHours
        owners = lock.bind == .owner ? try OwnerMap(path: lock.owners) : nil
    }

    var policy: PresencePolicy { PresencePolicy(lock) }
    var wantsTermination: Bool { lock.action == .terminate || lock.escalation == .terminate }

    /// Whether cards are to be known by trusted certificates, and none can be trusted.
    var lacksTrust: Bool {
        owners != nil && (try? TrustStore.load(path: TrustStore.standardPath))?.anchors.isEmpty != false
    }

    /// How cards are identified under these settings.
    func identifier(salt: [UInt8]) -> CardIdentifier {
        CardIdentifier(salt: salt, products: products, kinds: Set(lock.cards), owners: owners.map(check))
    }

    private func check(_ owners: OwnerMap) -> OwnerCheck {
        let policy = Revocation.Policy(lock.revocation)
        let maximumAge = Int64(revocationMaxAgeHours) * 3600
        return OwnerCheck(owners) { () throws(TrustStore.Failure) in
            Examiner(
                verification: Verification(store: try TrustStore.load(path: TrustStore.standardPath)),
                revocation: Revocation(policy: policy, cache: .standard, maximumAge: maximumAge)
            )
        }
    }
}

extension Revocation.Policy {
    init(_ setting: LockSettings.Revocation) {
        self =
            switch setting {
            case .off: .off
            case .cached: .cached
            case .online: .online
            }
    }
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
