import Testing

@testable import CertificateTrust
@testable import X509

/// A reason that takes more than a certificate of the test PKI and a purpose (`VerificationCase`).
struct Provocation: Sendable, CustomTestStringConvertible {
    let code: Reason.Code
    let reason: @Sendable () throws -> Reason
    let found: @Sendable () throws -> [Reason]

    var testDescription: String { code.rawValue }

    static let all: [Provocation] = [
        Provocation(code: .noAnchors) {
            .noAnchors(path: "/nothing")
        } found: {
            try reasons(store: TrustStore(path: "/nothing", files: []))
        },
        Provocation(code: .chainTooLong) {
            .chainTooLong(limit: 2)
        } found: {
            try reasons(chainLimit: 2)
        },
        Provocation(code: .tooManyCertificates) {
            .tooManyCertificates(limit: Verification.maximumHandedIn)
        } found: {
            let issuer = try Fixtures.certificate("issuer")
            return try reasons(issuers: Array(repeating: issuer, count: Verification.maximumHandedIn + 1))
        },
        Provocation(code: .unreadableKey) {
            .unreadableKey(ChainLink(certificate: try withUnknownKey(), origin: .subject))
        } found: {
            try reasons(of: withUnknownKey())
        },
        Provocation(code: .revoked) {
            // 2026-03-01T12:00:00Z
            .revoked(try subject("revoked"), at: Instant(seconds: 1_772_366_400), reason: .keyCompromise)
        } found: {
            try Fixtures.examine("revoked").reasons
        },
        Provocation(code: .revocationUnknown) {
            .revocationUnknown(try subject("login"), [.notCached])
        } found: {
            let lists = [Lists.rootAddress: "root"]
            return try Fixtures.examine("login", lists: lists, requiresRevocation: true).reasons
        },
        Provocation(code: .keyNotHeld) {
            .keyNotHeld(try subject("login"))
        } found: {
            try Fixtures.examine("login", possession: .refuted).reasons
        },
        Provocation(code: .possessionUnknown) {
            .possessionUnknown(try subject("login"), .weakKey)
        } found: {
            try Fixtures.examine("login", possession: .unknown(.weakKey)).reasons
        },
    ]

    private static func subject(_ name: String) throws -> ChainLink {
        ChainLink(certificate: try Fixtures.certificate(name), origin: .subject)
    }

    private static func reasons(
        of certificate: Certificate? = nil,
        store: TrustStore? = nil,
        issuers: [Certificate]? = nil,
        chainLimit: Int = Verification.standardChainLimit
    ) throws -> [Reason] {
        Verification(store: try store ?? Fixtures.store(), chainLimit: chainLimit).verify(
            try certificate ?? Fixtures.certificate("login"),
            intermediates: try issuers ?? [Fixtures.certificate("issuer")],
            purpose: .login,
            at: Fixtures.instant
        ).reasons
    }

    /// rsaEncryption with another last number; it stands in the key only.
    private static func withUnknownKey() throws -> Certificate {
        let der = try Fixtures.der("login").replacing(
            [0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01],
            with: [0x86, 0xF7, 0x0D, 0x01, 0x01, 0x7F]
        )
        return try Certificate(der: der)
    }
}
