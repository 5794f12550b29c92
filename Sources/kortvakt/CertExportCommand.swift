internal import ArgumentParser
internal import CardApplications
internal import CardOperations
internal import Glibc
internal import Texts
internal import X509

/// `kortvakt cert export`: certificates as files for other programs.
struct CertExportCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        .init(commandName: "export", abstract: Program.texts.helpCertExport)
    }

    enum Format: String, ExpressibleByArgument { case pem, der }

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp(Program.texts.helpCertID, valueName: "ID")) var id: String?
    @Flag(help: ArgumentHelp(Program.texts.helpExportAll)) var all = false
    @Option(help: ArgumentHelp(Program.texts.helpExportFormat, valueName: "pem|der"))
    var format = Format.pem
    @Option(help: ArgumentHelp(Program.texts.helpExportOutput, valueName: "FILE")) var output: String?
    @Flag(help: ArgumentHelp(Program.texts.helpExportForce)) var force = false

    func run() throws {
        guard (id != nil) != all else { throw usage(Program.texts.exportWhich) }
        // Several values one after the other are not what a program expects in a DER file.
        guard !(all && format == .der) else { throw usage(Program.texts.exportAllAsPEM) }
        guard format == .pem || output != nil || isatty(STDOUT_FILENO) == 0 else {
            throw usage(Program.texts.exportBinary)
        }
        let card = try CardAtHand.open(common)
        let wording = card.wording
        let found = try card.readCertificates(id.map { .one(.id($0), []) } ?? .all([]))
        guard !found.certificates.isEmpty else { throw wording.noCertificate(id) }
        if found.hasMore { Output.error(Program.texts.moreCertificates) }
        // A file without a certificate in it would pass for one.
        guard found.certificates.allSatisfy({ !$0.der.isEmpty }) else {
            throw failure(Program.texts.exportUnreadable, exitCode: 5, code: "certificate-unreadable")
        }
        let bytes: [UInt8]
        do throws(OpenSSLError) {
            bytes = try found.certificates.map { (certificate) throws(OpenSSLError) in
                format == .der ? certificate.der : Array(try PEM.text(der: certificate.der).utf8)
            }.flatMap { $0 }
        } catch {
            let texts = Program.texts
            let reason = LinkWording(showPersonalData: false, texts: texts).detail(error)
            throw failure(texts.cannotWrite(output ?? "-", reason))
        }
        guard let output, output != "-" else {
            return Output.write(bytes, to: STDOUT_FILENO)
        }
        switch OutputFile.write(bytes, to: output, replacing: force) {
        case nil: break
        case EEXIST: throw failure(Program.texts.exportExists(output), exitCode: 8, code: "file-exists")
        case let number?: throw failure(Program.texts.cannotWrite(output, OutputFile.reason(number)))
        }
    }

    private func usage(_ sentence: Sentence) -> Failure { failure(sentence, exitCode: 64, code: "usage") }

    private func failure(
        _ sentence: Sentence,
        exitCode: Int32 = 1,
        code: String = "output-file"
    ) -> Failure {
        Failure(exitCode, code, sentence, json: common.json)
    }
}
