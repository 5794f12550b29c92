internal import ArgumentParser
internal import CardApplications
internal import CardCore
internal import CardOperations
internal import CertificateTrust
internal import Configuration
internal import PCSC
internal import Texts
internal import X509

/// `kortvakt cert verify`: whether certificates are to be believed, and why not.
struct CertVerifyCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        .init(commandName: "verify", abstract: Program.texts.helpCertVerify)
    }

    @OptionGroup var common: CommonOptions
    @OptionGroup var codes: CodeOptions
    @Argument(help: ArgumentHelp(Program.texts.helpCertID, valueName: "ID")) var id: String?
    @Option(help: ArgumentHelp(Program.texts.helpTrust, valueName: "PATH"))
    var trust = TrustStore.standardPath
    @Option(help: ArgumentHelp(Program.texts.helpRevocation, valueName: "off|cached|online"))
    var revocation = Revocation.Policy.cached
    @Flag(help: ArgumentHelp(Program.texts.helpRequireRevocation)) var requireRevocation = false
    @Flag(help: ArgumentHelp(Program.texts.helpProve)) var prove = false
    @Flag(help: ArgumentHelp(Program.texts.helpVerbose)) var verbose = false

    func run() throws {
        let trace = try TraceFile.open(common.trace, json: common.json)
        let examiner = try makeExaminer()
        // What the certificates are is read, and proven, before anybody else is asked: no card waits for the network.
        let card = try CardAtHand.open(common, trace: trace)
        let reader = card.status.reader
        let (subjects, hasMore) = try prove ? ([proven(card)], false) : read(card)
        let examined = Progress(Program.texts.checking).during {
            ExaminedCertificate.examine(subjects, by: examiner, at: .now) { authorities(in: reader, trace) }
        }
        let failure = failure(of: examined)
        if common.json {
            let personal = common.showPersonalData
            let wording = ReasonWording(showPersonalData: personal, policy: revocation, folder: trust)
            JSON.print(CertVerifyJSON(examined, hasMore: hasMore, failure: failure, wording))
        } else {
            let text = VerificationLines(
                site: Site.current,
                showPersonalData: common.showPersonalData,
                trust: trust,
                policy: revocation,
                isVerbose: verbose
            )
            for line in text.lines(of: examined) { Output.line(line) }
        }
        guard let failure else { return }
        failure.showWords()
        throw ExitCode(failure.exitCode)
    }

    private func makeExaminer() throws(Failure) -> Examiner {
        guard !(requireRevocation && revocation == .off) else {
            throw Failure(64, "usage", Program.texts.requiredRevocationOff, json: common.json)
        }
        guard prove || !(codes.stdin || codes.lastTry) else {
            throw Failure(64, "usage", Program.texts.codesWithoutProof, json: common.json)
        }
        let store: TrustStore
        do throws(TrustStore.Failure) { store = try TrustStore.load(path: trust) } catch {
            let sentence = TrustStoreWording().sentence(error)
            throw Failure(9, "trust-store", sentence, json: common.json)
        }
        for refused in store.refusedFiles {
            let sentence = TrustStoreWording().sentence(refused)
            Output.error("\(sentence.happened) \(sentence.next)")
        }
        return Examiner(
            verification: Verification(store: store),
            revocation: Revocation(
                policy: revocation,
                cache: .standard,
                maximumAge: Int64(Site.current.settings.revocationMaxAgeHours) * 3600
            ),
            requiresRevocation: requireRevocation
        )
    }

    private func read(
        _ card: consuming CardAtHand
    ) throws(Failure) -> (subjects: [ExaminedCertificate.Subject], hasMore: Bool) {
        let wording = card.wording
        let found = try card.readCertificates(id.map { .one(.id($0), []) } ?? .all([]))
        guard !found.certificates.isEmpty else { throw wording.noCertificate(id) }
        if found.hasMore, !common.json { Output.error(Program.texts.moreCertificates) }
        return (found.certificates.map { ExaminedCertificate.Subject($0) }, found.hasMore)
    }

    private func proven(_ card: consuming CardAtHand) throws(Failure) -> ExaminedCertificate.Subject {
        let (wording, budget) = (card.wording, codes.budget(card.site))
        var dialog = CodeDialog(stdin: codes.stdin, wording: wording)
        try dialog.requireSource()
        do throws(ProofError) {
            let check = try PINOperations.checkPossession(
                id.map { .id($0) } ?? .login,
                on: card.takeConnection(),
                budget: budget,
                dialog: &dialog
            )
            dialog.showEnding()
            return ExaminedCertificate.Subject(check.certificate, possession: check.possession)
        } catch {
            dialog.showEnding()
            throw wording.failure(error)
        }
    }

    /// Issuers that the card carries; none where it has gone or does not answer, which changes no verdict.
    private func authorities(in reader: Reader, _ trace: CardTrace?) -> [CardCertificate] {
        let card = try? CardAtHand.openAgain(reader, trace: trace, common)
        guard let card = card ?? nil else { return [] }
        return (try? card.readCertificates(.authorities).certificates) ?? []
    }

    private func failure(of examined: [ExaminedCertificate]) -> Failure? {
        let rejected = examined.count { !$0.isTrusted }
        guard rejected > 0 else { return nil }
        let sentence = Program.texts.certificatesNotTrusted(rejected, of: examined.count)
        return Failure(9, "certificate-not-trusted", sentence, json: common.json)
    }
}

extension Revocation.Policy: ExpressibleByArgument {}
