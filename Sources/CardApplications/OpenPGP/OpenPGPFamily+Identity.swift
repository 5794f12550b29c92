package import CardCore

/// The AID, which holds the number and is a data object of its own, readable at any time (4.4.1).
extension OpenPGPApplication {
    package mutating func readIdentity(on channel: inout AnyCardChannel) throws(CardError) -> CardIdentity {
        let (major, minor) = data.version
        return CardIdentity(serialNumber: data.serialNumber, product: "OpenPGP card \(major).\(minor)")
    }

    package mutating func readNumber(on channel: inout AnyCardChannel) throws(CardError) -> CardNumber? {
        OpenPGPRelatedData.number(in: data.aid)
    }

    /// Data object `4F`; `nil` when what is selected has none, or is not of this family.
    static func readAID(on channel: inout AnyCardChannel) throws(TransportError) -> [UInt8]? {
        let response: ResponseAPDU
        do throws(TransportError) {
            response = try getData(0x004F, limit: 256, on: &channel)
        } catch .responseTooLong {
            return nil
        }
        guard response.status.isSuccess, (8...16).contains(response.data.count),
            OpenPGPFamily.claims(response.data), response.data[6] >= 2
        else { return nil }
        return response.data
    }
}

extension OpenPGPRelatedData {
    /// Manufacturer and serial number of the AID.
    ///
    /// On a YubiKey its digits are those of the key's own serial number, which PIV tells too (Yubico, "OpenPGP" of the
    /// YubiKey technical manual).
    static func number(in aid: [UInt8]) -> CardNumber? {
        guard aid.count >= 14 else { return nil }
        let digits = Hex.string(of: aid[10..<14])
        if aid[8..<10] == [0x00, 0x06], let number = UInt32(digits) {
            return CardNumber(scope: YubiKey.numberScope, String(number))
        }
        return CardNumber(scope: OpenPGPFamily.name, Hex.string(of: aid[8..<14]))
    }
}
