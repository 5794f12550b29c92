/// The test for moduli of the shape that CVE-2017-15361 breaks.
///
/// The faulty generator made primes k·M + (65537^a mod M), M being a product of small primes; so a modulus is a power of
/// 65537 modulo each of them (Nemec, Sys, Svenda, Klinec, Matyas: "The Return of Coppersmith's Attack", CCS 2017, section
/// 3.1). A sound modulus passes by chance about once in 2^28.
enum ROCA {
    /// The odd primes of the shortest keys' M: the first 39 primes without 2.
    private static let primes: [UInt64] = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
        107,
        109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ]

    /// Shorter moduli have a smaller M and are weak anyway.
    private static let minimumSize = 64

    /// Of each prime, which remainders are powers of 65537.
    private static let powers: [[Bool]] = primes.map { prime in
        var isPower = [Bool](repeating: false, count: Int(prime))
        var value: UInt64 = 1
        while !isPower[Int(value)] {
            isPower[Int(value)] = true
            value = value * 65537 % prime
        }
        return isPower
    }

    /// Primes whose product fits 32 bits, so that a long number is divided a few times only.
    private static let groups: [(product: UInt64, members: Range<Int>)] = {
        var groups: [(UInt64, Range<Int>)] = []
        var start = 0
        var product: UInt64 = 1
        for (index, prime) in primes.enumerated() {
            if product * prime >= 1 << 32 {
                groups.append((product, start..<index))
                (start, product) = (index, 1)
            }
            product *= prime
        }
        return groups + [(product, start..<primes.count)]
    }()

    /// Whether the modulus, most significant byte first, has the shape.
    static func isShaped(_ modulus: [UInt8]) -> Bool {
        guard modulus.count >= minimumSize else { return false }
        return groups.allSatisfy { group in
            var remainder: UInt64 = 0
            for byte in modulus { remainder = (remainder << 8 | UInt64(byte)) % group.product }
            return group.members.allSatisfy { powers[$0][Int(remainder % primes[$0])] }
        }
    }
}
