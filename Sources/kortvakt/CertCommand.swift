internal import ArgumentParser
internal import CardApplications
internal import CardOperations
internal import Texts

/// The commands below `kortvakt cert`.
struct CertCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "cert",
            abstract: Program.texts.helpCert,
            subcommands: [List.self, Show.self, CertVerifyCommand.self, CertExportCommand.self]
        )
    }

    struct List: ParsableCommand {
        static var configuration: CommandConfiguration {
            .init(commandName: "list", abstract: Program.texts.helpCertList)
        }
        @OptionGroup var common: CommonOptions
        @Flag(help: ArgumentHelp(Program.texts.helpRetired)) var retired = false

        func run() throws {
            let card = try CardAtHand.open(common)
            let site = card.site
            let found = try card.readCertificates(.all(retired ? .retired : []))
            if common.json {
                let list = CertListJSON(found, site: site, personal: common.showPersonalData)
                return JSON.print(list)
            }
            let text = CertificateLines(site: site, showPersonalData: common.showPersonalData)
            if found.certificates.isEmpty { Output.line(Program.texts.noCertificates) }
            for certificate in found.certificates {
                for line in text.summary(of: certificate) { Output.line(line) }
            }
            if found.hasMore { Output.line(Program.texts.moreCertificates) }
            if let note = text.note(on: found) { Output.line(note) }
        }
    }

    struct Show: ParsableCommand {
        static var configuration: CommandConfiguration {
            .init(commandName: "show", abstract: Program.texts.helpCertShow)
        }
        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp(Program.texts.helpCertID, valueName: "ID")) var id: String

        func run() throws {
            let card = try CardAtHand.open(common)
            let (site, wording) = (card.site, card.wording)
            let found = try card.readCertificates(.one(.id(id), .pins))
            guard let certificate = found.certificates.first else { throw wording.noCertificate(id) }
            if common.json {
                let personal = common.showPersonalData
                return JSON.print(
                    CertListJSON(found, site: site, personal: personal, isDetailed: true)
                )
            }
            let text = CertificateLines(site: site, showPersonalData: common.showPersonalData)
            let pin = found.pins.first { $0.id == certificate.pin }
            for line in text.details(of: certificate, pin: pin.map { wording.name($0).bare }) {
                Output.line(line)
            }
        }
    }
}

extension CardAtHand {
    /// Reads certificates, showing that it takes a while where it does.
    consuming func readCertificates(
        _ selection: CardCertificates.Selection
    ) throws(Failure) -> CardCertificates {
        let wording = wording
        let progress = Progress()
        progress.cardWork(isGoingOn: true)
        defer { progress.cardWork(isGoingOn: false) }
        var connection = takeConnection()
        do throws(OperationError) {
            let read = try CardCertificates.read(selection, from: &connection)
            if read.keepsLogin {
                let texts = Program.texts
                Output.error(texts.applicationInUse(texts.applicationName(read.family)))
            }
            return read
        } catch {
            throw wording.failure(error)
        }
    }
}
