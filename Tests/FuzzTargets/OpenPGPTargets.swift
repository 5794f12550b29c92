internal import CardApplications
internal import CardCore
internal import VirtualCards

/// Data objects of an OpenPGP card.
enum OpenPGPTargets {
    /// Which answer the input is, by its first octet.
    private static let places: [[UInt8]] = [
        [0x00, 0xCA, 0x00, 0x6E], [0x00, 0xCA, 0x00, 0xC4], [0x00, 0xCA, 0x7F, 0x21],
        [0x00, 0xCA, 0x00, 0xF9],
        [0x00, 0xF1],
    ]

    static func data(_ input: [UInt8], _ broken: inout BrokenRules) {
        guard let first = input.first else { return }
        let place = places[Int(first) % places.count]
        let content = Array(input.dropFirst())
        let reading = FamilyReading(family: OpenPGPFamily.self, mostCommands: 48, mostCertificates: 3) {
            command in
            if command.asks(place) { return content.answered }
            if command.asks(places[0]) { return related.answered }
            if command.asks([0x00, 0xA4]) || command.asks([0x00, 0x20, 0xFF]) { return [0x90, 0x00] }
            return [0x6A, 0x88]
        }
        reading.judge(&broken)
    }

    /// Application related data of a YubiKey that may want derived codes, without C4.
    private static let related: [UInt8] =
        [0x4F, 0x10] + OpenPGPFamily.applicationIdentifiers[0]
        + [0x03, 0x04, 0x00, 0x06, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x73, 0x03, 0xC0, 0x01, 0x01]

    fileprivate static func seeds(of image: OpenPGPImage) -> [Seeds.Seed] {
        let card = image.makeCard(state: CardState(fresh: image), fault: nil)
        _ = card.process([0x00, 0xA4, 0x04, 0x00, 0x06] + OpenPGPFamily.applicationIdentifiers[0])
        var seeds: [Seeds.Seed] = places.enumerated().map { number, question in
            let response = card.process(question + [0x00, 0x00, 0x00])
            return (.openpgpData, "\(image.profile)-\(number)", [UInt8(number)] + response.dropLast(2))
        }
        seeds.append((.openpgpData, "\(image.profile)-kdf", [3, 0xF9, 0x03, 0x81, 0x01, 0x00]))
        return seeds
    }

    /// Counters in a PW status, by the references of the codes.
    fileprivate static func counters(in bytes: [UInt8]) -> [UInt8: PINStatus] {
        guard bytes.count >= 7 else { return [:] }
        var found: [UInt8: PINStatus] = [:]
        for (reference, tries) in zip([0x81, 0xD3, 0x83] as [UInt8], bytes[4...6]) {
            // A resetting code without tries may never have been set: it is not blocked.
            let isUnset = reference == 0xD3 && tries == 0
            found[reference] = isUnset ? .unknown : PINStatus(remainingTries: Int(tries))
        }
        return found
    }

    /// The PW status in application related data; `nil` where they are of no card of this family.
    fileprivate static func passwordStatus(inRelated data: [UInt8]) -> [UInt8]? {
        let span = data.span
        let whole = try? BERTLV.value(of: [0x6E], in: span, range: 0..<data.count)
        let objects = whole ?? 0..<data.count
        guard let aid = try? BERTLV.value(of: [0x4F], in: span, range: objects), (8...16).contains(aid.count),
            data[aid].starts(with: OpenPGPFamily.applicationIdentifiers[0]), data[aid.lowerBound + 6] >= 2,
            let status = try? BERTLV.value(of: [0x73, 0xC4], in: span, range: objects)
        else { return nil }
        return Array(data[status])
    }
}

extension FuzzedFamily {
    private static let resettingCode: [CodeRole: String] = [.resettingCode: "97531864"]

    static let openpgp = FuzzedFamily(
        name: "openpgp",
        target: .cardOpenPGP,
        profiles: [.openpgp],
        mostCertificates: 3,
        scenes: [
            CardScene(name: "report", operation: .report),
            CardScene(name: "verify", operation: .verify),
            CardScene(name: "prove", operation: .prove),
            CardScene(name: "verify-last", operation: .verify, flags: 0x31, tries: [.authentication: 1]),
            CardScene(name: "verify-admin", operation: .verify, text: "admin"),
            CardScene(name: "change", operation: .change),
            CardScene(name: "change-admin", operation: .change, text: "PW3"),
            CardScene(name: "unblock", operation: .unblock, tries: [.authentication: 0]),
            CardScene(
                name: "unblock-code",
                operation: .unblock,
                text: "\nresetting-code",
                tries: [.authentication: 0],
                codes: resettingCode
            ),
            CardScene(
                name: "unblock-admin",
                operation: .unblock,
                text: "PW1\nadmin",
                tries: [.authentication: 0],
                codes: resettingCode
            ),
            CardScene(
                name: "unblock-choice",
                operation: .unblock,
                newCode: 0x10,
                tries: [.authentication: 0],
                codes: resettingCode
            ),
            CardScene(
                name: "unblock-last",
                operation: .unblock,
                text: "\nadmin",
                flags: 0x32,
                tries: [.authentication: 0, .administrator: 1]
            ),
            CardScene(name: "raw-verify", operation: .raw, text: "00CA00C400\n00200081{pin}\n0020FF81"),
            CardScene(name: "raw-unblock", operation: .raw, text: "002C0081{puk}{new}", codes: resettingCode),
            CardScene(name: "raw-steps", operation: .raw, text: "00200083{puk}\n002C0281{new}"),
        ],
        counterQuestions: [
            CounterQuestion(limit: 4_096) { command in
                guard command.asks([0x00, 0xCA, 0x00, 0x6E]) else { return nil }
                return { OpenPGPTargets.passwordStatus(inRelated: $0).map(OpenPGPTargets.counters) ?? [:] }
            },
            CounterQuestion(limit: 256) { command in
                command.asks([0x00, 0xCA, 0x00, 0xC4]) ? OpenPGPTargets.counters : nil
            },
        ],
        hasForgotten: { codes, afterwards in
            let ended = Set(afterwards.filter(\.isAcceptedLogout).map(\.reference))
            return codes.allSatisfy { command in
                // Changing or resetting PW1 may leave it verified in either of its modes (82: all but signatures).
                let modes: Set<UInt8> =
                    command.form[0] != 0x20 && command.reference == 0x81 ? [0x81, 0x82] : [command.reference]
                return modes.isSubset(of: ended)
            }
        },
        seeds: { ($0 as? OpenPGPImage).map(OpenPGPTargets.seeds) ?? [] }
    )
}
