/// What a card with Microsoft's GIDS application is made of: files of data objects, keys, rules; no PIN value.
///
/// The JSON file that holds it is written by `Fixtures/cards/make-gids`.
package struct GIDSImage: SoftwareCardImage, Codable, Equatable {
    package var version: Int
    package var profile: String
    package var description: String
    package var atr: HexBytes
    /// The whole name of the application, 11 bytes.
    package var aid: HexBytes
    /// What the card says in its FCI (73, 40): one byte, `C0` on GidsApplet.
    package var authenticationProtocols: HexBytes
    package var pin: PIN
    package var administratorKey: AdministratorKey
    package var files: [File]
    package var keys: [Key]

    package struct PIN: Codable, Equatable, Sendable {
        /// Bytes.
        package var minimumLength: Int
        /// Bytes.
        package var maximumLength: Int
        /// 1...15.
        package var maximumTries: Int
    }

    /// The triple DES key that stands in for an unblocking code.
    package struct AdministratorKey: Codable, Equatable, Sendable {
        /// 24 bytes, made up.
        package var value: HexBytes
        /// How many wrong responses in a row the card takes, 1...15.
        ///
        /// GidsApplet counts none; OpenSC's gids-tool warns that a wrong key can end other cards.
        package var maximumTries: Int
    }

    /// A file of data objects.
    package struct File: Codable, Equatable, Sendable {
        /// Four hexadecimal digits.
        package var identifier: String
        /// Security condition of PUT DATA in compact format, one byte (ISO/IEC 7816-4, 9.3.3).
        package var put: HexBytes
        /// Security condition of GET DATA.
        package var get: HexBytes
        /// Values by tag in hexadecimal, upper case.
        package var objects: [String: HexBytes]
    }

    package struct Key: Codable, Equatable, Sendable {
        /// Key reference, one byte; the key's file is `B0` and this.
        package var reference: HexBytes
        /// Mechanisms by control reference template, `B6` to sign and `B8` to decipher.
        package var mechanisms: [String: HexBytes]
        package var modulus: HexBytes
        package var exponent: HexBytes
        /// PEM.
        package var privateKey: String
    }
}

extension GIDSImage {
    /// How the state calls the PIN: its reference.
    package static let pinName = "80"
    /// How the state calls the administrator's key: its file.
    package static let administratorName = "B080"

    package var codeRules: [CodeRule] {
        [
            CodeRule(
                name: Self.pinName,
                role: .authentication,
                length: pin.minimumLength...pin.maximumLength,
                digitsOnly: false,
                maximumTries: pin.maximumTries
            ),
            CodeRule(
                name: Self.administratorName,
                role: .administrator,
                length: 0...0,
                maximumTries: administratorKey.maximumTries
            ),
        ]
    }

    package var flaw: String? {
        guard version == 1 else { return "version \(version) is not known" }
        guard (5...16).contains(aid.bytes.count) else { return "an AID has 5 to 16 bytes" }
        guard (1...16).contains(pin.minimumLength), (pin.minimumLength...16).contains(pin.maximumLength),
            (1...15).contains(pin.maximumTries)
        else { return "the rules of the PIN do not fit together" }
        guard administratorKey.value.bytes.count == 24, (1...15).contains(administratorKey.maximumTries)
        else { return "the administrator's key has 24 bytes and up to 15 tries" }
        guard authenticationProtocols.bytes.count == 1 else { return "the protocols are one byte" }
        for file in files where file.put.bytes.count != 1 || file.get.bytes.count != 1 {
            return "file \(file.identifier) has no security conditions"
        }
        for key in keys where key.reference.bytes.count != 1 { return "a key reference has one byte" }
        return nil
    }

    package func makeCard(state: CardState, fault: CardFault?) -> any SoftwareCard {
        GIDSCard(image: self, state: state, fault: fault)
    }
}
