internal import CardCore

/// The status of a PIN or PUK: a data object of the application itself (OpenSC's gids driver, GidsApplet).
struct GIDSCounter: Hashable, Sendable {
    /// P1-P2 that mean the application and no file of it.
    static let file: UInt16 = 0x3FFF

    let status: PINStatus
    /// Tries of a fresh counter; `nil` where the card does not tell.
    let maximumTries: Int?

    /// `97` (`9F17` on older cards) is the counter, `93` what it starts from; `nil` without a counter of one byte.
    init?(parsing content: [UInt8]) {
        let bytes = content.span
        guard let objects = try? BERTLV.objects(in: bytes, range: 0..<bytes.count, limit: 16) else {
            return nil
        }
        func number(_ tag: UInt32) -> Int? {
            guard let object = objects.first(where: { $0.tag == tag }), object.value.count == 1 else {
                return nil
            }
            return Int(content[object.value.lowerBound])
        }
        guard let tries = number(0x97) ?? number(0x9F17) else { return nil }
        status = PINStatus(remainingTries: tries)
        maximumTries = number(0x93)
    }

    /// The tag of the status object of `policy`; `nil` for the key, which has none.
    static func tag(of policy: PINPolicy) -> UInt16? {
        switch policy.id {
        case GIDSPolicies.pin.id: 0x7F71
        case GIDSPolicies.puk.id: 0x7F73
        default: nil
        }
    }
}
