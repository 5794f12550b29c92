internal import COpenSSL
internal import CardApplications
internal import CardCore
internal import CertificateTrust
internal import X509

/// What a card answers when it is to sign our challenge, up to the verdict whether it holds the key.
///
/// The first octet of an input says which key and which way; the rest changes the true answer bit by bit, so that an input of
/// zeros is the true answer, or takes its place.
enum SignatureTarget {
    static func run(_ input: [UInt8], _ broken: inout BrokenRules) {
        guard let first = input.first else { return }
        let keys = SignatureKey.all
        guard keys.count == SignatureKey.names.count else {
            broken.expect(false, "the keys of the test PKI cannot be read")
            return
        }
        let key = keys[Int(first & 3) % keys.count]
        let rest = Array(input.dropFirst())
        for way in Way.allCases where way.rawValue == first >> 2 & 3 {
            guard let truth = way.answer(of: key) else { continue }
            let answer = first & 0x80 == 0 ? changed(truth, by: rest) : rest
            judge(answer, truth, way, key, &broken)
        }
        judgeBare(rest, first, key, &broken)
    }

    /// The true answer and `changes`, one XOR the other; of an odd length it is cut off there.
    private static func changed(_ truth: [UInt8], by changes: [UInt8]) -> [UInt8] {
        let isCut = !changes.count.isMultiple(of: 2)
        let length = isCut ? min(changes.count, truth.count) : max(changes.count, truth.count)
        return (0..<length).map { index in
            (index < truth.count ? truth[index] : 0) ^ (index < changes.count ? changes[index] : 0)
        }
    }

    private static func judge(
        _ answer: [UInt8],
        _ truth: [UInt8],
        _ way: Way,
        _ key: SignatureKey,
        _ broken: inout BrokenRules
    ) {
        let expected = way.signature(from: truth, key)
        let found = way.signature(from: answer, key)
        broken.expect(found == way.signature(from: answer, key), "a signature is read in two ways")
        if let expected {
            let possession = key.check(expected, way.scheme(key))
            broken.expect(possession == .proven, "the true signature proves nothing: \(possession)")
        } else {
            broken.expect(false, "the true answer is no signature")
        }
        guard let found else { return }
        broken.expect((8...1_024).contains(found.count), "a signature of an impossible length")
        let possession = key.check(found, way.scheme(key))
        CertificateTargets.settle("checking possession", &broken)
        broken.expect(
            (possession == .proven) == (found == expected),
            "\(found == expected ? "the true signature" : "another signature") is \(possession)"
        )
    }

    /// The same without a card before it: nothing has looked at the length yet.
    private static func judgeBare(
        _ rest: [UInt8],
        _ first: UInt8,
        _ key: SignatureKey,
        _ broken: inout BrokenRules
    ) {
        let digests = DigestAlgorithm.allCases
        let digest = digests[Int(first >> 4 & 7) % digests.count]
        let schemes: [Possession.Scheme] = [.rsaPKCS1(digest), .rsaPSS(digest), .ecdsaDER(digest)]
        for scheme in schemes {
            let possession = key.check(rest, scheme)
            CertificateTargets.settle("checking possession", &broken)
            broken.expect(possession != .proven, "bytes that nobody signed prove possession")
        }
    }

    /// How a card is asked.
    private enum Way: UInt8, CaseIterable {
        /// GENERAL AUTHENTICATE.
        case piv
        /// Environment, hash, signature, as on FINEID cards.
        case fineid
        /// The same on IDPrime cards.
        case idprime
        /// The same with PSS, where the key is one of RSA.
        case pss

        func scheme(_ key: SignatureKey) -> Possession.Scheme {
            switch key.kind {
            case .rsa: self == .pss ? .rsaPSS(.sha256) : .rsaPKCS1(.sha256)
            case .ec(let curve): .ecdsaDER(curve == .p256 ? .sha256 : .sha384)
            case .ed25519: .ed25519
            }
        }

        /// What a card with the key answers, without the status word.
        func answer(of key: SignatureKey) -> [UInt8]? {
            let signature = self == .pss ? key.pss : key.signature
            guard self == .piv else {
                guard case .ec(let curve) = key.kind else { return signature }
                return SignatureKey.plain(signature, length: curve.length)
            }
            return signature.wrapped(in: [0x82]).wrapped(in: [0x7C])
        }

        /// The signature in the answer, as the library hands it on; `nil` where it is refused.
        func signature(from answer: [UInt8], _ key: SignatureKey) -> [UInt8]? {
            let card = AnsweringCard { command in
                if command.asks([0x00, 0xA4]) { return Self.application.answered }
                // MANAGE SECURITY ENVIRONMENT, and the hash.
                if command.asks([0x00, 0x22]) || command.asks([0x00, 0x2A, 0x90]) { return [].answered }
                return answer.answered
            }
            var channel = AnyCardChannel(AnsweringChannel(card: card))
            guard let request = request(key) else { return nil }
            switch self {
            case .piv:
                var hints = CardHints(atr: nil)
                hints.chosenFamily = PIVFamily.name
                var found = try? ApplicationSearch(hints, for: .codes).run(on: &channel)
                guard var session = found?.session.take() else { return nil }
                return try? session.sign(request, with: key.onCard)
            case .fineid, .idprime, .pss:
                return try? ThalesSignature.compute(
                    request,
                    with: key.kind,
                    reference: 1,
                    self == .fineid ? .fineid : .idPrime,
                    on: &channel
                )
            }
        }

        private static let application: [UInt8] =
            [0x61, 0x0D, 0x4F, 0x0B] + PIVFamily.applicationIdentifiers[0] + [0x01, 0x00]

        private func request(_ key: SignatureKey) -> SigningRequest? {
            switch (self, key.kind) {
            case (_, .ec(let curve)):
                let digest: DigestAlgorithm = curve == .p256 ? .sha256 : .sha384
                return (try? key.challenge.hash(digest)).map {
                    SigningRequest(form: .ecdsa(curve.hash), input: $0)
                }
            case (_, .ed25519): return nil
            case (.piv, .rsa(let bits)):
                return (try? key.challenge.digestInfo(.sha256)).flatMap {
                    SigningRequest(padding: $0, length: bits / 8)
                }
            case (_, .rsa):
                let form = self == .pss ? SigningForm.pss(.sha256) : .pkcs1(.sha256)
                return (try? key.challenge.hash(.sha256)).map { SigningRequest(form: form, input: $0) }
            }
        }
    }
}
