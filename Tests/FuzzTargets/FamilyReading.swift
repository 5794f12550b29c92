internal import CardApplications
internal import CardCore

/// Everything that a family asks of a card without a code, and what it may believe of the answers.
struct FamilyReading {
    let family: any CardFamily.Type
    var atr: ATR?
    let mostCommands: Int
    let mostCertificates: Int
    /// The card: whole responses by command, status word included.
    let answer: ([UInt8]) -> [UInt8]

    func judge(_ broken: inout BrokenRules) {
        let card = AnsweringCard(answer)
        var hints = CardHints(atr: atr, families: [family.name])
        hints.chosenFamily = family.name
        var asking = AnyCardChannel(AnsweringChannel(card: card))
        _ = try? ApplicationSearch(hints, for: .identification).recognise(on: &asking)
        card.commands = 0
        if var session = session(hints, card) { read(&session, &broken) }
        broken.expect(card.commands <= mostCommands, "\(card.commands) commands to read a card")
        broken.expect(!card.tookSecret, "a code sent while reading")
    }

    private func session(_ hints: CardHints, _ card: AnsweringCard) -> ApplicationSession? {
        let search = ApplicationSearch(hints, for: .codes)
        var channel = AnyCardChannel(AnsweringChannel(card: card))
        var found = try? search.run(on: &channel)
        return found?.session.take()
    }

    private func read(
        _ session: inout ApplicationSession,
        _ broken: inout BrokenRules
    ) {
        let policies = (try? session.readPINs(roles: true)) ?? []
        ReportRules.judge(policies, &broken)
        let identity = try? session.readIdentity()
        ReportRules.judge(identity ?? CardIdentity(), &broken)
        let certificates = (try? session.readCertificates([.pins, .retired])) ?? []
        ReportRules.judge(certificates, most: mostCertificates, &broken)
        for policy in policies {
            let status = (try? session.status(of: policy)) ?? .unknown
            broken.expect((0...255).contains(status.remainingTries ?? 0), "a counter out of range")
            broken.expect(
                status.remainingTries.map { ($0 == 0) == (status.isBlocked ?? ($0 == 0)) } ?? true,
                "a counter that contradicts itself"
            )
            _ = try? session.checkCodesArePlain()
            guard let challenge = try? session.requestChallenge(of: policy) else { continue }
            broken.expect((1...64).contains(challenge.count), "a challenge of \(challenge.count) octets")
        }
    }
}

/// What holds of everything that is told of a card.
enum ReportRules {
    static func judge(_ policies: [PINPolicy], _ broken: inout BrokenRules) {
        broken.expect(policies.count <= 16, "more PINs than are read")
        broken.expect(Set(policies.map(\.id)).count == policies.count, "two PINs with one id")
        for policy in policies {
            FileTargets.check(policy.label, &broken)
            broken.expect(policy.allowedLength.upperBound <= 510, "a PIN longer than a command")
            for case .response(let challenge, let response) in policy.unblocking.map(\.means) {
                broken.expect(
                    (1...64).contains(challenge) && (1...64).contains(response),
                    "a response that nobody can type"
                )
            }
        }
    }

    static func judge(_ identity: CardIdentity, _ broken: inout BrokenRules) {
        FileTargets.check(identity.label, &broken)
        FileTargets.check(identity.product, &broken)
        // 255 octets in hexadecimal.
        broken.expect((identity.serialNumber?.utf8.count ?? 0) <= 2 * 255, "a serial number too long")
    }

    static func judge(_ certificates: [CardCertificate], most: Int, _ broken: inout BrokenRules) {
        broken.expect(certificates.count <= most, "more certificates than are read")
        for certificate in certificates {
            broken.expect(certificate.der.count <= 32_767, "a certificate longer than a file")
            FileTargets.check(certificate.label, &broken)
            CertificateTargets.read(certificate.der, &broken)
        }
    }
}

/// A card that answers each command in full.
final class AnsweringCard {
    let answer: ([UInt8]) -> [UInt8]
    var commands = 0
    var tookSecret = false

    init(_ answer: @escaping ([UInt8]) -> [UInt8]) { self.answer = answer }
}

struct AnsweringChannel: CardChannel, ~Copyable {
    let card: AnsweringCard

    private(set) var limits = ChannelLimits(transmissionProtocol: .t1, extendedLength: true)

    init(card: AnsweringCard) { self.card = card }

    mutating func disableExtendedLength() { limits.extendedLength = false }

    mutating func transmit(_ command: borrowing EncodedCommand) throws(TransportError) -> ResponseAPDU {
        card.commands += 1
        if command.carriesSecret { card.tookSecret = true }
        let bytes = command.withBytes { span in span.indices.map { span[$0] } }
        return try ResponseAPDU(parsing: card.answer(bytes).span)
    }
}

extension [UInt8] {
    /// A response with this data.
    var answered: [UInt8] { self + [0x90, 0x00] }

    /// The response of a card that has no such thing.
    static let notFound: [UInt8] = [0x6A, 0x82]

    /// Whether this is a command with this header and this data field, or one that begins so.
    func asks(_ header: [UInt8], _ data: [UInt8] = []) -> Bool {
        starts(with: header) && (data.isEmpty || dropFirst(5).starts(with: data))
    }

    /// An object with this as its value.
    func wrapped(in tag: [UInt8]) -> [UInt8] {
        let length = [UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
        return tag + (count < 0x80 ? [UInt8(count)] : [0x82] + length) + self
    }
}
