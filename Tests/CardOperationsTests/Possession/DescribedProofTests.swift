import CardApplications
import CardCore
import CardOperations
import CertificateTrust
import Testing
import VirtualCards
import X509

/// Proofs with cards of which nothing is known but what they say themselves of how they sign.
@Suite struct DescribedProofTests {
    /// An entry of supportedAlgorithms as Aventra's MyEID has them: reference, mechanism of PKCS #11, NULL, operations,
    /// object identifier, algRef.
    private static func algorithm(_ reference: UInt8, _ mechanism: [UInt8], number: UInt8) -> [UInt8] {
        DER.sequence(
            DER.integer(reference),
            DER.object(0x02, mechanism),
            [0x05, 0x00],
            DER.bits(1),
            [0x06, 0x03, 0x2A, 0x03, 0x04],
            DER.integer(number)
        )
    }

    private static let rsa = algorithm(1, [0x01], number: 0x02)
    private static let ecdsa = algorithm(2, [0x10, 0x41], number: 0x21)
    /// A symmetric one, of which real cards say more than of the others.
    private static let aes = algorithm(3, [0x10, 0x82], number: 0x00)

    /// The card as `pkcs15-init` makes it, with `algorithms` in EF.CIAInfo, which its login key names where `names` does.
    private func bench(
        _ card: InitialisedCard,
        algorithms: [UInt8],
        names: [UInt8] = [],
        curve: String? = nil,
        signatureReference: UInt8? = nil
    ) throws -> ProofBench {
        let bench = try ProofBench(.siths) { image in
            var files = try card.image(hasSignaturePIN: true)
            var key = KeyEntry(id: 0x45, pin: 1, usage: KeyEntry.login, reference: 1, algorithms: names).bytes
            if let curve {
                key[0] = 0xA0
                files.keys[0].privateKey = try Pair.key("signing/\(curve)")
                try files.setFile([0x43, 0x31], try Pair.certificate("signing/\(curve)"))
            }
            key +=
                KeyEntry(id: 0x46, pin: 2, usage: KeyEntry.signature, reference: signatureReference ?? 2)
                .bytes
            try files.setFile([0x44, 0x02], key)
            let list = algorithms.isEmpty ? [] : DER.object(0xA2, algorithms)
            let label = DER.object(0x80, Array("Card".utf8))
            try files.setFile(
                [0x50, 0x32],
                DER.sequence(DER.integer(0), DER.octets([1, 2, 3, 4]), label, DER.bits(5), list)
            )
            image = files
        }
        bench.families = []
        bench.applications = [CardHints.Application(family: "pkcs15", aid: InitialisedCard.isoAppletName)]
        return bench
    }

    private func environments(_ bench: ProofBench) -> [String] {
        bench.wire.commands.filter { $0[1] == 0x22 }.map { Hex.string(of: $0.dropFirst(5)) }
    }

    @Test(arguments: InitialisedCard.allCases, [[], [1, 2]] as [[UInt8]])
    func cardSignsByTheNumbersOfItsOwnFiles(card: InitialisedCard, names: [UInt8]) throws {
        let all = Self.aes + Self.rsa + Self.ecdsa
        let bench = try bench(card, algorithms: all, names: names)
        #expect(bench.outcome() == "ok")
        #expect(bench.offered == [.digestInfo])
        #expect(environments(bench) == ["800102840101"])
        #expect(bench.reader.commandsWithSecret == 1 && bench.signatures == 1)
        bench.expectOrder()
        let curve = try self.bench(card, algorithms: all, names: names, curve: "p256")
        #expect(curve.outcome() == "ok")
        #expect(curve.offered == [.ecdsa(.sha256)])
        #expect(environments(curve) == ["800121840101"])
        curve.expectOrder()
    }

    /// What cards as `pkcs15-init` makes them say in fact: nothing of RSA, or of the wrong kind of key.
    @Test(arguments: InitialisedCard.allCases, [[], aes, ecdsa, aes + ecdsa])
    func cardThatDoesNotSayHowItSignsIsNotAsked(card: InitialisedCard, algorithms: [UInt8]) throws {
        expectNotAsked(try bench(card, algorithms: algorithms))
    }

    @Test func twoNumbersForOneFormAreNotChosenFrom() throws {
        let both = Self.rsa + Self.algorithm(4, [0x01], number: 0x12)
        expectNotAsked(try bench(.isoApplet, algorithms: both))
        // The key itself says which.
        let named = try bench(.isoApplet, algorithms: both, names: [4])
        #expect(named.outcome(form: { _ in nil }) == "not supported 45")
        #expect(named.offered == [.digestInfo])
    }

    /// The number would name the signature key as well.
    @Test func referenceThatTheSignatureKeyHasTooIsNotUsed() throws {
        expectNotAsked(try bench(.isoApplet, algorithms: Self.rsa, names: [1], signatureReference: 1))
    }

    @Test func signatureKeyIsNotAsked() throws {
        let bench = try bench(.isoApplet, algorithms: Self.rsa)
        #expect(bench.outcome(.id("46")) == "46 is not for login")
        #expect(bench.reader.commandsWithSecret == 0 && bench.signatures == 0)
        bench.expectOrder()
    }

    private func expectNotAsked(_ bench: ProofBench, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(bench.outcome() == "not supported 45", sourceLocation: sourceLocation)
        #expect(bench.dialog.requests.isEmpty, sourceLocation: sourceLocation)
        #expect(bench.reader.commandsWithSecret == 0, sourceLocation: sourceLocation)
        #expect(bench.signatures == 0 && environments(bench).isEmpty, sourceLocation: sourceLocation)
        bench.expectOrder(sourceLocation: sourceLocation)
    }
}

extension FileSystemImage {
    /// Gives a file below the PKCS#15 application other content, padded as the file is.
    fileprivate mutating func setFile(_ name: [UInt8], _ content: [UInt8]) throws {
        let index = try #require(files.firstIndex { $0.path.bytes == InitialisedCard.place + name })
        files[index].content = HexBytes(content + [UInt8](repeating: 0, count: max(256 - content.count, 0)))
    }
}

/// OpenPGP cards whose authentication key is one of Ed25519.
@Suite struct Ed25519ProofTests {
    /// `C3` of EdDSA with the curve 1.3.6.1.4.1.11591.15.1, and with an import format behind it.
    private static let attributes: [UInt8] = [0x16, 0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x0F, 0x01]

    private func bench(attributes: [UInt8]?, key: String = "trust/keys/ed25519") throws -> ProofBench {
        try ProofBench(.openpgp) { image in
            image.setLoginKey(try Pair.key(key))
            try image.setLoginCertificate(try Pair.certificate("trust/certificates/ed25519"))
            guard let attributes, var card = image as? OpenPGPImage else { return }
            let old = "C306010800001100"
            let new = Hex.string(of: [0xC3, UInt8(attributes.count)] + attributes)
            let text = card.discretionaryObjects.text
            #expect(text.contains(old))
            card.discretionaryObjects = HexBytes(
                Hex.bytes(of: text.replacing(old, with: new)) ?? []
            )
            image = card
        }
    }

    @Test(arguments: [[], [0x00], [0xFF]] as [[UInt8]])
    func keySignsTheBareChallenge(importFormat: [UInt8]) throws {
        let bench = try bench(attributes: Self.attributes + importFormat)
        let proof = try bench.prove()
        #expect(proof.request.form == .ed25519 && proof.signature.count == 64)
        #expect(bench.isAccepted(proof))
        let signing = try #require(bench.wire.commands.last { $0[1] == Instruction.internalAuthenticate })
        #expect(Array(signing.dropFirst(7).prefix(32)) == proof.request.input)
        #expect(bench.reader.commandsWithSecret == 1)
        bench.expectOrder()
    }

    @Test func possessionIsProvenAndAnotherSignatureRefutesIt() throws {
        for isChanged in [false, true] {
            let bench = try bench(attributes: Self.attributes)
            if isChanged {
                bench.reader.interfere = { _, command in
                    command.ins == Instruction.internalAuthenticate
                        ? .answer(ResponseAPDU(data: [UInt8](repeating: 7, count: 64), status: .success))
                        : .proceed
                }
            }
            let check = try PINOperations.checkPossession(
                .login,
                on: MemoryConnection(reader: bench.reader, ledger: bench.ledger, families: bench.families),
                budget: TryBudget(),
                dialog: &bench.dialog
            )
            #expect(check.possession == (isChanged ? .refuted : .proven))
        }
    }

    @Test(arguments: [63, 65, 0])
    func signatureOfAnotherLengthIsNone(count: Int) throws {
        let bench = try bench(attributes: Self.attributes)
        bench.reader.interfere = { _, command in
            command.ins == Instruction.internalAuthenticate
                ? .answer(ResponseAPDU(data: [UInt8](repeating: 7, count: count), status: .success))
                : .proceed
        }
        #expect(bench.outcome() == "not signed: malformed signature")
    }

    /// EdDSA is not all that this curve is for: the card has to name it.
    @Test(
        arguments: [
            nil, [0x12] + attributes.dropFirst(), Array(attributes.dropLast()), attributes + [0x01, 0x02],
        ] as [[UInt8]?]
    )
    func cardThatDoesNotNameEdDSAIsNotAsked(attributes: [UInt8]?) throws {
        let bench = try bench(attributes: attributes)
        #expect(bench.outcome() == "not supported 7F21")
        #expect(bench.dialog.requests.isEmpty && bench.reader.commandsWithSecret == 0)
        #expect(bench.signatures == 0)
        bench.expectOrder()
    }

    @Test func certificateOfAnotherKeyIsFoundBeforeThePIN() throws {
        for key in ["keys/login", "signing/p256"] {
            let bench = try bench(attributes: Self.attributes, key: key)
            #expect(bench.outcome() == "7F21 is of another key")
            #expect(bench.dialog.requests.isEmpty && bench.reader.commandsWithSecret == 0)
            bench.expectOrder()
        }
    }
}
