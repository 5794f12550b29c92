internal import CardApplications
internal import CardOperations
internal import CertificateTrust
internal import Texts
internal import X509

/// `cert verify`; the keys are a contract.
struct CertVerifyJSON: Encodable {
    struct Item: Encodable {
        let id: String
        /// `trusted` or `rejected`.
        let result: String
        /// What it was judged for: `login`, `signing` or `any`.
        let purpose: Nullable<String>
        let reasons: [ReasonJSON]
        /// `good`, `revoked`, `unknown` or `unchecked`.
        let revocation: String
        let revocationChecks: [RevocationCheckJSON]
        /// `proven`, `refuted`, `unknown` or `unchecked`.
        let possession: String
        /// Holders' names, from the certificate to the one that is trusted; just the certificate where none is.
        let chain: [String]
    }

    struct ReasonJSON: Encodable {
        let code: String
        let message: String
        let advice: String

        init(_ code: String, _ sentence: Sentence) {
            (self.code, message, advice) = (code, sentence.happened, sentence.next)
        }
    }

    struct RevocationCheckJSON: Encodable {
        let subject: String
        let status: String
        /// `crl` or `ocsp`.
        let source: Nullable<String>
        let address: Nullable<String>
        let made: Nullable<String>
        let validUntil: Nullable<String>
        let fetched: Nullable<String>
        let cached: Nullable<Bool>
        let obstacles: [String]
    }

    let certificates: [Item]
    /// The card names more certificates than were read.
    let moreCertificates: Bool
    /// What decided the exit code; `null` when it is 0.
    let error: Nullable<ErrorJSON.Content>

    init(_ examined: [ExaminedCertificate], hasMore: Bool, failure: Failure?, _ wording: ReasonWording) {
        moreCertificates = hasMore
        certificates = examined.map { Self.item($0, wording) }
        error = Nullable(failure.map { ErrorJSON($0).error })
    }

    private static func item(_ item: ExaminedCertificate, _ wording: ReasonWording) -> Item {
        switch item.outcome {
        case .unreadable(let error):
            let sentence = wording.links.sentence(error)
            let code = if case .library = error { "not-checked" } else { "not-a-certificate" }
            return Item(
                id: item.card.id,
                result: "rejected",
                purpose: Nullable(nil),
                reasons: [ReasonJSON(code, sentence)],
                revocation: Examination.RevocationState.unchecked.rawValue,
                revocationChecks: [],
                possession: "unchecked",
                chain: []
            )
        case .examined(let examination):
            return Item(
                id: item.card.id,
                result: examination.isTrusted ? "trusted" : "rejected",
                purpose: Nullable(examination.purpose.rawValue),
                reasons: examination.reasons.map {
                    ReasonJSON($0.code.rawValue, wording.sentence($0, at: item.instant))
                },
                revocation: examination.revocation.rawValue,
                revocationChecks: examination.findings.map { check($0, wording) },
                possession: name(examination.possession),
                chain: examination.chain.map { wording.links.holder($0.certificate) }
            )
        }
    }

    private static func check(
        _ finding: Revocation.Finding,
        _ wording: ReasonWording
    ) -> RevocationCheckJSON {
        let evidence = finding.evidence
        var obstacles: [Revocation.Obstacle] = []
        if case .unknown(let found) = finding.status { obstacles = found }
        return RevocationCheckJSON(
            subject: wording.links.holder(finding.link.certificate),
            status: name(finding.status),
            source: Nullable(evidence?.kind.rawValue),
            address: Nullable(
                evidence.map { ShownText(showPersonalData: wording.showPersonalData).json($0.address) }
            ),
            made: Nullable(evidence.map { "\($0.thisUpdate)" }),
            validUntil: Nullable(evidence?.nextUpdate.map { "\($0)" }),
            fetched: Nullable(evidence.map { "\($0.fetched)" }),
            cached: Nullable(evidence?.isFromCache),
            obstacles: obstacles.map { wording.revocation.sentence($0).happened }
        )
    }

    private static func name(_ status: RevocationStatus) -> String {
        switch status {
        case .good: "good"
        case .revoked: "revoked"
        case .unknown: "unknown"
        case .unchecked: "unchecked"
        }
    }

    private static func name(_ possession: Possession?) -> String {
        switch possession {
        case .proven: "proven"
        case .refuted: "refuted"
        case .unknown: "unknown"
        case nil: "unchecked"
        }
    }
}
