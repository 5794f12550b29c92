import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards
import X509

/// Proof of possession on every software card, with OpenSSL as the judge of signatures.
@Suite struct PossessionTests {
    /// Everything that a form can be asked with.
    private func ways(_ form: SigningForm) -> [SignatureJudge.Padding] {
        if case .paddedMessage = form { return [.pkcs1, .pss] }
        return [.pkcs1]
    }

    @Test(arguments: CardProfile.allCases)
    func theSignatureFitsTheLoginCertificateInEveryFormThatIsOffered(profile: CardProfile) throws {
        let first = try ProofBench(profile)
        #expect(first.outcome() == "ok")
        #expect(!first.offered.isEmpty)
        for form in first.offered {
            for padding in ways(form) {
                let bench = try ProofBench(profile)
                let before = bench.card.state
                #expect(bench.outcome(padding: padding) { _ in form } == "ok", "\(form) \(padding)")
                #expect(bench.card.state == before && bench.signatures >= 1)
                #expect(bench.reader.commandsWithSecret == 1 && bench.requests == 1)
                bench.expectOrder()
            }
        }
    }

    @Test(arguments: CardProfile.allCases)
    func theCertificateIsTheOneOfTheCard(profile: CardProfile) throws {
        let bench = try ProofBench(profile)
        let proof = try bench.prove()
        let name = profile == .reservkort ? "reservkort-login" : "login"
        #expect(proof.certificate.der == (try Pair.certificate("certificates/\(name)")))
        #expect(proof.certificate.pin == proof.pin.policy.id)
        // The same certificate, named.
        let named = try ProofBench(profile)
        #expect(try named.prove(.id(proof.certificate.id)).certificate == proof.certificate)
        named.expectOrder()
    }

    /// The certificate is on the card, and somebody else's key.
    @Test(arguments: CardProfile.allCases)
    func aCopiedCertificateOnAnotherCardDoesNotProveAnything(profile: CardProfile) throws {
        let other = profile == .reservkort ? "login" : "reservkort-login"
        let key = try Pair.key("keys/\(other)")
        let bench = try ProofBench(profile) { $0.setLoginKey(key) }
        // An OpenPGP card tells its public key, and no code is asked for.
        let isTold = profile == .openpgp
        #expect(bench.outcome() == (isTold ? "7F21 is of another key" : "no"))
        #expect(isTold ? bench.signatures == 0 : bench.signatures >= 1)
        #expect(bench.dialog.requests.isEmpty == isTold)
        bench.expectOrder()
    }

    @Test(
        arguments: [
            CardProfile.siths, .sithsT1, .fineid, .fineidHealth, .piv, .pivYubiKey, .openpgp, .idprime940,
        ],
        ["p256", "p384"]
    )
    func keysOnCurvesSignToo(profile: CardProfile, name: String) throws {
        let bench = try ProofBench(profile) { image in
            image.setLoginKey(try Pair.key("signing/\(name)"))
            try image.setLoginCertificate(try Pair.certificate("signing/\(name)"))
        }
        let proof = try bench.prove()
        #expect(proof.request.form == .ecdsa(name == "p256" ? .sha256 : .sha384))
        #expect(bench.isAccepted(proof))
        bench.expectOrder()
        // The key of another card with the same certificate.
        let copied = try ProofBench(profile) { image in
            image.setLoginKey(try Pair.key("signing/\(name)-other"))
            try image.setLoginCertificate(try Pair.certificate("signing/\(name)"))
        }
        #expect(copied.outcome() == (profile == .openpgp ? "7F21 is of another key" : "no"))
    }

    @Test(arguments: [
        (CardProfile.piv, "rsa1024"), (.piv, "rsa3072"), (.pivYubiKey, "rsa3072"), (.pivYubiKey, "rsa4096"),
        (.openpgp, "rsa1024"), (.openpgp, "rsa4096"), (.idprime940, "rsa4096"), (.sithsT1, "rsa3072"),
        (.siths, "rsa4096"),
    ])
    func keysOfOtherLengthsSignToo(profile: CardProfile, name: String) throws {
        let bench = try ProofBench(profile) { image in
            image.setLoginKey(try Pair.key("signing/\(name)"))
            try image.setLoginCertificate(try Pair.certificate("signing/\(name)"))
        }
        #expect(bench.outcome() == "ok")
        bench.expectOrder()
    }

    // MARK: The signature key

    @Test(arguments: CardProfile.allCases)
    func theSignatureKeyIsNeverAsked(profile: CardProfile) throws {
        let bench = try ProofBench(profile) { $0.removeOtherKeys() }
        #expect(bench.outcome() == "ok")
        let report = try AnyCardBench(profile).report()
        for certificate in report.certificates where !certificate.isForLogin {
            let bench = try ProofBench(profile)
            #expect(bench.outcome(.id(certificate.id)) == "\(certificate.id) is not for login")
            #expect(bench.reader.commandsWithSecret == 0 && bench.signatures == 0 && bench.requests == 0)
            #expect(bench.dialog.requests.isEmpty)
            bench.expectOrder()
        }
        #expect(report.certificates.contains { !$0.isForLogin } == (profile != .reservkort))
    }

    /// Whoever asks a family without asking the certificate first.
    @Test(arguments: CardProfile.allCases)
    func noFamilyOffersAFormForASignatureKey(profile: CardProfile) throws {
        let bench = try ProofBench(profile)
        var connection = MemoryConnection(
            reader: bench.reader,
            ledger: bench.ledger,
            families: bench.families
        )
        let hints = connection.hints
        try connection.withTransaction { (channel) throws(OperationError) in
            do {
                var found = try ApplicationSearch(hints, for: .reading).run(on: &channel)
                guard var session = found.session.take() else { throw CardError.notRecognised }
                _ = try session.readPINs(roles: false)
                for certificate in try session.readCertificates([.pins, .retired]) {
                    let forms = try session.signingForms(of: certificate)
                    #expect(forms.isEmpty || certificate.isForLogin, "\(certificate.id)")
                }
            } catch {
                Issue.record("\(error)")
            }
        }
    }

    /// The card says that its signature key logs in: by the certificate in its place, or by saying nothing at all.
    @Test func aCertificateInTheWrongPlaceDoesNotMakeItsKeyALoginKey() throws {
        let bench = try ProofBench(.piv) { image in
            guard var piv = image as? PIVImage else { return }
            let login = try #require(piv.objects.first { $0.tag.text == "5FC105" })
            let index = try #require(piv.objects.firstIndex { $0.tag.text == "5FC10A" })
            piv.objects[index].content = login.content
            image = piv
        }
        #expect(bench.outcome(.id("9C")) == "9C is not for login")
        #expect(bench.reader.commandsWithSecret == 0 && bench.signatures == 0)
        bench.expectOrder()
    }

    // MARK: Tries

    @Test(arguments: CardProfile.allCases)
    func aWrongPINCostsOneTryAndNothingIsSigned(profile: CardProfile) throws {
        let bench = try ProofBench(profile)
        bench.dialog.codes[.current] = [AnyCardBench.wrong]
        #expect(bench.outcome().hasPrefix("wrong"))
        #expect(bench.tries(.authentication) == bench.maximum(.authentication).map { $0 - 1 })
        #expect(bench.signatures == 0)
        bench.expectOrder()
    }

    @Test(arguments: CardProfile.allCases)
    func theLastTryAndABlockedPINAreLeftAlone(profile: CardProfile) throws {
        guard ![.fineid, .fineidHealth, .sithsTwoStep].contains(profile) else { return }
        for tries in [0, 1] {
            let bench = try ProofBench(profile, tries: [.authentication: tries])
            let outcome = bench.outcome()
            #expect(outcome.hasPrefix(tries == 0 ? "blocked" : "refused lastTry"), "\(outcome)")
            #expect(bench.reader.commandsWithSecret == 0 && bench.dialog.requests.isEmpty)
            bench.expectOrder()
        }
        let insisting = try ProofBench(profile, tries: [.authentication: 1])
        #expect(insisting.outcome(.login, TryBudget(lastTry: true)) == "ok")
        insisting.expectOrder()
    }

    // MARK: What cannot be asked

    @Test func aDigestInfoIsPaddedUpToTheModulusOrNotAtAll() throws {
        let information = SignatureJudge.digestInfo + [UInt8](repeating: 0x5A, count: 32)
        for length in [128, 256, 512] {
            let request = try #require(SigningRequest(padding: information, length: length))
            #expect(request.input == SignatureJudge.pkcs1Block(information, length: length))
            #expect(request.isWellFormed)
        }
        #expect(SigningRequest(padding: information, length: 62) != nil)
        #expect(SigningRequest(padding: information, length: 61) == nil)
        #expect(SigningRequest(padding: information, length: -1) == nil)
    }

    @Test func aCardOfWhichNothingIsKnownIsNotTriedAndNoPINIsAskedFor() throws {
        let bench = try ProofBench(.siths) { image in
            guard var files = image as? FileSystemImage else { return }
            files.atr = HexBytes([0x3B, 0x00])
            image = files
        }
        #expect(bench.outcome() == "not supported 45")
        #expect(
            bench.dialog.requests.isEmpty && bench.reader.commandsWithSecret == 0 && bench.signatures == 0
        )
        bench.expectOrder()
    }

    @Test func whoeverMakesTheRequestMayFindNoFormThatWillDo() throws {
        for form in [{ _ in nil }, { _ in .ecdsa(.sha256) }] as [([SigningForm]) -> SigningForm?] {
            let bench = try ProofBench(.siths)
            #expect(bench.outcome(form: form) == "not supported 45")
            #expect(bench.dialog.requests.isEmpty && bench.reader.commandsWithSecret == 0)
            bench.expectOrder()
        }
    }

    @Test(arguments: CardProfile.allCases)
    func aCertificateThatIsNotThereIsSaid(profile: CardProfile) throws {
        let bench = try ProofBench(profile)
        #expect(bench.outcome(.id("nonsense")) == "no certificate nonsense")
        #expect(bench.dialog.requests.isEmpty)
        bench.expectOrder()
    }

    /// Slot 9E and 9D have a certificate whose extensions allow login.
    @Test(arguments: ["9E", "9D"])
    func aKeyOfAnotherPurposeIsNotALoginKey(slot: String) throws {
        let bench = try ProofBench(.piv)
        #expect(bench.outcome(.id(slot)) == "\(slot) is not for login")
        #expect(bench.dialog.requests.isEmpty && bench.reader.commandsWithSecret == 0)
        bench.expectOrder()
    }

    @Test func aKeyThatNoPINOpensIsNotALoginKey() throws {
        let issuer = try ProofBench(.idprime940)
        #expect(issuer.outcome(.id("ksc02")) == "ksc02 is not for login")
    }

    @Test func aPersonWhoWalksAwayHasSentNothing() throws {
        let bench = try ProofBench(.siths)
        bench.dialog.codes = [:]
        #expect(bench.outcome() == "cancelled")
        #expect(bench.reader.commandsWithSecret == 0)
        bench.expectOrder()
    }
}
