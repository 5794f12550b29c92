/// What a card with files is made of: files, PIN rules, keys and the habits of its family; no PIN values.
///
/// The JSON files that hold it are described in `Fixtures/cards/README.md`.
package struct FileSystemImage: SoftwareCardImage, Codable, Equatable {
    package var version: Int
    package var profile: String
    package var description: String
    package var atr: HexBytes
    /// `T=0` or `T=1`.
    package var transmissionProtocol: String
    package var extendedLength: Bool
    package var applications: [Application]
    package var files: [File]
    package var pins: [PIN]
    package var keys: [Key]
    /// Data objects for GET DATA `CA`, by P1-P2 in hexadecimal.
    package var dataObjects: [String: HexBytes]
    package var behaviour: Behaviour
    /// None on a card whose codes a PUK unblocks.
    package var administratorKey: AdministratorKey?

    /// A name by which SELECT finds a DF.
    package struct Application: Codable, Equatable, Sendable {
        package var aid: HexBytes
        /// The whole path of its DF from `3F00`.
        package var path: HexBytes
        /// Whether its DF takes the place of the MF while it is selected, as in an applet with files of its own.
        package var isRoot: Bool?
    }

    package struct File: Codable, Equatable, Sendable {
        package enum Kind: String, Codable, Sendable {
            case directory = "df"
            case transparent
            case record
            /// Holds a private key; it can be selected and not be read.
            case key
        }

        /// The whole path from `3F00`.
        package var path: HexBytes
        package var kind: Kind
        /// Of a transparent file, padding included.
        package var content: HexBytes?
        package var records: [HexBytes]?
        /// 1...30.
        package var shortIdentifier: UInt8?
    }

    package struct PIN: Codable, Equatable, Sendable {
        /// P2 of VERIFY, one byte.
        package var reference: HexBytes
        package var role: CodeRole
        /// Characters.
        package var minimumLength: Int
        /// Characters.
        package var maximumLength: Int
        /// Whether only digits may become this code; so it is where nothing is said.
        package var digitsOnly: Bool?
        /// Bytes of a padded code.
        package var storedLength: Int
        /// The byte that fills a code up to `storedLength`; none where codes are sent as they are.
        package var padding: HexBytes?
        /// 1...15.
        package var maximumTries: Int
        /// The reference of the code or key that unblocks this one.
        package var unblockedBy: HexBytes?
        /// The DF outside of which this code is unknown; none where it is valid everywhere.
        package var localTo: HexBytes?
    }

    package struct Key: Codable, Equatable, Sendable {
        /// What MANAGE SECURITY ENVIRONMENT calls it, one byte.
        package var reference: HexBytes
        package var path: HexBytes
        /// The code that must have been verified.
        package var pin: HexBytes
        /// Whether each signature uses the verification up.
        package var consumesPIN: Bool
        /// PEM.
        package var privateKey: String
    }

    /// A 3DES key that unblocks in the place of a PUK; made up, like everything on these cards.
    package struct AdministratorKey: Codable, Equatable, Sendable {
        /// P2 of EXTERNAL AUTHENTICATE, one byte.
        package var reference: HexBytes
        /// 24 bytes.
        package var value: HexBytes
        /// 1...15.
        package var maximumTries: Int
        /// The DF outside of which this key is unknown.
        package var localTo: HexBytes
    }

    /// Where card families differ.
    package struct Behaviour: Codable, Equatable, Sendable {
        package enum EmptyVerify: String, Codable, Sendable { case free, costsTry }
        package enum Unblock: String, Codable, Sendable {
            /// RESET RETRY COUNTER with PUK and new PIN.
            case oneStep
            /// VERIFY with the PUK, or EXTERNAL AUTHENTICATE with the administrator's key, then RESET RETRY COUNTER with
            /// the new PIN.
            case twoSteps
        }

        /// What stands around the counters in the answer to GET DATA `CB 00 FF`.
        package enum CounterAnswer: String, Codable, Sendable {
            /// The counter at byte 20, where clients of FINEID cards look for it.
            case fineid
            /// As an IDPrime 840 answers (OpenSC issue 2202).
            case idPrime
        }

        package var emptyVerify: EmptyVerify
        /// Whether GET DATA `00CB00FF A0 03 83 01 ref` tells the counters.
        package var countersByGetData: Bool
        /// `fineid` where nothing is said.
        package var counterAnswer: CounterAnswer?
        package var unblock: Unblock
        package var shortIdentifiers: Bool
        /// What SELECT that wants no FCI (P2 = 0C) is answered with; `9000` where nothing is said.
        ///
        /// `6A86` selects nothing, as on Aventra MyEID; `61XX` announces data that GET RESPONSE does not find, as on OsEID
        /// under T=0.
        package var selectWithoutFCI: HexBytes?
        /// What the try that blocks a code is answered with, `63C0` or `6983`.
        package var statusOfLastWrongTry: HexBytes
    }
}
