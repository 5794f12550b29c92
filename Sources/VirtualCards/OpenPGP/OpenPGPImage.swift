/// What an OpenPGP card is made of (OpenPGP card specification 3.4): data objects, keys and the rules of its passwords.
///
/// The JSON file that holds it is written by `Fixtures/cards/make-openpgp`.
package struct OpenPGPImage: SoftwareCardImage, Codable, Equatable {
    package var version: Int
    package var profile: String
    package var description: String
    package var atr: HexBytes
    package var extendedLength: Bool
    /// The whole AID, 16 octets: `D27600012401`, version, manufacturer, serial number, two zero octets (4.2.1).
    package var aid: HexBytes
    /// Answers to GET DATA, by tag in hexadecimal; the constructed ones without their own tag.
    package var dataObjects: [String: HexBytes]
    /// What stands in the application related data `6E` beside AID and historical bytes, template `73`, without `C4`.
    package var discretionaryObjects: HexBytes
    /// Cardholder certificates: of the authentication, the decryption and the signature key (4.4.1); empty where none is.
    package var certificates: [HexBytes]
    package var passwords: Passwords
    package var keys: [Key]
    package var behaviour: Behaviour

    /// Rules of PW1, the resetting code and PW3 (4.3).
    package struct Passwords: Codable, Equatable, Sendable {
        package var pw1: Password
        package var resettingCode: Password
        package var pw3: Password
        /// First octet of `C4`: whether one verification of PW1 serves several signatures.
        package var signatureKeepsPW1: Bool
    }

    package struct Password: Codable, Equatable, Sendable {
        /// Octets.
        package var minimumLength: Int
        /// Octets, at most 127.
        package var maximumLength: Int
        /// 1...15.
        package var maximumTries: Int
        package var isSetUp: Bool
    }

    package struct Key: Codable, Equatable, Sendable {
        package enum Use: String, Codable, Sendable {
            case signature, authentication
        }

        package var use: Use
        /// PEM.
        package var privateKey: String
    }

    /// Where OpenPGP cards differ.
    package struct Behaviour: Codable, Equatable, Sendable {
        /// Whether a wrong code is answered with `63CX`, as the YubiKey NEO does, and not `6982` (7.2.2).
        package var tellsTriesOfWrongCode: Bool
        /// Whether VERIFY with P1 = FF logs out, which came with version 3.1.
        package var logout: Bool
    }
}
