import CardApplications
import CardCore
import Glibc
import Testing
import VirtualCards

@Suite struct GIDSFilesTests {
    private func der(_ name: String) throws -> [UInt8] {
        let path = GIDSFamilyBench.fixtures + "/pki/certificates/\(name).der"
        let file = unsafe try #require(unsafe fopen(path, "r"))
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }

    @Test func certificatesAreUnpackedAndNamed() throws {
        let bench = try GIDSFamilyBench()
        let found = try bench.withSession { session in
            try session.readCertificates(.pins)
        }
        #expect(found.map(\.id) == ["kxc00", "ksc01"])
        #expect(found.map(\.label) == ["Testina Provkort legitimering", "Testina Provkort underskrift"])
        #expect(found.map(\.pin) == ["80", "80"])
        #expect(found.map(\.der) == [try der("login"), try der("signature")])
        // Master file, container map, and each certificate with the pieces that a short command cannot bring at once.
        #expect(
            bench.headers.filter { $0 != "00C00000" } == ["00CBA000", "00CBA010", "00CBA010", "00CBA010"]
        )
        #expect(bench.headers.count == 14)
    }

    @Test func theSerialNumberIsTheCardIdentifier() throws {
        let bench = try GIDSFamilyBench(selected: false)
        let identity = try bench.withSession { session in
            try session.readIdentity()
        }
        #expect(identity.serialNumber == "5B0975227999990000010A0B0C0D0E0F")
        #expect(bench.headers == ["00CBA000", "00A40400", "00CBA012"])
    }

    @Test func aCertificateThatIsStoredAsItIsIsTaken() throws {
        let plain = try der("login")
        let bench = try GIDSFamilyBench { $0.put("DF24", plain) }
        let found = try bench.withSession { session in
            try session.readCertificates(.pins)
        }
        #expect(found.first?.der == plain)
    }

    @Test func containersThatAreNotInUseHaveNoCertificate() throws {
        let bench = try GIDSFamilyBench { $0.containerMap[80] = 0 }
        let found = try bench.withSession { session in
            try session.readCertificates(.pins)
        }
        #expect(found.map(\.id) == ["ksc01"])
    }

    @Test func aBlankCardHasNoCertificatesAndAPIN() throws {
        let bench = try GIDSFamilyBench(selected: false) { image in
            for index in image.files.indices { image.files[index].objects = [:] }
        }
        try bench.withSession { session in
            let pins = try session.readPINs(roles: true)
            #expect(pins.map(\.id) == ["80", "admin"])
            let identity = try session.readIdentity()
            #expect(identity == CardIdentity())
            #expect(throws: CardError.malformed(file: "master file")) {
                try session.readCertificates(.pins)
            }
        }
    }
}
