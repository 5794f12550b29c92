internal import ArgumentParser
internal import CardApplications
internal import CardCore
internal import CardOperations
internal import Configuration
internal import PCSC
internal import Texts

/// The command `kortvakt status`.
struct StatusCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "status", abstract: Program.texts.helpStatus)
    }

    @OptionGroup var common: CommonOptions

    @Flag(help: ArgumentHelp(Program.texts.helpRetired))
    var retired = false

    func run() throws {
        let site = Site.current
        let trace = try TraceFile.open(common.trace, json: common.json)
        let service = FailureWording(site: site, kind: nil, json: common.json)
        let context: Context
        let all: [ReaderStatus]
        let readers: [ReaderStatus]
        do throws(PCSCError) {
            context = try Context()
            all = try context.statuses()
            guard !all.isEmpty else { throw PCSCError.noReader }
            readers =
                common.reader == nil
                ? all : [try ReaderChoice.one(of: all, named: common.reader, json: common.json)]
        } catch {
            throw service.failure(.service(error))
        }
        let progress = Progress()
        progress.cardWork(isGoingOn: true)
        let found = readers.map { reader in look(into: reader, context, site: site, trace: trace) }
        progress.cardWork(isGoingOn: false)

        // The first thing that is wrong decides the exit code.
        let failure = found.compactMap(\.failure).first ?? noCard(found, service)
        if common.json {
            let personal = common.showPersonalData
            JSON.print(
                StatusJSON(readers: found, failure: failure, site: site, showPersonalData: personal)
            )
        } else {
            let text = StatusText(wording: service, showPersonalData: common.showPersonalData)
            for reader in found {
                let number = (all.firstIndex { $0.reader == reader.status.reader } ?? 0) + 1
                for line in text.lines(of: reader, number: number) { Output.line(line) }
            }
        }
        for reader in found {
            guard let failure = reader.failure else { continue }
            Output.error("\(Texts.printable(reader.status.reader.name)):")
            failure.showWords()
        }
        guard let failure else { return }
        if found.allSatisfy({ $0.failure == nil }) { failure.showWords() }
        throw ExitCode(failure.exitCode)
    }

    private func noCard(_ found: [ReaderContent], _ wording: FailureWording) -> Failure? {
        found.contains { $0.status.presence == .present } ? nil : wording.failure(.service(.noCard))
    }

    private func look(
        into reader: ReaderStatus,
        _ context: Context,
        site: Site,
        trace: CardTrace?
    ) -> ReaderContent {
        let product = site.product(atr: reader.atr)
        let wording = FailureWording(site: site, kind: product?.kind, atr: reader.atr, json: common.json)
        var content = ReaderContent(status: reader, product: product)
        switch reader.presence {
        case .empty: return content
        case .mute:
            content.failure = wording.failure(.service(.cardUnresponsive))
            return content
        case .unavailable:
            content.failure = wording.failure(.service(.readerUnavailable))
            return content
        case .present: break
        }
        do throws(OperationError) {
            let hints = site.hints(atr: reader.atr, application: common.application)
            content.report = try read(reader, hints, context, trace: trace)
            if content.report?.family == nil { content.failure = wording.failure(.card(unknownCard)) }
        } catch {
            content.failure = wording.failure(error)
        }
        return content
    }

    /// Why nothing was found on a card that answers.
    private var unknownCard: CardError {
        common.application.map { .applicationNotFound(family: $0) } ?? .notRecognised
    }

    private func read(
        _ reader: ReaderStatus,
        _ hints: CardHints,
        _ context: Context,
        trace: CardTrace?
    ) throws(OperationError) -> CardReport {
        let card: Card
        do throws(PCSCError) { card = try context.connect(reader.reader) } catch { throw .service(error) }
        trace?.remark(
            "kortvakt: reader \(Texts.printable(reader.reader.name)), ATR \(Hex.string(of: reader.atr))"
        )
        var connection = ReaderConnection(card, hints: hints, trace: trace)
        var wish: CardReport.Wish = [.identity, .certificates]
        if retired { wish.insert(.retiredCertificates) }
        return try CardReport.read(wish, from: &connection)
    }
}
