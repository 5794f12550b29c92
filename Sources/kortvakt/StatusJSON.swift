internal import CardApplications
internal import CardCore
internal import CardOperations
internal import PCSC

/// `status` as JSON; the keys are a contract.
struct StatusJSON: Encodable {
    struct Reader: Encodable {
        let name: String
        let card: Nullable<Card>
    }

    struct Card: Encodable {
        let atr: String
        let family: Nullable<String>
        let product: Nullable<String>
        let evidence: Nullable<String>
        let label: Nullable<String>
        let serialNumber: Nullable<String>
        let pins: [PINJSON]
        let certificates: [CertificateJSON]
        /// Whether the card names more certificates than these.
        let moreCertificates: Bool
        /// Other applications that are known; of a card that is not recognised, what EF.DIR lists.
        let applications: [Application]
        /// Whether this application is shown because another program is logged in to it.
        let inUse: Bool
        let error: Nullable<ErrorJSON.Content>
    }

    struct Application: Encodable {
        let aid: String
        let label: Nullable<String>
        /// What `--application` takes; `null` for one that Kortvakt does not know.
        let family: Nullable<String>
    }

    let readers: [Reader]
    /// What decided the exit code; `null` when it is 0.
    let error: Nullable<ErrorJSON.Content>

    init(readers: [ReaderContent], failure: Failure?, site: Site, showPersonalData: Bool) {
        error = Nullable(failure.map { ErrorJSON($0).error })
        self.readers = readers.map { reader in
            let card = reader.status.presence == .empty ? nil : Self.card(reader, site, showPersonalData)
            return Reader(name: reader.status.reader.name, card: Nullable(card))
        }
    }

    private static func card(_ reader: ReaderContent, _ site: Site, _ showPersonalData: Bool) -> Card {
        let report = reader.report
        let shown = ShownText(showPersonalData: showPersonalData)
        return Card(
            atr: Hex.string(of: reader.status.atr),
            family: Nullable(report?.family),
            product: Nullable(reader.productName),
            evidence: Nullable(report?.evidence?.rawValue),
            label: Nullable(report?.identity.label.map(shown.json)),
            serialNumber: Nullable(report?.identity.serialNumber),
            pins: (report?.pins ?? []).map(PINJSON.init),
            certificates: (report?.certificates ?? []).map {
                CertificateJSON($0, site: site, personal: showPersonalData)
            },
            moreCertificates: report?.hasMoreCertificates ?? false,
            applications: (report?.applications ?? []).map { application in
                Application(
                    aid: Hex.string(of: application.aid),
                    label: Nullable(application.label.map(shown.json)),
                    family: Nullable(nil)
                )
            }
                + (report?.otherFamilies ?? []).map { family in
                    Application(
                        aid: Hex.string(of: CardFamilies.identifier(of: family)),
                        label: Nullable(nil),
                        family: Nullable(family)
                    )
                },
            inUse: report?.keepsLogin ?? false,
            error: Nullable(reader.failure.map { ErrorJSON($0).error })
        )
    }
}
