internal import CardCore

/// What a PIV card in software is made of: data objects, rules of codes, keys and the habits of its maker.
///
/// The JSON files that hold it are described in `Fixtures/cards/README.md`. The structures are those of NIST SP 800-73-4.
package struct PIVImage: SoftwareCardImage, Codable, Equatable {
    package var version: Int
    package var profile: String
    package var description: String
    package var atr: HexBytes
    package var extendedLength: Bool
    /// `T=0` or `T=1`; `T=1` where nothing is said.
    package var transmissionProtocol: String?
    /// Whether data is answered that no Le asked for, as YubiKeys and many Java Cards do; Yubico's tools count on it.
    package var answersWithoutLe: Bool
    package var application: Application
    /// Whether the PIV application is selected after a reset, as SP 800-73-4, part 1, 2.2 wants it.
    package var isDefaultApplication: Bool
    package var objects: [Object]
    package var codes: [Code]
    package var keys: [Key]
    /// What YubiKeys add to PIV; none on other cards.
    package var yubiKey: YubiKey?
    /// Other applications, by what they answer.
    package var otherApplications: [OtherApplication]

    package struct Application: Codable, Equatable, Sendable {
        /// The whole AID, version included.
        package var aid: HexBytes
        /// The application property template that answers SELECT (part 2, 3.1.1).
        package var propertyTemplate: HexBytes
    }

    package struct Object: Codable, Equatable, Sendable {
        /// One or three bytes, `7E`, `5FC105`.
        package var tag: HexBytes
        /// As GET DATA answers it, `53` or `7E` included.
        package var content: HexBytes
        /// Whether a PIN must be verified for reading.
        package var needsPIN: Bool
    }

    package struct Code: Codable, Equatable, Sendable {
        /// `00`, `80` or `81`.
        package var reference: HexBytes
        package var role: CodeRole
        /// Characters; the card stores eight octets, filled up with `FF` (part 2, 2.4.3).
        package var minimumLength: Int
        package var maximumLength: Int
        package var digitsOnly: Bool
        package var maximumTries: Int
    }

    package struct Key: Codable, Equatable, Sendable {
        /// When the holder must have verified a PIN (part 1, table 4b).
        package enum Consent: String, Codable, Sendable {
            case never, once
            /// Immediately before each use.
            case always
        }

        /// One byte, `9A`.
        package var slot: HexBytes
        package var consent: Consent
        /// PEM.
        package var privateKey: String
        /// What a YubiKey's GET METADATA answers for the slot.
        package var metadata: HexBytes?
    }

    package struct YubiKey: Codable, Equatable, Sendable {
        /// Three bytes.
        package var version: HexBytes
        /// Four bytes.
        package var serial: HexBytes
        /// What GET METADATA answers for the management key, `9B`.
        package var managementKeyMetadata: HexBytes
    }

    package struct OtherApplication: Codable, Equatable, Sendable {
        package var aid: HexBytes
        /// The answer to SELECT.
        package var selection: HexBytes
        /// Answers by INS, P1 and P2 in hexadecimal.
        package var answers: [String: HexBytes]

        package init(aid: HexBytes, selection: HexBytes, answers: [String: HexBytes] = [:]) {
            self.aid = aid
            self.selection = selection
            self.answers = answers
        }
    }
}

extension PIVImage {
    package func makeCard(state: CardState, fault: CardFault?) -> any SoftwareCard {
        PIVCard(image: self, state: state, fault: fault)
    }

    package var codeRules: [CodeRule] { codes.map(\.rule) }

    package var flaw: String? {
        guard version == 1 else { return "version \(version) is not known" }
        guard (5...16).contains(application.aid.bytes.count) else { return "an AID has 5 to 16 bytes" }
        guard [nil, "T=0", "T=1"].contains(transmissionProtocol) else { return "no such protocol" }
        for code in codes {
            guard code.reference.bytes.count == 1, (1...code.maximumLength).contains(code.minimumLength),
                code.maximumLength <= PIVCard.storedLength, (1...255).contains(code.maximumTries)
            else { return "the rules of code \(code.reference.text) do not fit together" }
        }
        for object in objects where ![1, 3].contains(object.tag.bytes.count) {
            return "\(object.tag.text) is no tag of a PIV object"
        }
        for key in keys where key.slot.bytes.count != 1 { return "a slot has one byte" }
        if let yubiKey, yubiKey.version.bytes.count != 3 || yubiKey.serial.bytes.count != 4 {
            return "a YubiKey's version has three bytes, its serial number four"
        }
        return nil
    }
}
