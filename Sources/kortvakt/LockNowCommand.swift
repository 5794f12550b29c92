internal import ArgumentParser
internal import Glibc
internal import LoginSessions
internal import Texts

/// The command `kortvakt lock now`.
struct LockNowCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "now", abstract: Program.texts.helpLockNow)
    }

    @OptionGroup var options: LockOptions

    @Option(help: ArgumentHelp(Program.texts.helpLockSession, valueName: "ID"))
    var session: String?

    func run() throws {
        // An empty one would mean one's own.
        let wish = LockFailureWording.Wish.lock(session: session)
        let wording = LockFailureWording(texts: Program.texts, wish: wish, json: options.json)
        if session == "" { throw wording.failure(.refused(.noSuchSession)) }
        let progress = Progress(Program.texts.waitingForLock)
        progress.cardWork(isGoingOn: true)
        let result = LockRequest.run(
            session: session,
            // polkit asks a person, and a person needs to be there.
            interactively: isatty(STDIN_FILENO) == 1,
            wording
        )
        progress.cardWork(isGoingOn: false)
        let locked = try result.get()
        if options.json { return JSON.print(LockNowJSON(session: locked)) }
        Output.line(Program.texts.sessionIsLocked(locked))
    }
}

/// `lock now` as JSON, of a session that says that it is locked.
private struct LockNowJSON: Encodable {
    let done = "lock"
    let session: String
}
