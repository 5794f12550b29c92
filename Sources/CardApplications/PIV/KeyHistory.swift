/// The key history object: how many retired keys there are (NIST SP 800-73-4, part 1, 3.3.3).
enum KeyHistory {
    static let tag: [UInt8] = [0x5F, 0xC1, 0x0C]
    /// Octets of the address of certificates that are kept elsewhere (part 1, table 20).
    private static let maximumAddressLength = 118

    /// How many certificates are on the card, those of the first retired slots; none where the object makes no sense.
    ///
    /// The address of the others is not kept: nothing is ever fetched from where a card says.
    static func certificatesOnCard(_ object: PIVObject) -> Int {
        guard let onCard = object.value(of: 0xC1), onCard.count == 1,
            let elsewhere = object.value(of: 0xC2), elsewhere.count == 1,
            Int(onCard[0]) + Int(elsewhere[0]) <= PIVSlot.retired.count,
            object.value(of: 0xF3)?.count ?? 0 <= maximumAddressLength
        else { return 0 }
        return Int(onCard[0])
    }
}
