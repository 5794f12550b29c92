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

/// The software cards that exist, by the names that `kortvakt-card` takes.
package enum CardProfile: String, CaseIterable, Sendable {
    case siths
    case sithsT1 = "siths-t1"
    case sithsTwoStep = "siths-two-step"
    case reservkort
    case fineid
}
