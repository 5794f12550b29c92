internal import CardApplications
internal import CardCore
internal import CardOperations
internal import Configuration
internal import PCSC
internal import Texts

/// A reader and what `status` found in it.
struct ReaderContent {
    let status: ReaderStatus
    let product: CardProduct?
    var report: CardReport?
    var failure: Failure?

    /// What the card's application calls the product, else what its ATR does.
    var productName: String? { report?.identity.product ?? product?.name }
}

/// `status` in words.
struct StatusText {
    let wording: FailureWording
    var showPersonalData = false

    private var texts: Texts { Program.texts }
    private var shown: ShownText { ShownText(showPersonalData: showPersonalData) }

    func lines(of reader: ReaderContent, number: Int) -> [String] {
        let heading = "\(number)  \(Texts.printable(reader.status.reader.name))"
        guard reader.status.presence != .empty else { return ["\(heading): \(texts.emptyReader)"] }
        var lines = [heading]
        guard let report = reader.report, let family = report.family else {
            if reader.report != nil {
                lines.append("   \(Texts.printable(reader.product?.name ?? texts.unknownCard))")
                lines.append("   \(texts.atrLine(Hex.string(of: reader.status.atr)))")
                lines.append("   \(texts.tried(CardFamilies.all.map { $0.name }.joined(separator: ", ")))")
                lines += (reader.report?.applications ?? []).map { "   \(line(of: $0))" }
            }
            return lines
        }
        lines.append("   \(Texts.printable(reader.productName ?? texts.unknownProduct(family)))")
        let identity = texts.cardLine(
            label: report.identity.label.map(shown.line),
            serialNumber: report.identity.serialNumber.map { Texts.printable($0) }
        )
        if let identity { lines.append("   \(identity)") }
        if let note = note(on: report) { lines.append("   \(note)") }
        if !report.otherFamilies.isEmpty {
            let names = report.otherFamilies.map(texts.applicationName).joined(separator: ", ")
            lines.append("   \(texts.otherApplications(names))")
        }
        lines.append("   \(texts.codes)")
        lines += pins(report.pins).map { "     \($0)" }
        lines.append("   \(texts.certificates)")
        lines += report.certificates.isEmpty ? ["     \(texts.noCertificates)"] : []
        let certificates = CertificateLines(site: wording.site, showPersonalData: showPersonalData)
        for certificate in report.certificates {
            lines += certificates.summary(of: certificate).map { "     \($0)" }
        }
        lines += report.hasMoreCertificates ? ["     \(texts.moreCertificates)"] : []
        return lines
    }

    /// Why another application than usual is shown.
    func note(on report: CardReport) -> String? {
        guard report.keepsLogin, let family = report.family else { return nil }
        return texts.applicationInUse(texts.applicationName(family))
    }

    private func line(of application: CardReport.ListedApplication) -> String {
        let label = application.label.map { " \(shown.line($0))" } ?? ""
        return texts.applicationLine("\(Hex.string(of: application.aid))\(label)")
    }

    /// One line for each code, in columns.
    func pins(_ pins: [PINReport]) -> [String] {
        let rows = pins.map { pin -> [String] in
            [
                Texts.printable(pin.policy.id, limit: 20), wording.name(pin.policy).bare,
                wording.length(pin.policy.forNewCode), state(pin, among: pins),
            ]
        }
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { index, cell in
                index < 3 ? cell + String(repeating: " ", count: widths[index] - cell.count) : cell
            }.joined(separator: "  ")
        }
    }

    private func state(_ pin: PINReport, among pins: [PINReport]) -> String {
        guard pin.policy.isInitialized else { return texts.notInitialized() }
        guard pin.status != .blockedOrNeverSet else { return texts.blockedOrNeverSet() }
        guard pin.status.isBlocked == true else {
            return pin.status.remainingTries.map(texts.triesLeft) ?? texts.triesUnknown()
        }
        guard pin.policy.kind == .pin, !pins.waysLeft(of: pin.policy).isEmpty else { return texts.blocked() }
        return "\(texts.blocked()), \(texts.unblockWith("kortvakt pin unblock"))"
    }

}
