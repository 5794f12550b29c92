/// Who has a name on the bus, from the bus itself.
final class NameWatch {
    private static let bus = "org.freedesktop.DBus"
    private let name: String
    private let changed: (String?) -> Void
    /// The unique name of the owner; `nil` as long as none is known.
    private(set) var owner: String?

    /// `changed` is called in the loop with the first answer, also where nobody has the name, and with each new owner.
    init(_ name: String, on systemBus: SystemBus, _ changed: @escaping (String?) -> Void) throws(SystemError)
    {
        self.name = name
        self.changed = changed
        try systemBus.subscribe(
            "type='signal',sender='\(Self.bus)',path='/org/freedesktop/DBus',interface='\(Self.bus)',"
                + "member='NameOwnerChanged',arg0='\(name)'"
        ) { [weak self] message in self?.heard(message) }
        systemBus.call { () throws(SystemError) in
            let call = try systemBus.methodCall(
                to: Self.bus,
                "/org/freedesktop/DBus",
                Self.bus,
                "GetNameOwner"
            )
            try call.appendExactly(name)
            return call
        } _: { [weak self] answer in
            self?.became((try? answer.get()).flatMap { try? $0.readString() })
        }
    }

    /// Whether a message comes from whoever has the name now.
    func isOwner(of message: BusMessage) -> Bool { owner != nil && message.sender == owner }

    private func heard(_ message: BusMessage) {
        // Only the bus itself can send under this name.
        guard message.sender == Self.bus, let name = try? message.readString(), name == self.name,
            (try? message.readString()) != nil, let new = try? message.readString()
        else { return }
        became(new.isEmpty ? nil : new)
    }

    private var isFirst = true

    private func became(_ new: String?) {
        guard isFirst || new != owner else { return }
        isFirst = false
        owner = new
        changed(new)
    }
}
