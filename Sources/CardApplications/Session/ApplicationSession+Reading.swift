internal import CardCore

/// What is read of the application (`ApplicationReading`).
extension ApplicationSession {
    package mutating func readPINs(roles: Bool) throws(CardError) -> [PINPolicy] {
        try read { (application, channel) throws(CardError) in
            try application.readPINs(roles: roles, on: &channel)
        }
    }

    package mutating func readIdentity() throws(CardError) -> CardIdentity {
        try read { (application, channel) throws(CardError) in try application.readIdentity(on: &channel) }
    }

    package mutating func readNumber() throws(CardError) -> CardNumber? {
        try read { (application, channel) throws(CardError) in try application.readNumber(on: &channel) }
    }

    package mutating func readCertificates(
        _ scope: CertificateScope
    ) throws(CardError) -> [CardCertificate] {
        try read { (application, channel) throws(CardError) in
            try application.readCertificates(scope, on: &channel)
        }
    }

    package mutating func readCertificate(
        _ choice: CertificateChoice,
        _ scope: CertificateScope
    ) throws(CardError) -> CardCertificate? {
        try read { (application, channel) throws(CardError) in
            try application.readCertificate(choice, scope, on: &channel)
        }
    }

    package mutating func readLoginCertificates() throws(CardError) -> [CardCertificate] {
        try read { (application, channel) throws(CardError) in
            try application.readLoginCertificates(on: &channel)
        }
    }

    package mutating func readAuthorities() throws(CardError) -> [CardCertificate] {
        try read { (application, channel) throws(CardError) in try application.readAuthorities(on: &channel) }
    }

    package mutating func status(of policy: PINPolicy) throws(CardError) -> PINStatus {
        try read { (application, channel) throws(CardError) in
            try application.status(of: policy, on: &channel)
        }
    }

    package mutating func signingForms(of certificate: CardCertificate) throws(CardError) -> [SigningForm] {
        try read { (application, channel) throws(CardError) in
            try application.signingForms(of: certificate, on: &channel)
        }
    }

    package mutating func holdsKey(of certificate: CardCertificate) throws(CardError) -> Bool? {
        try read { (application, channel) throws(CardError) in
            try application.holdsKey(of: certificate, on: &channel)
        }
    }

    /// Throws `derivedCodes` where the card does not take codes as they are typed.
    package mutating func checkCodesArePlain() throws(CardError) {
        try read { (application, channel) throws(CardError) in
            try application.checkCodesArePlain(on: &channel)
        }
    }

    mutating func isLoggedIn() throws(CardError) -> Bool {
        try read { (application, channel) throws(CardError) in
            try transported { () throws(TransportError) in try application.isLoggedIn(on: &channel) }
        }
    }
}
