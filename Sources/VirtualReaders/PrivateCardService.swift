internal import Glibc
internal import Subprocess

/// A card service of one's own: a pcscd with virtual readers, in a directory and, where permitted, a network
/// of its own.
///
/// It needs no privileges, touches nothing of the system's card service, and any number may run side by side.
/// libpcsclite is led to it by `PCSCLITE_CSOCK_NAME`, which it reads once in a process. It ends with the
/// closure that it is lent to, and when this process ends in whatever way: the first process of the service
/// ends when a pipe from here closes, and everything else in its process namespace with it.
package final class PrivateCardService: Sendable {
    /// The service's files; removed with it, with whatever else is put there.
    package let directory: String
    /// Whether the virtual readers' TCP ports are out of everybody else's reach.
    ///
    /// Where user namespaces are not permitted they listen on all interfaces, and whoever reaches one can
    /// insert a card.
    package let isIsolated: Bool
    /// How many cards it takes at once; each entry of the configuration gives two slots.
    package let slotCount: Int
    private let name: String
    private let firstPort: Int
    private let networkOwner: Int32
    private let cards = CardList()

    /// The value of `PCSCLITE_CSOCK_NAME` for programs that shall use this service.
    package var socketPath: String { directory + "/pcscd.comm" }

    private init(
        directory: String,
        name: String,
        isIsolated: Bool,
        slotCount: Int,
        firstPort: Int,
        networkOwner: Int32
    ) {
        self.name = name
        self.directory = directory
        self.isIsolated = isIsolated
        self.slotCount = slotCount
        self.firstPort = firstPort
        self.networkOwner = networkOwner
    }

    /// Runs a service for as long as `body` runs.
    ///
    /// `driver` is vpcd's driver, `libifdvpcd.so`; `name` is what the readers are called, the service adds
    /// numbers (`readerName`); `entries` are 1...8 reader entries of two slots each, because pcscd has room
    /// for 16. Throws `PrivateServiceError`, or what `body` throws.
    package static func run<R: Sendable>(
        driver: String,
        name: String = "Virtual Reader",
        entries: Int = 1,
        _ body: (PrivateCardService) async throws -> R
    ) async throws -> R {
        let entries = min(max(entries, 1), 8)
        let isIsolated = await mayUnshare()
        let firstPort = isIsolated ? 0x9000 : try freePorts(count: entries * 2)
        let directory = try makeDirectory(driver: driver, name: name, entries: entries, firstPort: firstPort)
        let command = isIsolated ? ServiceScript.isolated(in: directory) : ServiceScript.open(in: directory)
        var options = PlatformOptions()
        // Ctrl-C at the terminal is for this program alone, which ends the service in its own order.
        options.createSession = true
        // On cancellation `body` ends by itself; a signal that does nothing gives it and the script time to
        // clean up.
        options.teardownSequence = [.send(signal: .resume, allowedDurationToNextStep: .seconds(3))]
        let outcome = try await Subprocess.run(
            .name(command[0]),
            arguments: Arguments(Array(command.dropFirst())),
            platformOptions: options,
            input: .inputWriter,
            output: .sequence,
            error: .string(limit: 65_536)
        ) { execution -> Result<R, any Error>? in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            guard let line = try await lines.next(), let owner = Int32(line.filter(\.isNumber)) else {
                return nil
            }
            let service = PrivateCardService(
                directory: directory,
                name: name,
                isIsolated: isIsolated,
                slotCount: entries * 2,
                firstPort: firstPort,
                networkOwner: owner
            )
            let result: Result<R, any Error>
            do {
                try await service.waitUntilReady()
                result = .success(try await body(service))
            } catch {
                result = .failure(error)
            }
            await service.cards.removeAll()
            try await execution.standardInputWriter.finish()
            return result
        }
        guard let result = outcome.closureResult else {
            throw PrivateServiceError.didNotStart(outcome.standardError)
        }
        return try result.get()
    }

    /// The name of the reader that is `slot`, as pcscd makes it.
    package func readerName(slot: Int) -> String {
        Self.readerName(name, entry: slot / 2, of: slotCount / 2) + " 00 0\(slot % 2)"
    }

    /// Starts a software card and waits until it is connected to the reader.
    ///
    /// The service itself notices it within half a second. `slot` is 0..<`slotCount`; `arguments` is given
    /// the address that the card must connect to, `127.0.0.1:PORT`. Throws `PrivateServiceError`.
    @discardableResult
    package func insertCard(
        _ executable: String,
        slot: Int = 0,
        arguments: (String) -> [String]
    ) async throws -> RunningCard {
        guard (0..<slotCount).contains(slot) else { throw PrivateServiceError.noSuchSlot(slot) }
        let port = firstPort + slot
        // env(1) finds an executable by name or by path.
        var command = ["env", executable] + arguments("127.0.0.1:\(port)")
        if isIsolated {
            let enter = [
                "nsenter", "--preserve-credentials", "--user", "--net", "--target", "\(networkOwner)",
            ]
            command = enter + command
        }
        let card = RunningCard(command: command)
        let arrived = try await waitUntil(within: .seconds(10)) {
            NetworkTable(ofProcess: networkOwner).isConnected(port: port) || card.hasEnded
        }
        guard arrived, !card.hasEnded else {
            let message = await card.remove()
            throw PrivateServiceError.cardDidNotConnect(message)
        }
        await cards.add(card)
        return card
    }

    /// pcscd starts at the first connection to its socket; then its readers must listen.
    private func waitUntilReady() async throws {
        let ports = firstPort..<(firstPort + slotCount)
        var knocked = false
        let ready = try await waitUntil(within: .seconds(10)) {
            if !knocked { knocked = ServiceScript.knock(at: socketPath) }
            return knocked && NetworkTable(ofProcess: networkOwner).isListening(ports: ports)
        }
        guard ready else {
            throw PrivateServiceError.didNotStart(ProcessFile.text(of: directory + "/log"))
        }
    }

    /// Looks every 5 ms whether `condition` holds; neither the kernel nor pcscd has an event for it.
    private func waitUntil(within limit: Duration, _ condition: () -> Bool) async throws -> Bool {
        let deadline = ContinuousClock.now + limit
        while !condition() {
            guard ContinuousClock.now < deadline else { return false }
            try await Task.sleep(for: .milliseconds(5))
        }
        return true
    }
}

/// Why there is no private card service, or no card in it.
package enum PrivateServiceError: Error, Equatable, Sendable {
    /// The directory for it could not be made.
    case noDirectory(errno: Int32)
    /// There is no driver at this path.
    case noDriver(String)
    /// No free TCP ports for the readers.
    case noPorts
    /// A program of it is missing or failed; what it said.
    case didNotStart(String)
    case noSuchSlot(Int)
    /// The card's program ended, or did not connect within 10 s; what it said on standard error.
    case cardDidNotConnect(String)
}

/// The cards of one service.
private actor CardList {
    private var cards: [RunningCard] = []

    func add(_ card: RunningCard) { cards.append(card) }

    func removeAll() async {
        for card in cards { _ = await card.remove() }
        cards = []
    }
}
