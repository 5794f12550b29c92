internal import CPCSC

/// What a libpcsclite function returned, with the names of pcsclite.h.
///
/// The library gives 32-bit codes in a `LONG`, which is wider here, so they are compared as `UInt32`.
struct ReturnCode: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }

    init(_ value: LONG) { rawValue = UInt32(truncatingIfNeeded: value) }

    /// No error: `SCARD_S_SUCCESS`.
    static let success = ReturnCode(rawValue: 0)
    /// Another thread ended the wait: `SCARD_E_CANCELLED`.
    static let cancelled = ReturnCode(rawValue: 0x8010_0002)
    /// The deadline given to the service passed: `SCARD_E_TIMEOUT`.
    static let timeout = ReturnCode(rawValue: 0x8010_000A)
    /// The buffer is too small: `SCARD_E_INSUFFICIENT_BUFFER`.
    static let insufficientBuffer = ReturnCode(rawValue: 0x8010_0008)
    /// The service does not know the reader: `SCARD_E_UNKNOWN_READER`.
    static let unknownReader = ReturnCode(rawValue: 0x8010_0009)
    /// Another program holds the card exclusively: `SCARD_E_SHARING_VIOLATION`.
    static let sharingViolation = ReturnCode(rawValue: 0x8010_000B)
    /// No card in the reader: `SCARD_E_NO_SMARTCARD`.
    static let noSmartcard = ReturnCode(rawValue: 0x8010_000C)
    /// No memory, or no thread: `SCARD_E_NO_MEMORY`.
    static let noMemory = ReturnCode(rawValue: 0x8010_0006)
    /// None of the wanted protocols is the active one: `SCARD_E_PROTO_MISMATCH`.
    static let protocolMismatch = ReturnCode(rawValue: 0x8010_000F)
    /// The reader or card is not ready: `SCARD_E_NOT_READY`.
    static let notReady = ReturnCode(rawValue: 0x8010_0010)
    /// The connection to the service broke: `SCARD_F_COMM_ERROR`.
    static let communicationError = ReturnCode(rawValue: 0x8010_0013)
    /// The reader did not carry out the command: `SCARD_E_NOT_TRANSACTED`.
    static let notTransacted = ReturnCode(rawValue: 0x8010_0016)
    /// The reader was unplugged: `SCARD_E_READER_UNAVAILABLE`.
    static let readerUnavailable = ReturnCode(rawValue: 0x8010_0017)
    /// The service is shutting down: `SCARD_P_SHUTDOWN`.
    static let shutdown = ReturnCode(rawValue: 0x8010_0018)
    /// The service is not running: `SCARD_E_NO_SERVICE`.
    static let noService = ReturnCode(rawValue: 0x8010_001D)
    /// The service has shut down: `SCARD_E_SERVICE_STOPPED`.
    static let serviceStopped = ReturnCode(rawValue: 0x8010_001E)
    /// There is no reader: `SCARD_E_NO_READERS_AVAILABLE`.
    static let noReadersAvailable = ReturnCode(rawValue: 0x8010_002E)
    /// The reader cannot talk with this card: `SCARD_W_UNSUPPORTED_CARD`.
    static let unsupportedCard = ReturnCode(rawValue: 0x8010_0065)
    /// The card does not answer a reset: `SCARD_W_UNRESPONSIVE_CARD`.
    static let unresponsiveCard = ReturnCode(rawValue: 0x8010_0066)
    /// The card has no power: `SCARD_W_UNPOWERED_CARD`.
    static let unpoweredCard = ReturnCode(rawValue: 0x8010_0067)
    /// The card was reset since the last call: `SCARD_W_RESET_CARD`.
    static let resetCard = ReturnCode(rawValue: 0x8010_0068)
    /// The card was removed since the last call: `SCARD_W_REMOVED_CARD`.
    static let removedCard = ReturnCode(rawValue: 0x8010_0069)
    /// Access denied, for example by polkit: `SCARD_W_SECURITY_VIOLATION`.
    static let securityViolation = ReturnCode(rawValue: 0x8010_006A)

    /// The codes that need no distinction here; their names are kept for the message.
    private static let otherNames: [UInt32: String] = [
        0x8010_0001: "SCARD_F_INTERNAL_ERROR",
        0x8010_0002: "SCARD_E_CANCELLED",
        0x8010_0003: "SCARD_E_INVALID_HANDLE",
        0x8010_0004: "SCARD_E_INVALID_PARAMETER",
        0x8010_0005: "SCARD_E_INVALID_TARGET",
        0x8010_0006: "SCARD_E_NO_MEMORY",
        0x8010_0007: "SCARD_F_WAITED_TOO_LONG",
        0x8010_0008: "SCARD_E_INSUFFICIENT_BUFFER",
        0x8010_000A: "SCARD_E_TIMEOUT",
        0x8010_000D: "SCARD_E_UNKNOWN_CARD",
        0x8010_000E: "SCARD_E_CANT_DISPOSE",
        0x8010_0011: "SCARD_E_INVALID_VALUE",
        0x8010_0012: "SCARD_E_SYSTEM_CANCELLED",
        0x8010_0014: "SCARD_F_UNKNOWN_ERROR",
        0x8010_0015: "SCARD_E_INVALID_ATR",
        0x8010_0016: "SCARD_E_NOT_TRANSACTED",
        0x8010_0019: "SCARD_E_PCI_TOO_SMALL",
        0x8010_001A: "SCARD_E_READER_UNSUPPORTED",
        0x8010_001B: "SCARD_E_DUPLICATE_READER",
        0x8010_001C: "SCARD_E_CARD_UNSUPPORTED",
        // pcsc-lite gives SCARD_E_UNEXPECTED the same number and never returns it.
        0x8010_001F: "SCARD_E_UNSUPPORTED_FEATURE",
        0x8010_0020: "SCARD_E_ICC_INSTALLATION",
        0x8010_0021: "SCARD_E_ICC_CREATEORDER",
        0x8010_0023: "SCARD_E_DIR_NOT_FOUND",
        0x8010_0024: "SCARD_E_FILE_NOT_FOUND",
        0x8010_0025: "SCARD_E_NO_DIR",
        0x8010_0026: "SCARD_E_NO_FILE",
        0x8010_0027: "SCARD_E_NO_ACCESS",
        0x8010_0028: "SCARD_E_WRITE_TOO_MANY",
        0x8010_0029: "SCARD_E_BAD_SEEK",
        0x8010_002A: "SCARD_E_INVALID_CHV",
        0x8010_002B: "SCARD_E_UNKNOWN_RES_MNG",
        0x8010_002C: "SCARD_E_NO_SUCH_CERTIFICATE",
        0x8010_002D: "SCARD_E_CERTIFICATE_UNAVAILABLE",
        0x8010_002F: "SCARD_E_COMM_DATA_LOST",
        0x8010_0030: "SCARD_E_NO_KEY_CONTAINER",
        0x8010_0031: "SCARD_E_SERVER_TOO_BUSY",
        0x8010_006B: "SCARD_W_WRONG_CHV",
        0x8010_006C: "SCARD_W_CHV_BLOCKED",
        0x8010_006D: "SCARD_W_EOF",
        0x8010_006E: "SCARD_W_CANCELLED_BY_USER",
        0x8010_006F: "SCARD_W_CARD_NOT_AUTHENTICATED",
    ]

    /// The error that this code stands for; `nil` for success.
    ///
    /// A sharing violation becomes `busy` without names: who is connected is looked up where the error is
    /// thrown.
    var error: PCSCError? {
        switch self {
        case .success: nil
        case .noService: .serviceNotRunning
        case .serviceStopped, .shutdown, .communicationError: .serviceStopped
        case .securityViolation: .notPermitted
        case .noReadersAvailable: .noReader
        case .unknownReader: .readerNotFound
        case .readerUnavailable: .readerUnavailable
        case .noSmartcard: .noCard
        case .removedCard: .cardRemoved
        case .resetCard: .cardReset
        case .unresponsiveCard, .unpoweredCard, .unsupportedCard, .notReady: .cardUnresponsive
        case .sharingViolation: .busy(ConnectedPrograms(programs: [], isComplete: false))
        case .protocolMismatch: .protocolMismatch
        default: .other(code: rawValue, name: Self.otherNames[rawValue])
        }
    }
}
