internal import CPCSC

/// What the service says of a reader at one moment.
package struct ReaderStatus: Hashable, Sendable {
    /// Whether there is a card that can be talked to.
    package enum Presence: Hashable, Sendable {
        case empty
        case present
        /// There is a card and it does not answer a reset.
        case mute
        /// The reader does not work, or has been unplugged.
        case unavailable
    }

    package let reader: Reader
    package let presence: Presence
    /// A program holds the card exclusively.
    package let isExclusive: Bool
    /// A program, possibly this one, is connected to the card.
    package let isInUse: Bool
    /// The Answer-to-Reset as it came; empty where there is no card, or no answer.
    package let atr: [UInt8]
    /// How often a card came or left since the service started, modulo 65,536.
    package let eventCount: UInt16

    init(reader: Reader, eventState: DWORD, atr: [UInt8]) {
        func has(_ flag: Int32) -> Bool { eventState & DWORD(flag) != 0 }
        self.reader = reader
        presence =
            if has(SCARD_STATE_UNAVAILABLE) || has(SCARD_STATE_UNKNOWN) {
                .unavailable
            } else if has(SCARD_STATE_MUTE) {
                .mute
            } else {
                has(SCARD_STATE_PRESENT) ? .present : .empty
            }
        isExclusive = has(SCARD_STATE_EXCLUSIVE)
        isInUse = has(SCARD_STATE_INUSE)
        self.atr = atr
        eventCount = UInt16(truncatingIfNeeded: eventState >> 16)
    }
}
