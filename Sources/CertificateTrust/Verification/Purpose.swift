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
    /// The purpose of a certificate that is for `use`.
    package init(_ use: Certificate.Use) {
        self =
            switch use {
            case .login: .login
            case .signature: .signing
            case .other: .any
            }
    }
}
