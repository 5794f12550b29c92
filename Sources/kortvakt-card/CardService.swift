internal import Glibc
internal import VirtualCards

/// Serves one card over one connection until it is pulled.
final class CardService {
    private let session: CardSession
    /// Milliseconds before each answer.
    private let delay: Int
    /// Why the card's memory could not be kept; the card stops without answering then.
    var failure: CardFileError?

    init(session: CardSession, delay: Int) {
        self.session = session
        self.delay = delay
    }

    /// Answers the reader until a signal arrives, the reader goes or a fault pulls the card.
    func run(over connection: ReaderConnection, until signals: TerminationSignals) {
        while let message = connection.receive(until: signals) {
            let reply = session.reply(to: message)
            guard failure == nil else { return }
            switch reply {
            case .nothing: continue
            case .leave: return
            case .send(let answer):
                // A control message is the reader's own and takes no time on a card.
                if delay > 0, message.count > 1, signals.arrived(within: delay) { return }
                guard connection.send(answer) else { return }
            }
        }
    }
}

extension CardSession.Counts {
    /// Appends one line to the file at `path`.
    func append(to path: String) throws(CardFileError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw .notWritable(path: path, reason: unsafe String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        let bytes = Array((line + "\n").utf8)
        guard
            unsafe bytes.withUnsafeBytes({ unsafe write(descriptor, $0.baseAddress, $0.count) })
                == bytes.count
        else {
            throw .notWritable(path: path, reason: unsafe String(cString: strerror(errno)))
        }
    }
}
