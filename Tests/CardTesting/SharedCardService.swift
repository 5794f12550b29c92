internal import Glibc
package import VirtualReaders

/// The private card service that all tests of a process share, with a reader for each test.
///
/// libpcsclite looks up the service's socket once in a process, so all tests that call it in the test process
/// must use this one; a test that needs another service uses an exit test, which is a process of its own. It
/// ends with the process.
package enum SharedCardService {
    /// vpcd's driver: `KORTVAKT_VPCD_DRIVER`, else where `make` unpacks it.
    package static var driver: String {
        if let path = unsafe getenv("KORTVAKT_VPCD_DRIVER") { return unsafe String(cString: path) }
        return BuildFolder.driver
    }

    private static let slots = SlotPool(count: 16)
    private static let start = Task {
        let (services, continuation) = AsyncThrowingStream<PrivateCardService, any Error>.makeStream()
        Task {
            do {
                try await PrivateCardService.run(driver: driver, entries: 8) { service in
                    unsafe setenv("PCSCLITE_CSOCK_NAME", service.socketPath, 1)
                    continuation.yield(service)
                    // Until the process ends.
                    while true { try await Task.sleep(for: .seconds(3_600)) }
                }
            } catch {
                continuation.finish(throwing: error)
            }
        }
        var iterator = services.makeAsyncIterator()
        guard let service = try await iterator.next() else { throw CancellationError() }
        return service
    }

    /// Lends the service and one of its slots, which nobody else uses meanwhile; cards left in it are pulled
    /// by the caller.
    package static func withSlot<R>(
        _ body: (PrivateCardService, Int) async throws -> R
    ) async throws -> R {
        let service = try await start.value
        let slot = await slots.take()
        do {
            let result = try await body(service, slot)
            await slots.giveBack(slot)
            return result
        } catch {
            await slots.giveBack(slot)
            throw error
        }
    }
}

private actor SlotPool {
    private var free: [Int]
    private var waiting: [CheckedContinuation<Int, Never>] = []

    init(count: Int) { free = Array((0..<count).reversed()) }

    func take() async -> Int {
        if let slot = free.popLast() { return slot }
        return await withCheckedContinuation { waiting.append($0) }
    }

    func giveBack(_ slot: Int) {
        if waiting.isEmpty { free.append(slot) } else { waiting.removeFirst().resume(returning: slot) }
    }
}
