internal import CPCSC

/// How much data of one command a reader and its driver take (PC/SC part 10, dwMaxAPDUDataSize).
enum ReaderLimit: Hashable, Sendable {
    /// The reader does not say, or not as the standard asks.
    case unknown
    /// Commands in short form only.
    case shortForm
    /// Commands in extended form too, with at most this many bytes of data.
    case extendedForm(Int)

    /// The least limit with which extended length is used; the largest Ne of `ChannelLimits`.
    ///
    /// A reader between both is treated like one for short form, which always works.
    private static let leastUsefulLimit = 4_096

    /// Whether a command in extended form may be sent where the card takes it.
    ///
    /// Most drivers do not say, so it is tried where nothing is known.
    var allowsExtendedLength: Bool {
        switch self {
        case .unknown: true
        case .shortForm: false
        case .extendedForm(let limit): limit >= Self.leastUsefulLimit
        }
    }

    /// The limit in the answer to FEATURE_GET_TLV_PROPERTIES.
    ///
    /// 0 means short form; 1...255 and more than 65,536 are reserved: the first is no more than short form,
    /// the other is no limit that a command can reach.
    init(properties: [UInt8]) {
        let tag = UInt8(PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize)
        guard let value = Self.value(of: tag, in: properties) else {
            self = .unknown
            return
        }
        // Properties are little endian on every machine.
        let limit = value.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        self =
            switch limit {
            case 0...255: .shortForm
            case 256...65_536: .extendedForm(Int(limit))
            default: .unknown
            }
    }

    /// The control code of FEATURE_GET_TLV_PROPERTIES in the answer to CM_IOCTL_GET_FEATURE_REQUEST.
    static func propertyRequest(inFeatures features: [UInt8]) -> UInt32? {
        guard let value = value(of: UInt8(FEATURE_GET_TLV_PROPERTIES), in: features) else { return nil }
        // Control codes are big endian (PCSC_TLV_STRUCTURE in reader.h).
        return value.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }

    /// The four bytes of the first element `tag`; `nil` where it is missing, cut or of another length.
    private static func value(of tag: UInt8, in elements: [UInt8]) -> ArraySlice<UInt8>? {
        var rest = elements[...]
        while let found = rest.popFirst(), let length = rest.popFirst(), Int(length) <= rest.count {
            if found == tag { return length == 4 ? rest.prefix(4) : nil }
            rest = rest.dropFirst(Int(length))
        }
        return nil
    }
}
