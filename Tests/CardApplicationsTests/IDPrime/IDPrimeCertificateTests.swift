import CardApplications
import CardCore
import Testing
import VirtualCards
import X509

/// What an IDPrime card has besides codes.
@Suite struct IDPrimeCertificateTests {

    @Test func certificatesAreUnpackedAndKnowTheirPINs() throws {
        let bench = try IDPrimeFamilyBench.make()
        let certificates = try #require(try bench.certificates())
        #expect(certificates.map(\.id) == ["kxc00", "ksc01", "ksc02"])
        #expect(certificates.map(\.pin) == ["11", "83", nil])
        #expect(certificates.map(\.label) == ["mscp/kxc00", "mscp/ksc01", "mscp/ksc02"])
        let summaries = certificates.map { $0.certificate }
        #expect(summaries[0]?.extensions.keyUsage?.first == .digitalSignature)
        #expect(summaries[1]?.extensions.keyUsage == [.nonRepudiation])
        #expect(summaries[2]?.subject.commonName == summaries[0]?.issuer.commonName)
        // Four to find it, three for the key references; then a SELECT and the pieces of 256 octets each.
        #expect(bench.commands.count == 4 + 3 + 3 * (1 + 6))
    }

    @Test func aTokenTakesTwoCommandsACertificate() throws {
        let bench = try IDPrimeFamilyBench.token()
        #expect(try bench.certificates()?.count == 3)
        #expect(bench.commands.count == 4 + 2 + 3 * 2)
    }

    @Test func withoutKeyReferencesTheContainersTell() throws {
        let bench = try IDPrimeFamilyBench.make {
            $0.atr = HexBytes(try IDPrimeFamilyBench.bytes("3B7F96000080318065B0850300EF120FFE829000"))
        }
        #expect(try bench.certificates()?.map(\.pin) == ["11", "11", nil])
        #expect(!bench.commands.contains { $0.suffix(2) == [0x00, 0x05] })
    }

    @Test func identityIsTheCardIdentifierAndTheTokensLabel() throws {
        let bench = try IDPrimeFamilyBench.make()
        let identity = try bench.withSession { session in
            try session.readIdentity()
        }
        #expect(
            identity
                == CardIdentity(label: "Programvarukort", serialNumber: "4B760000000000009400000000000001")
        )
        #expect(bench.commands.count == 4 + 4)
    }

    @Test(
        arguments: [
            ("", nil), ("01", nil), ("0104", nil), ("0100", nil), ("01FF4142", "AB"), ("010241424344", "AB"),
            ("010541004243", "A"), ("02024142", nil), ("01030041", nil), ("0103C328FF", "\u{FFFD}(\u{FFFD}"),
        ] as [(String, String?)]
    )
    func theLabelEndsWhereItOrItsFileEnds(content: String, label: String?) throws {
        let bench = try IDPrimeFamilyBench.make {
            try $0.setIDPrimeFile([0x03, 0x01], try IDPrimeFamilyBench.bytes(content))
        }
        let identity = try bench.withSession { session in
            try session.readIdentity()
        }
        #expect(identity?.label == label)
    }

    @Test func aSerialNumberOfAnotherLengthIsNone() throws {
        for length in [0, 1, 15] {
            let bench = try IDPrimeFamilyBench.make {
                try $0.setIDPrimeFile([0x02, 0x01], [UInt8](repeating: 7, count: length))
            }
            let identity = try bench.withSession { session in
                try session.readIdentity()
            }
            #expect(identity?.serialNumber == nil && identity?.label == "Programvarukort")
        }
    }
}
