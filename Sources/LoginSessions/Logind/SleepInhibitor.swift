/// The delay of the machine's sleep (org.freedesktop.login1(5), "Inhibit"), which lasts as long as its descriptor is open.
final class SleepInhibitor {
    private let bus: SystemBus
    private let refused: (BusError) -> Void
    private var isWanted = false
    private var descriptor: OwnedDescriptor?

    init(_ bus: SystemBus, refused: @escaping (BusError) -> Void) {
        self.bus = bus
        self.refused = refused
    }

    /// Takes it; one that is held is given back when the new one is there.
    func take() {
        isWanted = true
        bus.call { () throws(SystemError) in
            let call = try bus.methodCall(to: Logind.name, Logind.path, Logind.manager, "Inhibit")
            for argument in ["sleep", "kortvakt", "Lock the sessions that a card guards", "delay"] {
                try call.appendExactly(argument)
            }
            return call
        } _: { [weak self] in
            self?.heard($0)
        }
    }

    /// Takes it again from another logind, which may not know of ours.
    func renew() { if isWanted { take() } }

    func release() {
        isWanted = false
        descriptor = nil
    }

    private func heard(_ answer: Result<BusMessage, BusError>) {
        // It was released before logind answered: the descriptor goes with the message.
        guard isWanted else { return }
        do throws(BusError) {
            descriptor = try answer.get().readDescriptor()
        } catch {
            refused(error)
        }
    }
}
