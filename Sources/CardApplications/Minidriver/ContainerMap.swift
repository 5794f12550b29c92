/// The containers of a Windows card module, each with up to two keys, from its file `cmapfile`.
package struct ContainerMap: Hashable, Sendable {
    /// One record (smart card minidriver specification, CONTAINER_MAP_RECORD).
    package struct Container: Hashable, Sendable {
        /// What its files' names end in, 0...125.
        package let index: Int
        /// Hostile text of at most 40 characters, often a GUID; empty where nothing was ever put there.
        package let name: String
        /// Bit 1 of the flags.
        package let isInUse: Bool
        package let hasSignatureKey: Bool
        package let hasExchangeKey: Bool
    }

    package let containers: [Container]

    /// 40 UTF-16 units of name, flags, a reserved octet, bits of the signature and of the exchange key, little-endian.
    private static let recordLength = 86
    private static let nameLength = 80
    /// The limit of OpenSC's gids driver.
    private static let maximumContainers = 126
    /// Octets of the longest map that is looked into.
    static let maximumLength = recordLength * maximumContainers

    package init(parsing content: [UInt8]) {
        let count = min(content.count / Self.recordLength, Self.maximumContainers)
        containers = (0..<count).map { index in
            let start = index * Self.recordLength
            let record = Array(content[start..<start + Self.recordLength])
            return Container(
                index: index,
                name: Self.name(record),
                isInUse: record[Self.nameLength] & 0x01 != 0,
                hasSignatureKey: record[82] != 0 || record[83] != 0,
                hasExchangeKey: record[84] != 0 || record[85] != 0
            )
        }
    }

    private static func name(_ record: [UInt8]) -> String {
        let units = stride(from: 0, to: nameLength, by: 2).map {
            UInt16(record[$0]) | UInt16(record[$0 + 1]) << 8
        }
        return String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
    }
}
