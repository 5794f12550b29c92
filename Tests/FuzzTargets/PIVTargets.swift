internal import CardApplications
internal import CardCore
internal import VirtualCards

/// Objects of a PIV card, and what a YubiKey answers beside.
enum PIVTargets {
    /// Which answer the input is, by its first octet; the seventh bit makes the card a YubiKey.
    private static let places: [(header: [UInt8], data: [UInt8])] = [
        ([0x00, 0xCB, 0x3F, 0xFF], [0x5C, 0x01, 0x7E]),
        ([0x00, 0xCB, 0x3F, 0xFF], [0x5C, 0x03, 0x5F, 0xC1, 0x02]),
        ([0x00, 0xCB, 0x3F, 0xFF], [0x5C, 0x03, 0x5F, 0xC1, 0x0C]),
        ([0x00, 0xCB, 0x3F, 0xFF], [0x5C, 0x03, 0x5F, 0xC1, 0x05]),
        ([0x00, 0xA4, 0x04, 0x00], []),
        ([0x00, 0xF7, 0x00], []),
        ([0x00, 0xF8], []),
        ([0x00, 0xFD], []),
    ]

    static func object(_ input: [UInt8], _ broken: inout BrokenRules) {
        guard let first = input.first else { return }
        let place = places[Int(first) % places.count]
        let content = Array(input.dropFirst())
        let reading = FamilyReading(
            family: PIVFamily.self,
            atr: first & 0x40 == 0 ? nil : try? ATR(parsing: yubiKeyATR),
            mostCommands: 64,
            mostCertificates: 24
        ) { command in
            command.asks(place.header, place.data) ? content.answered : answer(command)
        }
        reading.judge(&broken)
    }

    /// What a card says that has an application, one retired key and no objects.
    private static func answer(_ command: [UInt8]) -> [UInt8] {
        if command.asks([0x00, 0xA4]) {
            return ([0x61, 0x0D, 0x4F, 0x0B] + PIVFamily.applicationIdentifiers[0] + [0x01, 0x00]).answered
        }
        if command.asks(places[2].header, places[2].data) {
            return ([0x53, 0x06, 0xC1, 0x01, 0x01, 0xC2, 0x01, 0x00] as [UInt8]).answered
        }
        return command.asks([0x00, 0x20, 0x00]) ? [0x63, 0xC3] : .notFound
    }

    /// That of the software YubiKey.
    private static let yubiKeyATR: [UInt8] = [
        0x3B, 0xFD, 0x13, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x15, 0x80, 0x73, 0xC0, 0x21, 0xC0, 0x57, 0x59, 0x75,
        0x62, 0x69, 0x4B, 0x65, 0x79, 0x40,
    ]

    fileprivate static func seeds(of image: PIVImage) -> [Seeds.Seed] {
        let mark: UInt8 = image.yubiKey == nil ? 0x00 : 0x40
        var seeds: [Seeds.Seed] = []
        func add(_ place: UInt8, _ name: String, _ bytes: [UInt8]) {
            seeds.append((.pivObject, "\(image.profile)-\(name)", [place | mark] + bytes))
        }
        for object in image.objects {
            let question = [0x5C, UInt8(truncatingIfNeeded: object.tag.bytes.count)] + object.tag.bytes
            let place = places.firstIndex { $0.data == question } ?? 3
            add(UInt8(place), object.tag.text, object.content.bytes)
            // A compressed certificate is a stream of its own.
            let bytes = object.content.bytes
            if let range = try? BERTLV.value(of: [0x53, 0x70], in: bytes.span, range: 0..<bytes.count) {
                seeds.append((.inflate, "\(image.profile)-\(object.tag.text)", Array(bytes[range])))
            }
        }
        add(4, "select", image.application.propertyTemplate.bytes)
        add(5, "metadata", [0x01, 0x01, 0xFF, 0x05, 0x01, 0x01, 0x06, 0x02, 0x03, 0x03])
        add(2, "history", [0x53, 0x06, 0xC1, 0x01, 0x14, 0xC2, 0x01, 0x00])
        if let yubiKey = image.yubiKey {
            add(6, "serial", yubiKey.serial.bytes)
            add(7, "version", yubiKey.version.bytes)
        }
        return seeds
    }
}

extension FuzzedFamily {
    static let piv = FuzzedFamily(
        name: "piv",
        target: .cardPIV,
        profiles: [.piv, .pivYubiKey],
        mostCertificates: 4,
        mostRetiredCertificates: 20,
        scenes: [
            CardScene(name: "report", operation: .report),
            CardScene(name: "report-retired", operation: .report, flags: 0xB0),
            CardScene(name: "verify", operation: .verify),
            CardScene(name: "prove", operation: .prove),
            CardScene(name: "verify-last", operation: .verify, flags: 0x31, tries: [.authentication: 1]),
            CardScene(name: "verify-blocked", operation: .verify, tries: [.authentication: 0]),
            CardScene(name: "verify-global", operation: .verify, text: "00"),
            CardScene(name: "change", operation: .change),
            CardScene(name: "change-puk", operation: .change, text: "puk", flags: 0x34),
            CardScene(
                name: "change-last-puk",
                operation: .change,
                text: "puk",
                flags: 0x36,
                tries: [.puk: 1]
            ),
            CardScene(name: "unblock", operation: .unblock, flags: 0x34, tries: [.authentication: 0]),
            CardScene(name: "unblock-other", operation: .unblock, text: "80", flags: 0x34),
            CardScene(
                name: "unblock-last",
                operation: .unblock,
                flags: 0x36,
                tries: [.authentication: 0, .puk: 1]
            ),
            CardScene(
                name: "raw-verify",
                operation: .raw,
                text: "00200080\n00200080{pin}\n00CB3FFF035C017E00"
            ),
            CardScene(name: "raw-unblock", operation: .raw, text: "002C0080{puk}{new}"),
            CardScene(name: "raw-logout", operation: .raw, text: "00200080{pin}\n0020FF80"),
        ],
        counterQuestions: [
            // GET METADATA of a YubiKey: 06 holds the total and the remaining tries.
            CounterQuestion(limit: 256) { command in
                guard command.asks([0x00, 0xF7, 0x00]), command.count == 5 else { return nil }
                let reference = command[3]
                return { data in
                    guard let objects = try? BERTLV.objects(in: data.span, range: 0..<data.count, limit: 16),
                        objects.first(where: { $0.tag == 0x01 }).map({ Array(data[$0.value]) }) == [0xFF],
                        let tries = objects.first(where: { $0.tag == 0x06 }).map({ Array(data[$0.value]) }),
                        tries.count == 2, tries[1] <= tries[0]
                    else { return [:] }
                    return [reference: PINStatus(remainingTries: Int(tries[1]))]
                }
            }
        ],
        hasForgotten: { codes, afterwards in
            let ended = Set(afterwards.filter(\.isAcceptedLogout).map(\.reference))
            // The PUK is not verified by being presented: what it may leave behind is the PIN.
            let presented = Set(codes.map { $0.reference == 0x81 ? 0x80 : $0.reference })
            if presented.isSubset(of: ended) { return true }
            // After RESET RETRY COUNTER the PIN is as unverified as the card says it is.
            guard codes.last?.form == [0x2C, 0x00], presented == [0x80] else { return false }
            return afterwards.contains {
                $0.form == [0x20, 0x00] && $0.data.isEmpty && $0.reference == 0x80
                    && $0.finalStatus?.sw1 == 0x63
            }
        },
        seeds: { ($0 as? PIVImage).map(PIVTargets.seeds) ?? [] }
    )
}
