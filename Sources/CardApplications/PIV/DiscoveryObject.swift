internal import CardCore

/// The Discovery Object `7E`: which PINs open the keys (NIST SP 800-73-4, part 1, 3.3.2).
struct DiscoveryObject: Hashable, Sendable {
    /// Whether the global PIN opens the keys too.
    let allowsGlobalPIN: Bool
    /// Whether the global PIN is the one to ask for.
    let prefersGlobalPIN: Bool

    /// `nil` where this is no Discovery Object of PIV.
    init?(_ bytes: [UInt8]) {
        guard let object = PIVObject(bytes, in: 0x7E), let aid = object.value(of: 0x4F),
            PIVFamily.claims(aid)
        else { return nil }
        let policy = object.value(of: 0x5F2F) ?? []
        // First octet, bit 6: the global PIN satisfies the access rules. Second octet, 20: it is the primary one.
        allowsGlobalPIN = policy.count == 2 && policy[0] & 0x20 != 0
        prefersGlobalPIN = allowsGlobalPIN && policy[1] == 0x20
    }

    /// Asks what is selected; `nil` where that is not PIV or has no such object.
    static func read(on channel: inout AnyCardChannel) throws(TransportError) -> DiscoveryObject? {
        let response: ResponseAPDU
        do throws(TransportError) {
            response = try PIVObject.getData([0x7E], limit: 256, on: &channel)
        } catch .responseTooLong {
            return nil
        }
        return response.status.isSuccess ? DiscoveryObject(response.data) : nil
    }
}
