package import CardCore

/// A card in software: command APDUs in, response APDUs out, with the memory and the keys of a real one.
///
/// Used from one thread. Whatever bytes arrive, an answer comes back and nothing traps.
package protocol VirtualCard: AnyObject {
    /// The Answer-to-Reset as the reader reports it.
    var atr: [UInt8] { get }
    var transmissionProtocol: TransmissionProtocol { get }
    /// Answers one command APDU with data field and status word.
    func process(_ command: [UInt8]) -> [UInt8]
    /// Power-on or reset: everything that was selected or verified is forgotten, counters stay.
    func reset()
}

/// A virtual card with codes and counters that outlive it.
package protocol SoftwareCard: VirtualCard {
    /// What it remembers without power.
    var state: CardState { get }
    /// Told of each change of `state` before the card answers, so that nothing is answered that was not kept.
    var stateDidChange: ((CardState) -> Void)? { get set }
    /// Whether it holds any code or key to be verified now.
    var holdsSecurityStatus: Bool { get }
    /// What whoever has the administrator's key answers to a challenge; `nil` where there is no such key.
    func response(to challenge: [UInt8]) -> [UInt8]?
}

extension SoftwareCard {
    package func response(to challenge: [UInt8]) -> [UInt8]? { nil }
}
