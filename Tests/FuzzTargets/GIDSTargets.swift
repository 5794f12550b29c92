internal import CardApplications
internal import CardCore
internal import VirtualCards

/// Files and data objects of a GIDS card.
enum GIDSTargets {
    private struct Place: Hashable {
        let file: [UInt8]
        let tag: [UInt8]

        init(_ file: [UInt8], _ tag: [UInt8]) {
            self.file = file
            self.tag = tag
        }
    }

    private static let masterFile = Place([0xA0, 0x00], [0xDF, 0x1F])
    private static let cardIdentifier = Place([0xA0, 0x12], [0xDF, 0x20])
    private static let containerMap = Place([0xA0, 0x10], [0xDF, 0x23])
    private static let certificate = Place([0xA0, 0x10], [0xDF, 0x24])
    private static let pinStatus = Place([0x3F, 0xFF], [0x7F, 0x71])
    /// Which answer the input is, by its first octet: values of these objects, then whole answers.
    private static let places = [masterFile, containerMap, certificate, cardIdentifier, pinStatus]

    static func file(_ input: [UInt8], _ broken: inout BrokenRules) {
        guard let first = input.first else { return }
        let number = Int(first) % (places.count + 2)
        let content = Array(input.dropFirst())
        // The bound of the table: 160 files, of which 16 are read.
        let reading = FamilyReading(family: GIDSFamily.self, mostCommands: 64, mostCertificates: 16) {
            command in
            if command.asks([0x00, 0xCB]), command.count > 8 {
                let asked = Place(Array(command[2...3]), Array(command[7...8]))
                guard number < places.count, asked == places[number] else { return answer(asked) }
                return content.wrapped(in: asked.tag).answered
            }
            if command.asks([0x00, 0xA4]) { return number == places.count ? content.answered : selection }
            if command.asks([0x00, 0x87]) {
                return number > places.count
                    ? content.answered
                    : ([0x7C, 0x0A, 0x81, 0x08] + [UInt8](repeating: 0x5A, count: 8)).answered
            }
            return command.asks([0x00, 0x22]) || command.asks([0x00, 0x20]) ? [0x90, 0x00] : .notFound
        }
        reading.judge(&broken)
    }

    private static let selection =
        ([0x61, 0x0D, 0x4F, 0x0B] + GIDSFamily.applicationIdentifiers[0] + [0x02, 0x01]).answered

    /// What a card says that has one container with one certificate, which makes no sense.
    private static func answer(_ asked: Place) -> [UInt8] {
        let content: [UInt8]
        switch asked {
        case masterFile:
            content =
                [0x01] + record("", "cardid", cardIdentifier) + record("mscp", "cmapfile", containerMap)
                + record("mscp", "kxc00", certificate)
        case containerMap:
            content =
                [UInt8](repeating: 0x41, count: 78) + [0x00, 0x00, 0x03, 0x00] + [0x00, 0x00, 0x00, 0x08]
        case pinStatus: content = [0x97, 0x01, 0x03, 0x93, 0x01, 0x03]
        default: return .notFound
        }
        return content.wrapped(in: asked.tag).answered
    }

    private static func record(_ directory: String, _ name: String, _ place: Place) -> [UInt8] {
        func field(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
            bytes + [UInt8](repeating: 0, count: max(count - bytes.count, 0))
        }
        return field(Array(directory.utf8), 9) + field(Array(name.utf8), 11)
            + field(place.tag.reversed(), 4) + field(place.file.reversed(), 4)
    }

    fileprivate static func seeds(of image: GIDSImage) -> [Seeds.Seed] {
        var seeds: [Seeds.Seed] = []
        for file in image.files {
            for (tag, value) in file.objects {
                let place = Place(Hex.bytes(of: file.identifier) ?? [], Hex.bytes(of: tag) ?? [])
                let number = places.firstIndex(of: place) ?? 2
                let name = "\(image.profile)-\(file.identifier)-\(tag)"
                seeds.append((.gidsFiles, name, [UInt8(number)] + value.bytes))
                guard value.bytes.starts(with: [0x01, 0x00]), value.bytes.count > 4 else { continue }
                seeds.append((.inflate, name, Array(value.bytes.dropFirst(4))))
            }
        }
        seeds.append((.gidsFiles, "\(image.profile)-counter", [4, 0x97, 0x01, 0x03, 0x93, 0x01, 0x03]))
        seeds.append((.gidsFiles, "\(image.profile)-select", [5] + selection.dropLast(2)))
        let challenge = [0x7C, 0x0A, 0x81, 0x08] + [UInt8](repeating: 0xA5, count: 8)
        seeds.append((.gidsFiles, "\(image.profile)-challenge", [6] + challenge))
        return seeds
    }
}

extension FuzzedFamily {
    static let gids = FuzzedFamily(
        name: "gids",
        target: .cardGIDS,
        profiles: [.gids],
        mostCertificates: 16,
        scenes: [
            CardScene(name: "report", operation: .report),
            CardScene(name: "verify", operation: .verify),
            CardScene(name: "prove", operation: .prove),
            CardScene(name: "verify-last", operation: .verify, flags: 0x31, tries: [.authentication: 1]),
            CardScene(name: "verify-blocked", operation: .verify, tries: [.authentication: 0]),
            CardScene(name: "change", operation: .change),
            CardScene(name: "unblock", operation: .unblock, flags: 0x34, tries: [.authentication: 0]),
            CardScene(name: "unblock-key", operation: .unblock, text: "80\nadmin", flags: 0x34),
            CardScene(name: "raw-verify", operation: .raw, text: "00200080\n00200080{pin}\n00200082"),
            CardScene(name: "raw-unblock", operation: .raw, text: "002C0080{puk}{new}"),
        ],
        counterQuestions: [
            // The status objects of PIN and PUK: 97 (9F17 on older cards) is the counter.
            CounterQuestion(limit: 256) { command in
                guard command.asks([0x00, 0xCB, 0x3F, 0xFF, 0x04], [0x5C, 0x02, 0x7F]), command.count > 8,
                    let reference: UInt8 = [0x71: 0x80, 0x73: 0x81][command[8]]
                else { return nil }
                let tag = 0x7F00 | UInt32(command[8])
                return { data in
                    guard let object = try? BERTLV(parsing: data.span, in: 0..<data.count), object.tag == tag,
                        let inner = try? BERTLV.objects(in: data.span, range: object.value, limit: 16)
                    else { return [:] }
                    let counters = [0x97, 0x9F17].compactMap { tag in
                        inner.first { $0.tag == tag }.map { Array(data[$0.value]) }
                    }
                    guard let tries = counters.first(where: { $0.count == 1 })?.first else { return [:] }
                    return [reference: PINStatus(remainingTries: Int(tries))]
                }
            }
        ],
        hasForgotten: { _, afterwards in
            // VERIFY of reference 82 without a code.
            afterwards.contains {
                $0.form == [0x20, 0x00] && $0.reference == 0x82 && $0.data.isEmpty
                    && $0.finalStatus?.isSuccess == true
            }
        },
        seeds: { ($0 as? GIDSImage).map(GIDSTargets.seeds) ?? [] }
    )
}
