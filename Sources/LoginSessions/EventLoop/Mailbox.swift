internal import CLinux
internal import Glibc

/// The way of values from any thread to the loop: bounded, in order, nothing lost.
///
/// One `eventfd` wakes the loop however many values wait.
@safe package final class Mailbox<Value: Sendable>: @unchecked Sendable {
    /// Readable while something waits; for the loop alone.
    let wakeUp: Int32
    private let capacity: Int
    // These are only touched with `mutex` held; the pointers are needed because a mutex must not move.
    private var values: [Value] = []
    private var isClosed = false
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let roomAppeared = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// A mailbox that holds at most `capacity` values, at least one.
    package init(capacity: Int) throws(SystemError) {
        self.capacity = max(capacity, 1)
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(roomAppeared, nil)
        guard wakeUp >= 0 else { throw SystemError("eventfd", errno: errno) }
    }

    deinit {
        if wakeUp >= 0 { Glibc.close(wakeUp) }
        unsafe pthread_cond_destroy(roomAppeared)
        unsafe pthread_mutex_destroy(mutex)
        unsafe roomAppeared.deallocate()
        unsafe mutex.deallocate()
    }

    /// Hands over a value and waits for room as long as there is none; `false` once the mailbox is closed.
    ///
    /// Never call it in the loop's own thread, which would wait for itself.
    @discardableResult
    package func post(_ value: Value) -> Bool {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while values.count >= capacity, !isClosed { unsafe pthread_cond_wait(roomAppeared, mutex) }
        return append(value)
    }

    /// Hands over a value where there is room; `false` when it is full or closed.
    func postIfRoom(_ value: Value) -> Bool {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return values.count < capacity && append(value)
    }

    /// Takes nothing more, and lets those go who wait for room.
    ///
    /// What is in it still reaches the loop.
    package func close() {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        isClosed = true
        unsafe pthread_cond_broadcast(roomAppeared)
    }

    private func append(_ value: Value) -> Bool {
        guard !isClosed else { return false }
        values.append(value)
        if values.count == 1 { wake() }
        return true
    }

    /// The oldest values, few enough that the loop's other sources are not kept waiting.
    func takeSome() -> [Value] {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        var count: UInt64 = 0
        _ = unsafe read(wakeUp, &count, MemoryLayout.size(ofValue: count))
        let some = Array(values.prefix(64))
        values.removeFirst(some.count)
        if !values.isEmpty { wake() }
        unsafe pthread_cond_broadcast(roomAppeared)
        return some
    }

    /// Adds 1 to the counter of the `eventfd`, which overflows after 2⁶⁴ - 2 of them.
    private func wake() {
        var one: UInt64 = 1
        _ = unsafe write(wakeUp, &one, MemoryLayout.size(ofValue: one))
    }
}
