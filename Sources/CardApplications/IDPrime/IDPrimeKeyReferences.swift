/// Which PIN opens the key of which container, where the card has such a file (OpenSC's idprime driver).
package enum IDPrimeKeyReferences {
    /// Octets of an entry: PIN 1, key 1, container 1, and five that no driver reads.
    static let entryLength = 8
    /// A container has two decimal digits in its name.
    static let maximumLength = 100 * entryLength

    /// The numbers of the PINs by container; of two entries for one container the first counts.
    package static func pins(in bytes: [UInt8]) -> [Int: UInt8] {
        var pins: [Int: UInt8] = [:]
        for start in stride(from: 0, through: bytes.count - entryLength, by: entryLength)
        where start < maximumLength {
            let (pin, container) = (bytes[start], Int(bytes[start + 2]))
            if pin != 0, pins[container] == nil { pins[container] = pin }
        }
        return pins
    }
}
