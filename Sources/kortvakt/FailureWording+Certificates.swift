internal import CardApplications
internal import CardCore
internal import CardOperations
internal import Texts

/// How certificate commands end without a verdict.
extension FailureWording {
    /// The card has no certificate of this id; `nil` means none at all.
    func noCertificate(_ id: String?) -> Failure {
        guard let id else { return make(5, "no-certificate", texts.noCertificateOnCard) }
        return make(64, "usage", texts.noSuchCertificate(id))
    }

    func failure(_ error: ProofError) -> Failure {
        switch error {
        case .operation(let error): failure(error)
        case .noCertificate(id: nil): make(5, "no-certificate", texts.noLoginCertificate)
        case .noCertificate(let id): noCertificate(id)
        case .notForLogin(let certificate): make(8, "not-for-login", texts.notForLogin(certificate.id))
        case .noKnownPIN(let certificate): make(5, "no-known-pin", texts.noKnownPIN(certificate.id))
        case .notSupported(let certificate):
            make(5, "not-supported", texts.proofNotSupported(certificate.id))
        case .otherKey(let certificate):
            make(9, "other-key", texts.certificateOfOtherKey(certificate.id))
        case .noChallenge: make(1, "unexpected", texts.unexpected("RAND_bytes"))
        case .notSigned(.transport(.cardRemoved)), .notSigned(.transport(.noAnswer(cardRemoved: true))):
            make(5, "not-signed", texts.removedBeforeSignature)
        case .notSigned:
            make(5, "not-signed", texts.notSigned, advice: true)
        }
    }
}
