import CardApplications
import CardCore
import Testing
import VirtualCards
import X509

/// PKCS#15 cards of which nothing is known but what their own files say of algorithms (ISO/IEC 7816-15, 8.4 and 8.12).
@Suite struct DescribedAlgorithmTests {
    /// An AlgorithmInfo: reference, mechanism of PKCS #11, NULL, operations, algRef.
    private func algorithm(
        _ reference: UInt8,
        mechanism: Int,
        operations: [Int] = [1],
        card: UInt8? = nil
    ) -> [UInt8] {
        let number: [UInt8] = [UInt8(mechanism >> 8), UInt8(mechanism & 0xFF)]
        let last: [UInt8] = card.map { ASN1Builder.integer($0) } ?? []
        return ASN1Builder.sequence(
            ASN1Builder.integer(reference),
            ASN1Builder.tlv(0x02, number),
            [0x05, 0x00],
            ASN1Builder.bits(operations),
            last
        )
    }

    /// The siths card without the ATR that tells its maker, whose key names `references` of the algorithms it lists.
    private func bench(_ algorithms: [UInt8], references: [UInt8]) throws -> FamilyBench {
        try FamilyBench { image in
            image.atr = HexBytes([0x3B, 0x00])
            try image.write(
                [0x3F, 0x00, 0x50, 0x15, 0x50, 0x32],
                ASN1Builder.sequence(
                    ASN1Builder.integer(1),
                    ASN1Builder.octets([0x01]),
                    ASN1Builder.bits([2]),
                    ASN1Builder.tlv(0xA2, algorithms)
                )
            )
            let names: [UInt8] = references.flatMap { reference -> [UInt8] in ASN1Builder.integer(reference) }
            let common = ASN1Builder.sequence(ASN1Builder.text("key"), ASN1Builder.octets([0x01]))
            let attributes = ASN1Builder.sequence(
                ASN1Builder.octets([0x45]),
                ASN1Builder.bits([2]),
                ASN1Builder.integer(1),
                ASN1Builder.tlv(0xA1, names)
            )
            let place = ASN1Builder.sequence(ASN1Builder.path([0x4B, 0x01]))
            let key = ASN1Builder.sequence(common, attributes, ASN1Builder.tlv(0xA1, place))
            try image.write(FileSystemImage.Place.keys, key)
        }
    }

    private func forms(_ bench: FamilyBench) throws -> [SigningForm] {
        let forms = try bench.withSession { session -> [SigningForm] in
            _ = try session.readPINs(roles: false)
            let certificate = try #require(try session.readCertificate(.login, .pins))
            return try session.signingForms(of: certificate)
        }
        return try #require(forms)
    }

    @Test func theAlgorithmThatTheKeyNamesIsOffered() throws {
        let list = algorithm(1, mechanism: 0x01, card: 0x02) + algorithm(2, mechanism: 0x40, card: 0x42)
        #expect(try forms(bench(list, references: [1, 2])) == [.digestInfo])
        #expect(
            try forms(bench(list, references: [2])) == [],
            "whether it takes a message or a hash is not said"
        )
        #expect(try forms(bench(list, references: [])) == [.digestInfo], "the key is not limited to some")
        #expect(try forms(bench(list, references: [7])) == [])
    }

    @Test func anAlgorithmThatDoesNotSignIsNotOffered() throws {
        #expect(try forms(bench(algorithm(1, mechanism: 0x01, operations: [5]), references: [1])) == [])
        #expect(try forms(bench(algorithm(1, mechanism: 0x1041), references: [1])) == [], "the key is RSA")
        #expect(try forms(bench([0x30, 0x00], references: [1])) == [])
        #expect(try forms(bench([0x02, 0x01, 0x01], references: [1])) == [])
    }

    @Test(arguments: [0x02, nil] as [UInt8?])
    func theCardSignsByItsOwnNumberOfTheAlgorithm(number: UInt8?) throws {
        let bench = try bench(algorithm(1, mechanism: 0x01, card: number), references: [1])
        let information: [UInt8] = [
            0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
            0x00, 0x04, 0x20,
        ]
        let request = SigningRequest(
            form: .digestInfo,
            input: information + [UInt8](repeating: 0x5A, count: 32)
        )
        let read = try bench.withSession(for: .codes) { session in
            let pins = try session.readPINs(roles: false)
            let certificate = try #require(try session.readCertificate(.login, .pins))
            let pin = try #require(pins.first { $0.id == certificate.pin })
            return (session.application, certificate, pin)
        }
        let (application, certificate, pin) = try #require(read)
        let signature = try bench.withReopened(application, toPresent: pin) { session in
            try session.verify(pin, secret("246810"))
            return try session.sign(request, with: certificate)
        }
        #expect(signature.count == 256)
        let algorithm: [UInt8] = number.map { [0x80, 0x01, $0] as [UInt8] } ?? []
        let environment: [UInt8] = algorithm + [0x84, 0x01, 0x01]
        let header: [UInt8] = [0x00, 0x22, 0x41, 0xB6, UInt8(environment.count)]
        #expect(bench.commands.contains(header + environment))
    }

    @Test func aRequestOfAnotherLengthIsNotSent() throws {
        for (profile, form) in [
            (CardProfile.siths, SigningForm.pkcs1(.sha256)), (.sithsTwoStep, .digestInfo),
        ] {
            let bench = try FamilyBench(profile)
            let error = try bench.withSession(for: .codes) { session in
                _ = try session.readPINs(roles: false)
                let certificate = try #require(try session.readCertificate(.login, .pins))
                let request = SigningRequest(form: form, input: [UInt8](repeating: 1, count: 31))
                return #expect(throws: CardError.notSupported) {
                    try session.sign(request, with: certificate)
                }
            }
            #expect(error != nil)
            #expect(!bench.commands.contains { $0[1] == 0x22 || $0[1] == 0x2A })
        }
    }
}
