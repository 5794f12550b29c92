internal import Texts

/// How a command ends without having done its work: an exit code, and the same in words and in JSON.
struct Failure: Error {
    let exitCode: Int32
    /// Stable name for scripts, `pin-wrong`.
    let code: String
    let happened: String
    let next: String
    /// The site's own advice, where there is any.
    var advice: [String] = []
    var pin: String?
    var remainingTries: Int?
    var json = false

    /// Prints it: words to standard error, and with `--json` one object to standard output.
    func show() {
        showWords()
        if json { JSON.print(ErrorJSON(self)) }
    }

    func showWords() {
        for line in [happened, next] + advice { Output.error(line) }
    }

    /// Wrong usage, with the readers to choose from.
    static func usage(_ sentence: Sentence, readers: [String], json: Bool) -> Failure {
        Failure(
            exitCode: 64,
            code: "usage",
            happened: sentence.happened,
            next: sentence.next,
            advice: readers.map { "  " + Texts.printable($0) },
            json: json
        )
    }
}

extension Failure {
    /// How commands end that have just a sentence for it.
    init(_ exitCode: Int32, _ code: String, _ sentence: Sentence, json: Bool = false) {
        self.init(
            exitCode: exitCode,
            code: code,
            happened: sentence.happened,
            next: sentence.next,
            json: json
        )
    }
}
