import Testing

@testable import CardCore

@Suite struct SecretBytesTests {
    private static func secret(_ bytes: [UInt8], capacity: Int? = nil) -> SecretBytes {
        SecretBytes(capacity: capacity ?? bytes.count) { output in output.append(contentsOf: bytes.span) }
    }

    private static func bytes(of secret: borrowing SecretBytes) -> [UInt8] {
        secret.withBytes { span in span.indices.map { span[$0] } }
    }

    @Test(arguments: [0, 1, 4, 255, 512]) func aSecretHoldsItsBytes(count: Int) {
        let expected = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let held = Self.bytes(of: Self.secret(expected))
        #expect(held == expected)
    }

    @Test(arguments: [(Int.min, 1), (-1, 1), (0, 1), (1, 1), (512, 512), (513, 512), (Int.max, 512)])
    func capacityIsKeptBetween1And512(capacity: Int, held: Int) {
        let secret = Self.secret(Array(repeating: 0x31, count: 600), capacity: capacity)
        #expect(secret.count == held)
    }

    @Test(arguments: [
        ("", "", true), ("31", "31", true), ("31323334", "31323334", true), ("31323334", "31323335", false),
        ("31323334", "30323334", false), ("3132", "313200", false), ("", "00", false),
    ])
    func onlyTheSameBytesAreEqual(first: String, second: String, equal: Bool) {
        let one = Self.secret(Hex.bytes(of: first) ?? [])
        let other = Self.secret(Hex.bytes(of: second) ?? [])
        let result = one.isEqual(to: other)
        let reverse = other.isEqual(to: one)
        #expect(result == equal)
        #expect(reverse == equal)
    }

    @Test func anErrorWhileFillingIsPassedOn() {
        #expect(throws: TransportError.serviceLost) {
            let secret = try SecretBytes(capacity: 8) { output throws(TransportError) in
                output.append(0x31)
                throw .serviceLost
            }
            Issue.record("a secret of \(secret.count) bytes was made")
        }
    }

    @Test("T14: a released secret is nowhere in the memory of the process")
    func releasedSecretsAreWiped() {
        let marker = MemoryMarker()
        do {
            let secret = marker.makeSecret()
            let copy = secret.withBytes { bytes in
                SecretBytes(capacity: bytes.count) { output in output.append(contentsOf: bytes) }
            }
            let command = SecretCommandAPDU(ins: 0x20, p1: 0, p2: 1, data: copy)
            let encoded = try? EncodedCommand(command)
            let isEncoded = encoded?.carriesSecret == true
            #expect(isEncoded)
            // The scan has to find what is there, or finding nothing later would mean nothing.
            #expect(marker.copiesInMemory() >= 2)
        }
        #expect(marker.copiesInMemory() == 0)
    }
}
