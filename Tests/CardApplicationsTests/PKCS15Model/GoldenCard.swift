import CardApplications

/// Directory files of one made-up card, from which every test changes one thing.
enum GoldenCard {
    /// A field that the card's maker fills.
    enum Field: Hashable, CaseIterable {
        case label, authId, iD
        case pinFlags, pinType, minimumLength, storedLength, maximumLength, reference, padCharacter,
            lastChange
        case path, index, length
        case usage, native, keyReference, modulusLength, authority
    }

    /// Content octets in the place of the field's own; an empty array keeps the tag and writes no content.
    typealias Changes = [Field: [UInt8]]

    private static func field(_ changes: Changes, _ field: Field, _ tag: UInt8, _ content: [UInt8]) -> [UInt8]
    {
        ASN1Builder.tlv(tag, changes[field] ?? content)
    }

    private static func common(_ changes: Changes, label: String, authId: [UInt8]) -> [UInt8] {
        ASN1Builder.sequence(
            field(changes, .label, 0x0C, Array(label.utf8)),
            ASN1Builder.bits([0, 1]),
            field(changes, .authId, 0x04, authId)
        )
    }

    private static func path(_ changes: Changes, _ identifiers: [UInt8], ranged: Bool = false) -> [UInt8] {
        let range =
            ranged || changes[.index] != nil || changes[.length] != nil
            ? field(changes, .index, 0x02, [0x00]) + field(changes, .length, 0x80, [0x06, 0x40]) : []
        return ASN1Builder.sequence(field(changes, .path, 0x04, identifiers), range)
    }

    static func pin(_ changes: Changes = [:], without omitted: Set<Field> = []) -> [UInt8] {
        let attributes: [(Field, UInt8, [UInt8])] = [
            (.pinFlags, 0x03, [0x03, 0x48]), (.pinType, 0x0A, [0x01]), (.minimumLength, 0x02, [0x06]),
            (.storedLength, 0x02, [0x08]), (.maximumLength, 0x02, [0x08]), (.reference, 0x80, [0x00, 0x82]),
            (.padCharacter, 0x04, [0xFF]), (.lastChange, 0x18, Array("20260101000000Z".utf8)),
        ]
        let written = attributes.filter { !omitted.contains($0.0) }
            .flatMap { field(changes, $0.0, $0.1, $0.2) }
        return ASN1Builder.sequence(
            common(changes, label: "Underskrift", authId: [0x03]),
            ASN1Builder.sequence(field(changes, .iD, 0x04, [0x02])),
            ASN1Builder.tlv(
                0xA1,
                ASN1Builder.sequence(written, path(changes, [0x3F, 0x00, 0x50, 0x15]))
            )
        )
    }

    static func key(_ changes: Changes = [:], tag: UInt8 = 0x30) -> [UInt8] {
        ASN1Builder.tlv(
            tag,
            common(changes, label: "Legitimering", authId: [0x01])
                + ASN1Builder.sequence(
                    field(changes, .iD, 0x04, Array("auth-key-1".utf8)),
                    field(changes, .usage, 0x03, [0x05, 0x20]),
                    field(changes, .native, 0x01, [0xFF]),
                    ASN1Builder.bits([0, 2, 3, 4]),
                    field(changes, .keyReference, 0x02, [0x81])
                )
                + ASN1Builder.tlv(
                    0xA1,
                    ASN1Builder.sequence(
                        path(changes, [0x44, 0x01]),
                        tag == 0x30 ? field(changes, .modulusLength, 0x02, [0x08, 0x00]) : []
                    )
                )
        )
    }

    static func certificate(_ changes: Changes = [:], value: [UInt8]? = nil) -> [UInt8] {
        ASN1Builder.sequence(
            common(changes, label: "Certifikat", authId: [0x01]),
            ASN1Builder.sequence(
                field(changes, .iD, 0x04, Array("auth-key-1".utf8)),
                field(changes, .authority, 0x01, [0xFF])
            ),
            ASN1Builder.tlv(
                0xA1,
                ASN1Builder.sequence(value ?? path(changes, [0x3F, 0x00, 0x43, 0x31], ranged: true))
            )
        )
    }

    static let objectDirectory: [UInt8] = ([0, 1, 4, 5, 7, 8] as [UInt8]).flatMap { kind in
        ASN1Builder.tlv(0xA0 + kind, ASN1Builder.path([0x3F, 0x00, 0x50, 0x15, 0x44, kind]))
    }

    static func tokenInfo(serial: [UInt8] = [1, 2, 3], label: [UInt8] = Array("SITHS".utf8)) -> [UInt8] {
        ASN1Builder.sequence(
            ASN1Builder.integer(0),
            ASN1Builder.octets(serial),
            ASN1Builder.text("Maker"),
            ASN1Builder.tlv(0x80, label),
            ASN1Builder.bits([1, 2]),
            ASN1Builder.tlv(0x17, [0x41])
        )
    }

    static let directory: [UInt8] =
        ASN1Builder.tlv(
            0x61,
            ASN1Builder.tlv(0x4F, [0xA0, 0, 0, 0, 0x63] + Array("PKCS-15".utf8))
                + ASN1Builder.tlv(0x50, Array("SITHS".utf8))
                + ASN1Builder.tlv(0x51, [0x3F, 0x00, 0x50, 0x15])
                + ASN1Builder.tlv(
                    0x73,
                    [0x06, 0x0A, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x0F, 0x04, 0x01]
                        + ASN1Builder.path([0x50, 0x31])
                        + ASN1Builder.tlv(0xA0, ASN1Builder.octets([0x50, 0x32]))
                )
        )
}
