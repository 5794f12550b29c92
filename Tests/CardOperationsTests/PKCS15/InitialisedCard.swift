import CardApplications
import CardOperations
import VirtualCards

/// Cards of makers abroad, with the files that OpenSC's `pkcs15-init` writes: no PUK in EF.AOD, no short identifiers.
///
/// File numbers and entries are those of an Aventra MyEID 4.5 in OpenSC's fuzzing corpus (`fuzz_pkcs15_tool/ade754cf…`).
enum InitialisedCard: CaseIterable, Sendable {
    /// A JavaCard applet with an AID of its own and files below that (IsoApplet's README), T=1.
    case isoApplet
    /// T=0: SELECT without FCI answers `6100`, and GET RESPONSE `6985`.
    case osEID
    case osEIDT1
    /// SELECT with P2 = 0C is `6A86` (the same corpus).
    case myEID

    var isT0: Bool { self == .osEID }

    private var atr: [UInt8] {
        switch self {
        // Historical bytes that name no maker.
        case .isoApplet, .osEIDT1: [0x3B, 0x80, 0x81, 0x01, 0x00]
        case .osEID: [0x3B, 0xF7, 0x11, 0x00, 0x01, 0x40, 0x96, 0x54, 0x30, 0x04, 0x0E, 0x6C, 0xB6, 0xD6]
        case .myEID:
            [0x3B, 0xF5, 0x96, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x45, 0x4D, 0x79, 0x45, 0x49, 0x44, 0x14]
        }
    }

    private var aid: [UInt8] {
        self == .isoApplet
            ? Self.isoAppletName
            : [0xA0, 0x00, 0x00, 0x00, 0x63] + Array("PKCS-15".utf8)
    }

    /// As in applications.conf.
    static let isoAppletName: [UInt8] = [
        0xF2, 0x76, 0xA2, 0x88, 0xBC, 0xFB, 0xA6, 0x9D, 0x34, 0xF3, 0x10, 0x01,
    ]
    static let place: [UInt8] = [0x3F, 0x00, 0x50, 0x15]
    static let authenticationObjects = place + [0x44, 0x01]
    private static let keys = place + [0x44, 0x02]
    private static let certificates = place + [0x44, 0x03]

    /// Reference 1 and its PUK, and with `hasSignaturePIN` reference 2 and another; padded with 00 to 8.
    func image(hasSignaturePIN: Bool = false) throws -> FileSystemImage {
        var image = try OperationBench.image(.siths)
        let (application, template) = (image.applications[0], image.files[0])
        image.atr = HexBytes(atr)
        image.transmissionProtocol = isT0 ? "T=0" : "T=1"
        image.behaviour.countersByGetData = false
        image.behaviour.shortIdentifiers = false
        image.behaviour.unblock = .oneStep
        switch self {
        case .osEID: image.behaviour.selectWithoutFCI = HexBytes([0x61, 0x00])
        case .myEID: image.behaviour.selectWithoutFCI = HexBytes([0x6A, 0x86])
        case .isoApplet, .osEIDT1: break
        }
        image.applications = [application]
        image.applications[0].aid = HexBytes(aid)
        let logins = image.files.first { $0.path.bytes == [0x3F, 0x00, 0x43, 0x31] }?.content?.bytes ?? []
        let signatures =
            image.files.first { $0.path.bytes == Self.place + [0x43, 0x32] }?.content?.bytes ?? []
        image.files = []
        func put(_ path: [UInt8], _ content: [UInt8]? = nil) {
            var file = template
            (file.path, file.kind, file.records, file.shortIdentifier) = (
                HexBytes(path), .directory, nil, nil
            )
            if let content {
                file.kind = .transparent
                file.content = HexBytes(content + [UInt8](repeating: 0, count: max(256 - content.count, 0)))
            }
            image.files.append(file)
        }
        put([0x3F, 0x00])
        put(Self.place)
        put(
            [0x3F, 0x00, 0x2F, 0x00],
            DER.object(0x61, DER.object(0x4F, aid), DER.object(0x51, Self.place))
        )
        put(
            Self.place + [0x50, 0x31],
            DER.object(0xA0, DER.path(Self.keys)) + DER.object(0xA4, DER.path(Self.certificates))
                + DER.object(0xA8, DER.path(Self.authenticationObjects))
        )
        put(
            Self.place + [0x50, 0x32],
            DER.sequence(
                DER.integer(0),
                DER.octets([1, 2, 3, 4]),
                DER.object(0x80, Array("Card".utf8)),
                DER.bits(5)
            )
        )
        var codes = PINEntry(id: 1, label: "User PIN", reference: 1).bytes
        var keys = KeyEntry(id: 0x45, pin: 1, usage: KeyEntry.login, reference: 1).bytes
        var entries = Self.certificate(id: 0x45, file: 0x31)
        put(Self.place + [0x43, 0x31], logins)
        if hasSignaturePIN {
            codes += PINEntry(id: 2, label: "PIN 2", reference: 2).bytes
            keys += KeyEntry(id: 0x46, pin: 2, usage: KeyEntry.signature, reference: 2).bytes
            entries += Self.certificate(id: 0x46, file: 0x32)
            put(Self.place + [0x43, 0x32], signatures)
        }
        put(Self.authenticationObjects, codes)
        put(Self.keys, keys)
        put(Self.certificates, entries)
        setCodes(of: &image, hasSignaturePIN)
        return image
    }

    /// An X.509 certificate as an entry of EF.CD.
    private static func certificate(id: UInt8, file: UInt8) -> [UInt8] {
        DER.sequence(
            DER.sequence(DER.text("Certificate")),
            DER.sequence(DER.octets([id])),
            DER.object(0xA1, DER.sequence(DER.path(place + [0x43, file])))
        )
    }

    /// PUKs have references that no file names, and that no command may reach.
    private func setCodes(of image: inout FileSystemImage, _ hasSignaturePIN: Bool) {
        var codes = image.pins
        for index in codes.indices {
            codes[index].localTo = nil
            codes[index].padding = HexBytes([0x00])
            codes[index].storedLength = 8
            if codes[index].role != .puk { codes[index].minimumLength = 4 }
            codes[index].maximumLength = 8
        }
        codes[0].reference = HexBytes([0x01])
        codes[1].reference = HexBytes([0x02])
        codes[2].reference = HexBytes([0xFE])
        for index in 0...1 { codes[index].unblockedBy = HexBytes([0xFE]) }
        image.pins = hasSignaturePIN ? codes : [codes[0], codes[2]]
        for index in image.keys.indices { image.keys[index].pin = HexBytes([UInt8(index + 1)]) }
    }

    /// The card in front of a person, as found in a reader whose program knows the applet's name.
    func bench(
        hasSignaturePIN: Bool = false,
        tries: [CodeRole: Int] = [:],
        edit: (inout FileSystemImage) throws -> Void = { _ in }
    ) throws -> OperationBench {
        let bench = try OperationBench(.siths, tries: tries) { image in
            image = try self.image(hasSignaturePIN: hasSignaturePIN)
            try edit(&image)
        }
        bench.families = []
        bench.applications = [CardHints.Application(family: "pkcs15", aid: Self.isoAppletName)]
        return bench
    }
}
