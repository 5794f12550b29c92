@testable import CertificateTrust

// The problems without their facts, so that tests can say that each was provoked; a new one does not compile without its own.

extension Revocation.CRLProblem {
    enum Kind: CaseIterable {
        case notACRL, otherIssuer, signatureInvalid, otherKey, weakSignature, issuerMayNotSign, delta,
            indirect,
            someReasons, otherScope, unknownCriticalExtension, notYetValid, outOfDate, tooOld, library
    }

    var kind: Kind {
        switch self {
        case .notACRL: .notACRL
        case .otherIssuer: .otherIssuer
        case .signatureInvalid: .signatureInvalid
        case .otherKey: .otherKey
        case .weakSignature: .weakSignature
        case .issuerMayNotSign: .issuerMayNotSign
        case .delta: .delta
        case .indirect: .indirect
        case .someReasons: .someReasons
        case .otherScope: .otherScope
        case .unknownCriticalExtension: .unknownCriticalExtension
        case .notYetValid: .notYetValid
        case .outOfDate: .outOfDate
        case .tooOld: .tooOld
        case .library: .library
        }
    }
}

extension Revocation.OCSPProblem {
    enum Kind: CaseIterable {
        case notAnAnswer, refused, signatureInvalid, weakSignature, notDelegated, signerNotTrusted,
            signerRevoked, signerNotChecked, otherCertificate, notKnown, notYetValid, outOfDate, tooOld,
            library
    }

    var kind: Kind {
        switch self {
        case .notAnAnswer: .notAnAnswer
        case .refused: .refused
        case .signatureInvalid: .signatureInvalid
        case .weakSignature: .weakSignature
        case .notDelegated: .notDelegated
        case .signerNotTrusted: .signerNotTrusted
        case .signerRevoked: .signerRevoked
        case .signerNotChecked: .signerNotChecked
        case .otherCertificate: .otherCertificate
        case .notKnown: .notKnown
        case .notYetValid: .notYetValid
        case .outOfDate: .outOfDate
        case .tooOld: .tooOld
        case .library: .library
        }
    }
}
