package import CardApplications
internal import CardCore
package import CertificateTrust
internal import X509

/// What a card's signature over a challenge of ours showed.
package struct PossessionCheck: Sendable {
    /// The certificate whose key was asked, as the card gave it in the same operation.
    package let certificate: CardCertificate
    package let possession: Possession
}

extension PINOperations {
    /// Has the card show that it holds the key of a login certificate, after its PIN.
    ///
    /// The challenge is random, made for this call and never used again; the signature is verified with the certificate's
    /// own key. Rules about tries are those of `verify`. Whatever is no proof is an error, `.refuted` or `.unknown`.
    package static func checkPossession<C: CardConnection & ~Copyable, D: Dialog>(
        _ choice: CertificateChoice,
        on connection: consuming C,
        budget: TryBudget,
        dialog: inout D
    ) throws(ProofError) -> PossessionCheck {
        guard let challenge = try? Challenge() else { throw .noChallenge }
        let proof = try prove(choice, on: connection, budget: budget, dialog: &dialog) { _, forms in
            forms.lazy.compactMap { challenge.request(in: $0) }.first
        }
        return PossessionCheck(
            certificate: proof.certificate,
            possession: possession(of: proof, challenge: challenge)
        )
    }

    private static func possession(of proof: PossessionProof, challenge: Challenge) -> Possession {
        // A certificate that cannot be read has no key that could have signed.
        guard let certificate = proof.certificate.certificate else { return .refuted }
        return Possession.check(
            of: certificate,
            challenge: challenge,
            signature: proof.signature,
            scheme: proof.request.form.scheme
        )
    }
}

extension Challenge {
    /// What a card is given to sign in this form; `nil` where OpenSSL fails or the form has no room.
    fileprivate func request(in form: SigningForm) -> SigningRequest? {
        switch form {
        case .digestInfo:
            (try? digestInfo(.sha256)).map { SigningRequest(form: form, input: $0) }
        case .paddedMessage(let length):
            (try? digestInfo(.sha256)).flatMap { SigningRequest(padding: $0, length: length) }
        case .pkcs1(let hash), .pss(let hash), .ecdsa(let hash):
            (try? self.hash(hash)).map { SigningRequest(form: form, input: $0) }
        case .ed25519: SigningRequest(form: form, input: bytes)
        }
    }
}

extension SigningForm {
    /// The scheme of the signature that comes of it.
    fileprivate var scheme: Possession.Scheme {
        switch self {
        case .digestInfo, .paddedMessage: .rsaPKCS1(.sha256)
        case .pkcs1(let hash): .rsaPKCS1(hash)
        case .pss(let hash): .rsaPSS(hash)
        case .ecdsa(let hash): .ecdsaDER(hash)
        case .ed25519: .ed25519
        }
    }
}
