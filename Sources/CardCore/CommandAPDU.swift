/// A command APDU without secrets, in one of the cases 1 to 4 (ISO/IEC 7816-4, 5.1).
///
/// Data and expected length are independent: no data and no Ne is case 1, only Ne case 2, only data case 3, both case 4.
package struct CommandAPDU: Hashable, Sendable {
    package var cla: UInt8
    package var ins: UInt8
    package var p1: UInt8
    package var p2: UInt8
    package var data: [UInt8]
    /// Ne, 1...65536; `nil` when no response data is expected.
    package var expectedLength: Int?

    package init(
        cla: UInt8 = 0x00,
        ins: UInt8,
        p1: UInt8 = 0,
        p2: UInt8 = 0,
        data: [UInt8] = [],
        expectedLength: Int? = nil
    ) {
        self.cla = cla
        self.ins = ins
        self.p1 = p1
        self.p2 = p2
        self.data = data
        self.expectedLength = expectedLength
    }

    /// Whether it needs the extended form to go out as it is: more than 255 data bytes, or Ne above 256.
    var isExtended: Bool { data.count > 255 || (expectedLength ?? 0) > 256 }
}

/// Instruction bytes (ISO/IEC 7816-4:2013, table 4.2; PSO and MSE from ISO/IEC 7816-8).
package enum Instruction {
    package static let verify: UInt8 = 0x20
    package static let verifyWithData: UInt8 = 0x21
    package static let manageSecurityEnvironment: UInt8 = 0x22
    package static let changeReferenceData: UInt8 = 0x24
    package static let changeReferenceDataWithData: UInt8 = 0x25
    package static let performSecurityOperation: UInt8 = 0x2A
    package static let resetRetryCounter: UInt8 = 0x2C
    package static let resetRetryCounterWithData: UInt8 = 0x2D
    package static let generateAsymmetricKeyPair: UInt8 = 0x47
    package static let externalAuthenticate: UInt8 = 0x82
    package static let getChallenge: UInt8 = 0x84
    package static let generalAuthenticate: UInt8 = 0x87
    package static let internalAuthenticate: UInt8 = 0x88
    package static let select: UInt8 = 0xA4
    package static let selectData: UInt8 = 0xA5
    package static let readBinary: UInt8 = 0xB0
    package static let getResponse: UInt8 = 0xC0
    package static let getData: UInt8 = 0xCA
    package static let getDataWithTags: UInt8 = 0xCB

    /// Instructions whose data field carries a code in the clear.
    package static let carryingSecrets: Set<UInt8> = [
        verify, verifyWithData, changeReferenceData, changeReferenceDataWithData, resetRetryCounter,
        resetRetryCounterWithData,
    ]
}

/// A command APDU whose data field is a secret; it can be sent once and never printed.
///
/// It expects no response data (case 3), so no status word can ask for it to be sent again.
package struct SecretCommandAPDU: ~Copyable {
    package let cla: UInt8
    package let ins: UInt8
    package let p1: UInt8
    package let p2: UInt8
    package let data: SecretBytes

    package init(cla: UInt8 = 0x00, ins: UInt8, p1: UInt8, p2: UInt8, data: consuming SecretBytes) {
        self.cla = cla
        self.ins = ins
        self.p1 = p1
        self.p2 = p2
        self.data = data
    }
}
