internal import CardOperations
internal import Configuration
internal import Glibc
internal import LoginSessions
internal import PCSC
internal import Texts

/// Tells what happens as it happens: readers and cards from the card service, sessions and locks from the daemon.
///
/// The main thread waits for both; the card service has a thread of its own. Nothing is asked again and again.
final class Watch {
    /// What the card service's thread has seen, and when.
    private struct Seen: Sendable {
        let event: ReaderEvent
        let time: WatchTime
    }

    private let json: Bool
    private var filter: WatchFilter
    private var daemon = WatchDaemon()
    private let loop: EventLoop
    private var monitor: ReaderMonitor?
    private var link: DaemonLink?
    private var failure: Failure?

    init(reader: String?, json: Bool) throws(SystemError) {
        filter = WatchFilter(reader)
        self.json = json
        loop = try EventLoop()
    }

    /// Runs until the process ends, or returns why it cannot go on.
    func run() throws(SystemError) -> Failure {
        // A reader of ours that ends tells so by closing the pipe; with nothing to write that would not be seen.
        try loop.onHangUp(of: STDOUT_FILENO) { WatchOutput.end() }
        try watchReaders()
        watchDaemon()
        if let failure { return failure }
        _ = try loop.run()
        return failure ?? service(.serviceNotAnswering)
    }

    private func watchReaders() throws(SystemError) {
        let mailbox = try Mailbox<Seen>(capacity: 256)
        try loop.receive(from: mailbox) { [weak self] in self?.saw($0) }
        do throws(PCSCError) {
            monitor = try ReaderMonitor { event, instant in
                mailbox.post(Seen(event: event, time: WatchTime(ago: instant.duration(to: .now))))
            }
        } catch {
            failure = service(error)
        }
    }

    private func watchDaemon() {
        do throws(SystemError) {
            let bus = try SystemBus.connect(on: loop)
            link = try DaemonLink(on: bus) { [weak self] in self?.heard($0) }
        } catch {
            tell(.daemonFailed(.noBus(errno: error.errno)), .now)
        }
    }

    private func saw(_ seen: Seen) {
        if case .serviceReady(let readers) = seen.event, let remark = filter.settle(readers.map(\.reader)) {
            switch remark {
            case .nobodyYet(let name): Output.error(Program.texts.nobodyCalled(name))
            case .noSuchNumber(let number):
                failure = .usage(
                    Program.texts.noSuchReader(number),
                    readers: ReaderChoice.list(readers),
                    json: json
                )
                return loop.exit()
            }
        }
        // The rest of what came with the event that ended it.
        guard failure == nil else { return }
        for event in WatchEvent.all(of: seen.event) { tell(event, seen.time) }
    }

    private func heard(_ news: DaemonNews) {
        let now = WatchTime.now
        for event in daemon.events(of: news) { tell(event, now) }
    }

    private func tell(_ event: WatchEvent, _ time: WatchTime) {
        guard filter.lets(event) else { return }
        let product = { (atr: [UInt8]) in Site.current.product(atr: atr)?.name }
        if json {
            let line = JSON.line(WatchJSON(event, at: time, product: product, service: service))
            if let line { WatchOutput.line(line) }
            return
        }
        let lines = WatchLines(texts: Program.texts, product: product, service: service)
        for line in lines.lines(of: event) { WatchOutput.line("\(time.local)  \(line)") }
    }

    private func service(_ error: PCSCError) -> Failure {
        FailureWording(site: .current, kind: nil, json: json).failure(.service(error))
    }
}
