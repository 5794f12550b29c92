package import CardApplications
internal import CardCore

/// A signature by which a card shows that it holds the key of a certificate; nobody has verified it yet.
package struct PossessionProof: Hashable, Sendable {
    package let certificate: CardCertificate
    /// What the card was asked to sign, and in which form.
    package let request: SigningRequest
    /// An RSA signature as long as the modulus, or an ECDSA-Sig-Value in DER; hostile.
    package let signature: [UInt8]
    /// The PIN that was presented; its counter has not been read since.
    package let pin: PINReport
}

/// Why there is no signature that would show anything.
package enum ProofError: Error, Equatable, Sendable {
    /// What can go wrong with any card and any PIN; nothing was signed.
    case operation(OperationError)
    /// The card has no such certificate; `nil` means one to log in with.
    case noCertificate(id: String?)
    /// The certificate's key is not for logging in: its signatures would bind its holder, or it signs nothing.
    case notForLogin(CardCertificate)
    /// The card does not say which PIN opens the key.
    case noKnownPIN(CardCertificate)
    /// The card's own public key is another than the certificate's; no code was asked for.
    case otherKey(CardCertificate)
    /// Nothing is known of how this card is asked for a signature with this key; no code was asked for.
    case notSupported(CardCertificate)
    /// OpenSSL gave no random number to sign; no code was asked for.
    case noChallenge
    /// The PIN was right, and the card gave no signature.
    case notSigned(CardError)
}

extension PINOperations {
    /// Has the card sign with the key of a login certificate, after its PIN.
    ///
    /// `makeRequest` is told the certificate and what its key can be asked, and says what is to be signed: a challenge that
    /// nobody has seen before. It is called outside of any transaction, before the person is asked, and `nil` means that
    /// none of the forms will do. The keys of certificates with nonRepudiation are never asked. Rules about tries are
    /// those of `verify`; the signature is made in the transaction in which the PIN is presented.
    package static func prove<C: CardConnection & ~Copyable, D: Dialog>(
        _ choice: CertificateChoice,
        on connection: consuming C,
        budget: TryBudget,
        dialog: inout D,
        makeRequest: (CardCertificate, [SigningForm]) -> SigningRequest?
    ) throws(ProofError) -> PossessionProof {
        let outcome: Result<PossessionProof, ProofError>
        do throws(OperationError) {
            outcome = try CardOperation.run(on: connection, budget: budget, dialog: &dialog) {
                (operation) throws(OperationError) in
                try prove(choice, &operation, makeRequest)
            }
        } catch {
            throw .operation(error)
        }
        return try outcome.get()
    }

    private static func prove<C: CardConnection & ~Copyable, D: Dialog>(
        _ choice: CertificateChoice,
        _ operation: inout CardOperation<C, D>,
        _ makeRequest: (CardCertificate, [SigningForm]) -> SigningRequest?
    ) throws(OperationError) -> Result<PossessionProof, ProofError> {
        var (survey, found) = try find(choice, &operation)
        let candidate: Candidate
        switch found {
        case .success(let found): candidate = found
        case .failure(let reason): return .failure(reason)
        }
        let (certificate, pin) = (candidate.certificate, candidate.pin)
        guard pin.verifyIsAllowed, pin.kind == .pin else { throw .refused(.verifyNotAllowed, pin) }
        try operation.confirmForm(of: pin)
        guard let request = makeRequest(certificate, candidate.forms), request.isWellFormed,
            candidate.forms.contains(request.form)
        else { return .failure(.notSupported(certificate)) }
        var code = OneCode(try operation.askForCode(.current, of: pin, survey))
        var signature = Result<[UInt8], ProofError>.failure(.notSigned(.notSupported))
        try operation.present(counting: [pin], &survey) { (survey, session) throws(OperationError) in
            try survey.attempt(in: &session) { (session) throws(PINError) in
                try session.verify(pin, code.take())
            }
            do throws(CardError) {
                signature = .success(try session.sign(request, with: certificate))
            } catch {
                signature = .failure(.notSigned(error))
            }
        }
        survey.forgetStatus(of: pin)
        return signature.map {
            PossessionProof(
                certificate: certificate,
                request: request,
                signature: $0,
                pin: survey.report(pin)
            )
        }
    }

    /// A certificate whose key can be asked for a signature, and the PIN that opens it.
    private struct Candidate {
        let certificate: CardCertificate
        let pin: PINPolicy
        let forms: [SigningForm]
    }

    /// The first transaction: the certificate, its PIN, and what can be asked of its key.
    private static func find<C: CardConnection & ~Copyable, D: Dialog>(
        _ choice: CertificateChoice,
        _ operation: inout CardOperation<C, D>
    ) throws(OperationError) -> (CardSurvey, Result<Candidate, ProofError>) {
        let budget = operation.budget
        return try operation.survey { (survey, session) throws(OperationError) in
            // Reading keys makes another directory current; the counter of the likely PIN is read on the way.
            if choice == .login, let likely = survey.pins.first(where: { $0.role == .auth }) {
                try survey.readStatus(of: likely, in: &session)
            }
            let certificate = try asOperation { () throws(CardError) in
                try session.readCertificate(choice, .pins)
            }
            guard let certificate else {
                guard case .id(let id) = choice else { return .failure(.noCertificate(id: nil)) }
                return .failure(.noCertificate(id: id))
            }
            guard certificate.isForLogin else {
                return .failure(.notForLogin(certificate))
            }
            guard let pin = survey.policies.first(where: { $0.id == certificate.pin }) else {
                return .failure(.noKnownPIN(certificate))
            }
            let holdsKey = try asOperation { () throws(CardError) in try session.holdsKey(of: certificate) }
            guard holdsKey != false else { return .failure(.otherKey(certificate)) }
            let forms = try asOperation { () throws(CardError) in try session.signingForms(of: certificate) }
            guard !forms.isEmpty else { return .failure(.notSupported(certificate)) }
            try survey.check(pin, budget, in: &session)
            return .success(Candidate(certificate: certificate, pin: pin, forms: forms))
        }
    }
}
