import CardApplications
import CardCore
import Testing
import VirtualCards

/// A software card whose answers can be replaced, and sessions with the application that is found on it.
final class FamilyBench: VirtualCard {
    let card: FileSystemCard
    /// Every command that reached the card.
    private(set) var commands: [[UInt8]] = []
    /// Answers in place of the card where it returns something.
    var habit: (([UInt8]) -> [UInt8]?)?
    /// What card data says of the card.
    var families = ["pkcs15"]
    var applications: [CardHints.Application] = []

    init(_ profile: CardProfile = .siths, edit: (inout FileSystemImage) throws -> Void = { _ in }) throws {
        let parts = #filePath.split(separator: "/").dropLast(4)
        let folder = "/" + parts.joined(separator: "/") + "/Fixtures/cards/"
        var image = try FileSystemImage.load(from: folder + profile.rawValue + ".json")
        try edit(&image)
        card = FileSystemCard(image: image)
    }

    var atr: [UInt8] { card.atr }
    var transmissionProtocol: TransmissionProtocol { card.transmissionProtocol }
    func reset() { card.reset() }

    func process(_ command: [UInt8]) -> [UInt8] {
        commands.append(command)
        return habit?(command) ?? card.process(command)
    }

    /// What is known of the card before anything of it is selected.
    var hints: CardHints {
        CardHints(atr: try? ATR(parsing: atr), families: families, applications: applications)
    }

    /// Resets the card, finds the application in a transaction and lends its session to `body`; `nil` for an unknown card.
    func withSession<R>(
        for purpose: ApplicationSearch.Purpose = .reading,
        _ body: (inout ApplicationSession) throws -> R
    ) throws -> R? {
        reset()
        return try withSession(ApplicationSearch(hints, for: purpose), body)
    }

    /// The codes with their roles; `nil` for an unknown card.
    func pins(roles: Bool = true) throws -> [PINPolicy]? {
        try withSession { try $0.readPINs(roles: roles) }
    }

    func certificates() throws -> [CardCertificate]? {
        try withSession { try $0.readCertificates(.pins) }
    }

    /// Certificates, and whether the card says that there are more.
    func certificatesAndMore() throws -> (count: Int, hasMore: Bool)? {
        try withSession { session in
            let certificates = try session.readCertificates(.pins)
            return (certificates.count, session.application.hasMoreCertificates)
        }
    }

    /// Where each code of a PKCS#15 card is presented; `nil` for the application's own directory.
    func directories() throws -> [[UInt8]?] {
        try withSession { session in
            let pins = try session.readPINs(roles: false)
            let application = try #require(session.application as? PKCS15Application)
            return pins.map(application.directory)
        } ?? []
    }

    /// Ids and roles, `01 auth, 02 sign, 03 puk`.
    func roles() throws -> String {
        try (pins() ?? []).map { "\($0.id) \($0.role?.rawValue ?? "-")" }.joined(separator: ", ")
    }
}

extension FileSystemImage {
    /// Places of the files of a profile's card.
    enum Place {
        static let directory: [UInt8] = [0x3F, 0x00, 0x2F, 0x00]
        static let objects: [UInt8] = [0x3F, 0x00, 0x50, 0x15, 0x50, 0x31]
        static let codes: [UInt8] = [0x3F, 0x00, 0x50, 0x15, 0x44, 0x01]
        static let keys: [UInt8] = [0x3F, 0x00, 0x44, 0x02]
        static let certificates: [UInt8] = [0x3F, 0x00, 0x50, 0x15, 0x44, 0x03]
        static let moreCertificates: [UInt8] = [0x3F, 0x00, 0x44, 0x04]
        static let login: [UInt8] = [0x3F, 0x00, 0x43, 0x31]
        static let signature: [UInt8] = [0x3F, 0x00, 0x50, 0x15, 0x43, 0x32]
    }

    func content(_ path: [UInt8]) throws -> [UInt8] {
        try #require(files.first { $0.path.bytes == path }?.content).bytes
    }

    /// Puts `content` in a file, padded like the others.
    mutating func write(_ path: [UInt8], _ content: [UInt8]) throws {
        let index = try #require(files.firstIndex { $0.path.bytes == path })
        let padding = [UInt8](repeating: 0xFF, count: max(512 - content.count, 1))
        files[index].content = HexBytes(content + padding)
    }
}

/// Objects of PKCS#15 files with the fields that tests turn.
enum Objects {
    static func code(
        _ id: UInt8,
        label: String = "",
        unblockedBy: UInt8? = nil,
        flags: [Int] = [4],
        type: UInt8 = 1,
        reference: UInt8,
        path: [UInt8]? = nil
    ) -> [UInt8] {
        ASN1Builder.sequence(
            ASN1Builder.sequence(
                ASN1Builder.text(label),
                unblockedBy.map { ASN1Builder.octets([$0]) } ?? []
            ),
            ASN1Builder.sequence(ASN1Builder.octets([id])),
            ASN1Builder.tlv(
                0xA1,
                ASN1Builder.sequence(
                    ASN1Builder.bits(flags),
                    ASN1Builder.tlv(0x0A, [type]),
                    ASN1Builder.integer(6),
                    ASN1Builder.integer(8),
                    ASN1Builder.integer(8),
                    ASN1Builder.tlv(0x80, [0, reference]),
                    path.map { ASN1Builder.sequence(ASN1Builder.octets($0)) } ?? []
                )
            )
        )
    }

    /// A key behind the code with id `pin`; bit 2 of `usage` is sign, 9 non-repudiation.
    static func key(_ id: [UInt8], pin: UInt8, usage: [Int]) -> [UInt8] {
        ASN1Builder.sequence(
            ASN1Builder.sequence(ASN1Builder.text("key"), ASN1Builder.octets([pin])),
            ASN1Builder.sequence(ASN1Builder.octets(id), ASN1Builder.bits(usage)),
            ASN1Builder.tlv(0xA1, ASN1Builder.sequence(ASN1Builder.path([0x4B, 0x01])))
        )
    }

    static func certificate(_ id: [UInt8], _ value: [UInt8]) -> [UInt8] {
        ASN1Builder.sequence(
            ASN1Builder.sequence(ASN1Builder.text("certificate")),
            ASN1Builder.sequence(ASN1Builder.octets(id)),
            ASN1Builder.tlv(0xA1, ASN1Builder.sequence(value))
        )
    }

    /// An entry of EF.OD: kind 0 keys, 4 certificates, 8 codes.
    static func entry(_ kind: UInt8, path: [UInt8]) -> [UInt8] {
        ASN1Builder.tlv(0xA0 + kind, ASN1Builder.path(path))
    }

    /// An entry of EF.OD that holds its objects itself.
    static func entry(_ kind: UInt8, direct objects: [UInt8]) -> [UInt8] {
        ASN1Builder.tlv(0xA0 + kind, ASN1Builder.tlv(0xA0, objects))
    }
}
