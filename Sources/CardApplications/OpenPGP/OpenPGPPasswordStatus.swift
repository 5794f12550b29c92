/// The PW status bytes, `C4`: lengths and counters of PW1, the resetting code and PW3 (4.4.1).
package struct OpenPGPPasswordStatus: Hashable, Sendable {
    /// One of the three.
    package struct Password: Hashable, Sendable {
        /// Octets, 0...255.
        package let maximumLength: Int
        /// Whether it is presented as a PIN block of format 2, bit 8 of the length octet of PW1 and PW3.
        package let isPINBlock: Bool
        /// 0...255.
        package let remainingTries: Int
    }

    package let pw1: Password
    /// A counter of zero means that none is set, or that it is blocked.
    package let resettingCode: Password
    package let pw3: Password

    /// `nil` when `bytes` are too few; what a later version may add behind the seven octets is left alone.
    package init?(parsing bytes: [UInt8]) {
        guard bytes.count >= 7 else { return nil }
        func password(_ length: UInt8, _ tries: UInt8, block: Bool) -> Password {
            Password(
                maximumLength: Int(block ? length & 0x7F : length),
                isPINBlock: block && length & 0x80 != 0,
                remainingTries: Int(tries)
            )
        }
        pw1 = password(bytes[1], bytes[4], block: true)
        resettingCode = password(bytes[2], bytes[5], block: false)
        pw3 = password(bytes[3], bytes[6], block: true)
    }
}
