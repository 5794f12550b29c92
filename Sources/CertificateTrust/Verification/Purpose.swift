package import X509

/// What a certificate is to be used for.
package enum Purpose: String, Hashable, Sendable, CaseIterable {
    /// keyUsage digitalSignature, and client authentication where extendedKeyUsage is present.
    case login
    /// keyUsage nonRepudiation.
    case signing
    /// Whatever its uses are.
    case any
}

extension Purpose {
    /// What a certificate says that it is for.
    ///
    /// nonRepudiation makes it one to sign with, whatever else it may do: such signatures bind its holder.
    package init(of certificate: Certificate) {
        self =
            if certificate.extensions.isAuthority {
                .any
            } else if certificate.isForLogin {
                .login
            } else if certificate.extensions.keyUsage?.contains(.nonRepudiation) == true {
                .signing
            } else {
                .any
            }
    }
}
