internal import CSystemd
internal import Glibc

/// What the bus keeps for us until it ends: a call that waits for its answer, a match, an object.
@safe final class BusSlot {
    private var owner: Owner<SlotObject>?

    /// `add` is one of the functions that make a slot: it is given where to put it, and the user data, which stays alive as
    /// long as the bus may call back with it.
    init(
        _ function: String,
        userData: AnyObject,
        add: (UnsafeMutablePointer<OpaquePointer?>, UnsafeMutableRawPointer) -> Int32
    ) throws(SystemError) {
        owner = nil
        var slot: OpaquePointer? = nil
        let retained = unsafe Unmanaged.passRetained(userData)
        let result = unsafe add(&slot, retained.toOpaque())
        guard result >= 0, let slot = unsafe slot else {
            unsafe retained.release()
            throw SystemError(function, errno: result < 0 ? -result : ENOMEM)
        }
        unsafe sd_bus_slot_set_destroy_callback(slot) { userData in
            guard let userData = unsafe userData else { return }
            unsafe Unmanaged<AnyObject>.fromOpaque(userData).release()
        }
        owner = unsafe Owner(adopting: slot)
    }

    /// Lets it end with its answer or with the bus, instead of with this object.
    ///
    /// A slot that is held holds the bus.
    func leaveToBus() {
        unsafe owner?.with { _ = unsafe sd_bus_slot_set_floating($0, 1) }
        owner = nil
    }
}

/// Who waits for an answer.
final class PendingAnswer {
    private let answered: (Result<BusMessage, BusError>) -> Void

    init(_ answered: @escaping (Result<BusMessage, BusError>) -> Void) { self.answered = answered }

    static func arrived(_ message: OpaquePointer?, _ userData: UnsafeMutableRawPointer?) -> Int32 {
        guard let userData = unsafe userData else { return 0 }
        let pending = unsafe Unmanaged<PendingAnswer>.fromOpaque(userData).takeUnretainedValue()
        guard let message = unsafe BusMessage.keeping(message) else { return 0 }
        pending.answered(message.error.map { .failure($0) } ?? .success(message))
        return 0
    }
}

/// Who hears of the messages that fit a rule.
final class BusSubscription {
    private let handler: (BusMessage) -> Void

    init(_ handler: @escaping (BusMessage) -> Void) { self.handler = handler }

    static func arrived(_ message: OpaquePointer?, _ userData: UnsafeMutableRawPointer?) -> Int32 {
        guard let userData = unsafe userData else { return 0 }
        let subscription = unsafe Unmanaged<BusSubscription>.fromOpaque(userData).takeUnretainedValue()
        if let message = unsafe BusMessage.keeping(message) { subscription.handler(message) }
        return 0
    }
}
