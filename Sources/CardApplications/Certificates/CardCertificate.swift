package import X509

/// What is read beside the certificates of the keys in use.
package struct CertificateScope: OptionSet, Hashable, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Which PIN opens each key, also where another file has to be read for it.
    package static let pins = CertificateScope(rawValue: 1 << 0)
    /// Certificates of keys that were replaced, where the card keeps them.
    package static let retired = CertificateScope(rawValue: 1 << 1)
}

/// A certificate as it lies on a card.
package struct CardCertificate: Hashable, Sendable {
    /// How `cert` commands name it.
    package var id: String
    /// Hostile text.
    package var label: String
    /// The id of the PIN that opens its key; `nil` where the card does not say.
    package var pin: String?
    /// What the card has its key for, by the key's place on the card; `nil` where the card does not say.
    package var keyUse: Certificate.Use?
    /// X.509 DER, hostile; empty where the card names a certificate that cannot be read.
    package let der: [UInt8]
    /// The certificate as it was read.
    package let reading: Result<Certificate, CertificateError>

    package init(
        id: String,
        label: String,
        pin: String?,
        keyUse: Certificate.Use? = nil,
        der: [UInt8]
    ) {
        self.id = id
        self.label = label
        self.pin = pin
        self.keyUse = keyUse
        self.der = der
        reading = Result { () throws(CertificateError) in try Certificate(der: der) }
    }
}
