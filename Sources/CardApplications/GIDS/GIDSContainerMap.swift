/// The containers of a card, each with up to two keys (smart card minidriver specification, CONTAINER_MAP_RECORD).
struct GIDSContainerMap: Hashable, Sendable {
    struct Container: Hashable, Sendable {
        /// What its files' names end in, 0...255.
        let index: Int
        /// Hostile text, often a GUID.
        let label: String
        let hasSignatureKey: Bool
        let hasExchangeKey: Bool

        /// Names of the files with the certificates of its keys: index in two hexadecimal digits.
        var certificateFiles: [String] {
            let digits = String(index, radix: 16, uppercase: true)
            let suffix = digits.count < 2 ? "0" + digits : digits
            return (hasExchangeKey ? ["kxc" + suffix] : []) + (hasSignatureKey ? ["ksc" + suffix] : [])
        }
    }

    /// Those that are in use.
    let containers: [Container]

    /// 40 UTF-16 units of name, flags, a reserved byte, bits of the signature and of the exchange key, little-endian.
    private static let recordLength = 86
    private static let nameLength = 80
    /// Bit of the flags that marks a container in use.
    private static let validContainer: UInt8 = 0x01
    /// OpenSC's limit; an index has two digits.
    private static let maximumContainers = 126
    /// The longest map that is read, with its tag and length.
    static let limit = recordLength * maximumContainers + 5

    init(parsing content: [UInt8]) {
        let count = min(content.count / Self.recordLength, Self.maximumContainers)
        containers = (0..<count).compactMap { index in
            let start = index * Self.recordLength
            let record = Array(content[start..<start + Self.recordLength])
            guard record[Self.nameLength] & Self.validContainer != 0 else { return nil }
            return Container(
                index: index,
                label: Self.name(record[..<Self.nameLength]),
                hasSignatureKey: record[82] != 0 || record[83] != 0,
                hasExchangeKey: record[84] != 0 || record[85] != 0
            )
        }
    }

    private static func name(_ field: ArraySlice<UInt8>) -> String {
        let bytes = Array(field)
        let units = stride(from: 0, to: bytes.count - 1, by: 2).map {
            UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
        }
        return String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
    }
}
