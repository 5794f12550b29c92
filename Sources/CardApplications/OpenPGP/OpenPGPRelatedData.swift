internal import CardCore

/// The application related data, `6E`: which card it is, what it can do and what its counters say (4.4.1).
package struct OpenPGPRelatedData: Hashable, Sendable {
    /// The whole AID, 8...16 octets, of an application of version 2.0 or later.
    package let aid: [UInt8]
    /// `C4`; `nil` when it is not in there, or too short.
    package let passwords: OpenPGPPasswordStatus?
    /// Whether the card may want its codes derived: bit 1 of the first octet of `C0` (4.4.3.7), or no `C0` at all.
    package let mayDeriveCodes: Bool

    /// Whether the authentication key is one of Ed25519: algorithm attributes `C3` (4.4.3.9).
    package let authenticatesByEd25519: Bool

    /// EdDSA and the curve's object identifier, 1.3.6.1.4.1.11591.15.1; the import format may follow.
    private static let ed25519: [UInt8] = [0x16, 0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x0F, 0x01]

    /// `nil` when `bytes` are something else.
    ///
    /// The YubiKey and SmartPGP send the template with its tag, other cards only what is in it.
    package init?(parsing bytes: [UInt8]) {
        let span = bytes.span
        guard var objects = try? BERTLV.objects(in: span, range: 0..<span.count) else { return nil }
        if let template = objects.first(where: { $0.tag == 0x6E }) {
            guard let inner = try? BERTLV.objects(in: span, range: template.value) else { return nil }
            objects = inner
        }
        guard let aid = objects.first(where: { $0.tag == 0x4F })?.value, (8...16).contains(aid.count) else {
            return nil
        }
        self.aid = Array(bytes[aid])
        guard OpenPGPFamily.claims(self.aid), self.aid[6] >= 2 else { return nil }
        let discretionary = objects.first { $0.tag == 0x73 }?.value ?? 0..<0
        let facts = (try? BERTLV.objects(in: span, range: discretionary)) ?? []
        passwords = facts.first { $0.tag == 0xC4 }.flatMap {
            OpenPGPPasswordStatus(parsing: Array(bytes[$0.value]))
        }
        let capabilities = facts.first { $0.tag == 0xC0 }.map { bytes[$0.value] }
        authenticatesByEd25519 =
            facts.first { $0.tag == 0xC3 }.map {
                bytes[$0.value].starts(with: Self.ed25519) && $0.value.count <= Self.ed25519.count + 1
            } ?? false
        mayDeriveCodes = capabilities?.first.map { $0 & 0x01 != 0 } ?? true
    }

    /// Major and minor version, 3 and 4 for 3.4.
    package var version: (major: UInt8, minor: UInt8) { (aid[6], aid[7]) }

    /// Whether VERIFY with P1 = FF logs out by the specification, which it does since version 3.1.
    ///
    /// What an older card makes of it is not known, so it is not tried there: the YubiKey NEO does not look at P1.
    package var promisesLogout: Bool { version >= (3, 1) }

    /// Whether the maker is Yubico, whose keys before 5.6 do not log out, whatever version they name (ykman).
    package var isYubiKey: Bool { aid.count >= 10 && aid[8..<10] == [0x00, 0x06] }

    /// Manufacturer and serial number, as other programs print them together.
    package var serialNumber: String? {
        aid.count >= 14 ? Hex.string(of: Array(aid[8..<14])) : nil
    }
}
