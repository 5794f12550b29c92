internal import CSystemd
internal import Glibc

/// A call that waits for its answer, and gets exactly one.
final class PendingRequest {
    let message: BusMessage
    // The bus may end before the answer comes, which the bus itself keeps.
    private weak var bus: SystemBus?
    private let ended: () -> Void
    private var isAnswered = false

    init(_ message: BusMessage, on bus: SystemBus, ended: @escaping () -> Void) {
        self.message = message
        self.bus = bus
        self.ended = ended
    }

    /// Whoever was to answer has forgotten it; the caller must not wait for ever.
    deinit { answer(.failure(.failed)) }

    func answer(_ result: Result<Void, RequestRefusal>) {
        guard !isAnswered else { return }
        isAnswered = true
        ended()
        guard unsafe message.with({ unsafe sd_bus_message_get_expect_reply($0) }) > 0 else { return }
        // The caller may have gone.
        if let bus { try? send(result, on: bus) }
    }

    private func send(_ result: Result<Void, RequestRefusal>, on bus: SystemBus) throws(SystemError) {
        switch result {
        case .success:
            try bus.send(
                try unsafe BusMessage.made(by: "sd_bus_message_new_method_return") { reply in
                    unsafe message.with { unsafe sd_bus_message_new_method_return($0, reply) }
                }
            )
        case .failure(let refusal):
            try bus.send(
                try unsafe BusMessage.made(by: "sd_bus_message_new_method_error") { reply in
                    unsafe refusal.rawValue.withCString { name in
                        let text = unsafe UnsafeRawPointer(refusal.text.utf8Start)
                            .assumingMemoryBound(to: CChar.self)
                        var error = unsafe sd_bus_error(name: name, message: text, _need_free: 0)
                        return unsafe message.with {
                            unsafe sd_bus_message_new_method_error($0, reply, &error)
                        }
                    }
                }
            )
        }
    }
}
