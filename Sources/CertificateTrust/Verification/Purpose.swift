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
        let uses = certificate.extensions.keyUsage
        self =
            if certificate.extensions.isAuthority {
                .any
            } else if uses?.contains(.nonRepudiation) == true {
                .signing
            } else if uses?.contains(.digitalSignature) ?? true {
                .login
            } else {
                .any
            }
    }
}
