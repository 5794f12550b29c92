@testable import PCSC

extension ReaderMonitor {
    /// Waits until the library has returned at least `count` times.
    func returns(_ count: Int) async throws {
        while returnCount < count { try await Task.sleep(for: .milliseconds(10)) }
    }
}
