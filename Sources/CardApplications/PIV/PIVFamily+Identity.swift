package import CardCore

/// The serial number of a YubiKey, else what the card holder unique identifier holds: readable without a code by anybody
/// (NIST SP 800-73-4, part 1, table 2).
extension PIVFamily {
    /// A YubiKey is asked for its number in the application that gives it, so that one is looked for.
    static func cardNumber(
        _ yubiKey: YubiKey?,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> FoundApplication? {
        if yubiKey == nil, let number = try holderNumber(on: &channel) {
            return .recognised(RecognisedCard(family: name, number: number))
        }
        guard try DiscoveryObject.read(on: &channel) != nil else { return nil }
        let number = yubiKey == nil ? nil : try number(of: yubiKey, on: &channel)
        return .recognised(RecognisedCard(family: name, number: number))
    }

    fileprivate static func number(
        of yubiKey: YubiKey?,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> CardNumber? {
        if yubiKey != nil, let number = try YubiKey.serialNumber(on: &channel) {
            return CardNumber(scope: YubiKey.numberScope, number)
        }
        return try holderNumber(on: &channel)
    }

    private static func holderNumber(on channel: inout AnyCardChannel) throws(TransportError) -> CardNumber? {
        let response: ResponseAPDU
        do throws(TransportError) {
            response = try PIVObject.getData(CardHolderIdentifier.tag, on: &channel)
        } catch .responseTooLong {
            return nil
        }
        guard response.status.isSuccess, let object = PIVObject(response.data, in: 0x53) else { return nil }
        return CardNumber(scope: name, CardHolderIdentifier.serialNumber(in: object))
    }
}

extension PIVApplication {
    /// A YubiKey's own serial number, else the one of the card holder unique identifier.
    package mutating func readIdentity(on channel: inout AnyCardChannel) throws(CardError) -> CardIdentity {
        try transported { () throws(TransportError) in
            var identity = CardIdentity()
            if yubiKey != nil {
                identity.product = try YubiKey.product(on: &channel)
                identity.serialNumber = try YubiKey.serialNumber(on: &channel)
            }
            if identity.serialNumber == nil {
                identity.serialNumber = try PIVObject.read(CardHolderIdentifier.tag, on: &channel).object
                    .flatMap(CardHolderIdentifier.serialNumber)
            }
            return identity
        }
    }

    package mutating func readNumber(on channel: inout AnyCardChannel) throws(CardError) -> CardNumber? {
        let yubiKey = yubiKey
        return try transported { () throws(TransportError) in
            try PIVFamily.number(of: yubiKey, on: &channel)
        }
    }
}
