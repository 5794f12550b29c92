internal import ArgumentParser
internal import CardCore
internal import Glibc
internal import VirtualCards

@main
struct KortvaktCard: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kortvakt-card",
        abstract: "A software card in a virtual reader, for training, tests and measurements.",
        discussion: """
            The card connects to the reader (vpcd) and stays in it until this program ends: ending it pulls the card.
            Nothing it holds is secret. The OpenPGP card also has the resetting code 97531864 and the administrator PIN
            86421357; the administrator keys of idprime-940 and gids stand in Fixtures/cards/README.md, with the command
            that makes a response.

            Faults for --fault, N counts commands from 1:

            """ + CardFault.help.map { "  \($0.name): \($0.meaning)" }.joined(separator: "\n")
    )

    @Argument(help: "Which card.")
    var profile: CardProfile

    @Option(help: ArgumentHelp("Where the virtual reader listens.", valueName: "host:port"))
    var connect: ReaderAddress

    @Option(
        help: ArgumentHelp(
            "Keeps codes and counters in this file, so that the same card can come again.",
            valueName: "file"
        )
    )
    var state: String?

    @Option(
        help: ArgumentHelp(
            "Another image of such a card, as those in Fixtures/cards; with other certificates, say.",
            valueName: "file"
        )
    )
    var image: String?

    @Option(help: "The login PIN of a fresh card. (default: 246810)")
    var authPin: String?

    @Option(help: "The signature PIN of a fresh card. (default: 135790)")
    var signPin: String?

    @Option(help: "The PUK of a fresh card. (default: 13572468)")
    var puk: String?

    @Option(help: ArgumentHelp("Misbehaves in this way; see above.", valueName: "kind"))
    var fault: CardFault?

    @Option(help: ArgumentHelp("Waits so many milliseconds before each answer.", valueName: "ms"))
    var delay = 0

    @Option(
        help: ArgumentHelp("Appends a line with what was counted to this file at the end.", valueName: "file")
    )
    var count: String?

    func validate() throws {
        guard (0...60_000).contains(delay) else {
            throw ValidationError("--delay takes 0 to 60000 milliseconds.")
        }
    }

    func run() throws {
        let signals = TerminationSignals()
        do {
            let image = try profile.imageType.load(from: image ?? ProgramFolder.image(of: profile))
            let card = image.makeCard(state: try initialState(for: image), fault: fault)
            let session = CardSession(card: card, fault: fault)
            let service = CardService(session: session, delay: delay)
            if let state {
                card.stateDidChange = { changed in
                    do throws(CardFileError) {
                        try changed.save(to: state)
                    } catch {
                        service.failure = error
                    }
                }
                try card.state.save(to: state)
            }
            let connection = try ReaderConnection.open(to: connect, unless: signals)
            if let connection { service.run(over: connection, until: signals) }
            if let count { try session.counts.append(to: count) }
            if let failure = service.failure { throw failure }
        } catch let error as CardFileError {
            throw Failure(error.sentence)
        } catch let error as ConnectionError {
            throw Failure(error.sentence)
        }
    }

    private func initialState(for image: any SoftwareCardImage) throws -> CardState {
        let fresh = CardState(
            fresh: image,
            codes: [
                .authentication: authPin, .signature: signPin, .puk: puk,
            ].compactMapValues { $0 }
        )
        if let flaw = fresh.flaw(for: image) { throw ValidationError("This card cannot be made: \(flaw).") }
        guard let state else { return fresh }
        return try CardState.load(from: state, for: image) ?? fresh
    }

    /// Ends the program with a sentence and exit code 1.
    private struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }
}

extension CardProfile: ExpressibleByArgument {}

extension CardFault: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

extension CardFileError {
    var sentence: String {
        switch self {
        case .missing(let path):
            "The card image \(path) is missing; install Kortvakt completely, or run make build."
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)."
        case .damaged(let path, let reason):
            "\(path) is damaged and was left as it is: \(reason). Remove the file to start with a fresh card."
        case .notWritable(let path, let reason): "\(path) cannot be written: \(reason)."
        }
    }
}
