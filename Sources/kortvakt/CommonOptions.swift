internal import ArgumentParser
internal import CardApplications
internal import CardCore
internal import CardOperations
internal import Configuration
internal import PCSC
internal import Texts

/// Options that every command which talks to a card has.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp(Program.texts.helpReader, valueName: "NAME|NUMBER"))
    var reader: String?

    @Option(help: ArgumentHelp(Self.helpApplication, valueName: CardFamilies.names.joined(separator: "|")))
    var application: String?

    @Flag(help: ArgumentHelp(Program.texts.helpJSON))
    var json = false

    @Option(help: ArgumentHelp(Program.texts.helpLang, valueName: "sv|nb|nn|en"))
    var lang: String?

    @Option(help: ArgumentHelp(Program.texts.helpTrace, valueName: "FILE"))
    var trace: String?

    @Flag(help: ArgumentHelp(Program.texts.helpPersonal))
    var showPersonalData = false

    private static var helpApplication: String {
        Program.texts.helpApplication(CardFamilies.names.joined(separator: ", "))
    }

    func validate() throws {
        if let lang, Language(rawValue: lang) == nil { throw ValidationError(Program.texts.helpLang) }
        guard let application, !CardFamilies.names.contains(application) else { return }
        throw ValidationError(Self.helpApplication)
    }
}

/// Options of the commands that present a code.
struct CodeOptions: ParsableArguments {
    @Flag(help: ArgumentHelp(Program.texts.helpStdin))
    var stdin = false

    @Flag(help: ArgumentHelp(Program.texts.helpLastTry))
    var lastTry = false

    @Flag(help: ArgumentHelp(Program.texts.helpUntested))
    var untested = false

    /// What these options allow, and what the site allows.
    func budget(_ site: Site, _ puk: PUKOptions? = nil) -> TryBudget {
        TryBudget(
            lastTry: lastTry,
            lastPUKTry: puk?.lastPukTry ?? false,
            untested: untested,
            allowTrivialPINs: site.settings.pinPolicy.allowsTrivial
        )
    }
}

/// Options of the commands that can present a PUK.
struct PUKOptions: ParsableArguments {
    @Flag(help: ArgumentHelp(Program.texts.helpLastPUKTry))
    var lastPukTry = false
}

/// The option that names a code.
struct PINOption: ParsableArguments {
    @Option(help: ArgumentHelp(Program.texts.helpPINRole, valueName: "ROLE"))
    var pin: String?

    var choice: PINChoice { PINChoice(argument: pin) }
}

/// A card at hand: what a command works with after the common options have been followed.
struct CardAtHand: ~Copyable {
    let site: Site
    let status: ReaderStatus
    var connection: ReaderConnection
    let json: Bool

    /// Finds the reader that is meant and connects to its card.
    ///
    /// Blocking; waits 5 s at most for other programs.
    static func open(_ options: CommonOptions) throws(Failure) -> CardAtHand {
        try open(options, trace: try TraceFile.open(options.trace, json: options.json))
    }

    /// The same with a trace that is open already.
    static func open(_ options: CommonOptions, trace: CardTrace?) throws(Failure) -> CardAtHand {
        let site = Site.current
        do throws(PCSCError) {
            return try open(options, site: site, trace: trace)
        } catch {
            throw FailureWording(site: site, kind: nil, json: options.json).failure(.service(error))
        }
    }

    private static func open(
        _ options: CommonOptions,
        site: Site,
        trace: CardTrace?
    ) throws(PCSCError) -> CardAtHand {
        let context = try Context()
        let status = try ReaderChoice.one(
            of: try context.statuses(),
            named: options.reader,
            json: options.json
        )
        return try connect(to: status, in: context, site: site, trace: trace, options)
    }

    /// The card that is now in a reader that was worked with before; `nil` where there is none.
    static func openAgain(
        _ reader: Reader,
        trace: CardTrace?,
        _ options: CommonOptions
    ) throws(PCSCError) -> CardAtHand? {
        let context = try Context()
        let status = try context.statuses().first { $0.reader == reader && $0.presence == .present }
        guard let status else { return nil }
        return try connect(to: status, in: context, site: .current, trace: trace, options)
    }

    private static func connect(
        to status: ReaderStatus,
        in context: Context,
        site: Site,
        trace: CardTrace?,
        _ options: CommonOptions
    ) throws(PCSCError) -> CardAtHand {
        trace?.remark(
            "kortvakt: reader \(Texts.printable(status.reader.name)), ATR \(Hex.string(of: status.atr))"
        )
        let connection = ReaderConnection(
            try context.connect(status.reader),
            hints: site.hints(atr: status.atr, application: options.application),
            trace: trace
        )
        return CardAtHand(site: site, status: status, connection: connection, json: options.json)
    }

    /// Wording for what goes wrong with this card.
    var wording: FailureWording {
        FailureWording(site: site, kind: site.product(atr: status.atr)?.kind, atr: status.atr, json: json)
    }
}

/// What the administrator and the installation say, as far as it can be read.
struct Site: Sendable {
    /// Read once, so that what is wrong with the files is said once.
    static let current = Site()

    private static let folder = "/etc/kortvakt"

    let settings: SiteSettings
    private let products: CardProducts

    /// Reads the files; a damaged one is reported and left out, because a PIN must not depend on it.
    private init() {
        var settings = SiteSettings()
        var products = CardProducts()
        do throws(ConfigurationError) { settings = try SiteSettings(etc: Site.folder) } catch {
            Self.report(error)
        }
        do throws(ConfigurationError) { products = try CardProducts(etc: Site.folder) } catch {
            Self.report(error)
            // What came with the program is not to blame for what was added to it.
            products = (try? CardProducts(etc: nil)) ?? CardProducts()
        }
        self.settings = settings
        self.products = products
    }

    func product(atr: [UInt8]) -> CardProduct? { products.product(atr: atr) }

    /// Where to look on a card with this Answer-to-Reset; only for `application` where a person names one.
    func hints(atr: [UInt8], application: String?) -> CardHints {
        var hints = CardHints(atr: atr, products: products)
        hints.chosenFamily = application
        return hints
    }

    private static func report(_ error: ConfigurationError) {
        let sentence = Program.texts.damagedSettings(error)
        Output.error("\(sentence.happened) \(sentence.next)")
    }
}
