internal import CardApplications
internal import CardCore
internal import VirtualCards

/// Files of an IDPrime card.
enum IDPrimeTargets {
    private static let index: [UInt8] = [0x01, 0x01]
    private static let certificate: [UInt8] = [0x02, 0x0F]
    /// Which file the input is, by its first octet: index, key references, container map, card identifier, label, certificate.
    private static let files: [[UInt8]] = [
        index, [0x00, 0x05], [0x02, 0x04], [0x02, 0x01], [0x02, 0x0E], certificate,
    ]

    static func file(_ input: [UInt8], _ broken: inout BrokenRules) {
        guard let first = input.first else { return }
        let number = Int(first) % (files.count + 2)
        let content = Array(input.dropFirst())
        let contents = number < files.count ? contents.merging([files[number]: content]) { $1 } : contents
        var current: [UInt8] = []
        let reading = FamilyReading(
            family: IDPrimeFamily.self,
            atr: try? ATR(parsing: atr(generation: first >> 4)),
            mostCommands: 400,
            mostCertificates: 16
        ) { command in
            switch command[1] {
            case Instruction.select where command[2] == 0x04: return [0x90, 0x00]
            case Instruction.select:
                guard let found = contents[Array(command.dropFirst(5).prefix(2))] else { return .notFound }
                current = found
                return [0x90, 0x00]
            case Instruction.readBinary: return piece(of: current, command)
            case 0x84:
                return number == files.count ? content.answered : [UInt8](repeating: 7, count: 8).answered
            case Instruction.getDataWithTags where number > files.count: return content.answered
            default: return [0x6D, 0x00]
            }
        }
        reading.judge(&broken)
    }

    private static func piece(of file: [UInt8], _ command: [UInt8]) -> [UInt8] {
        let offset = Int(command[2] & 0x7F) << 8 | Int(command[3])
        guard offset < file.count else { return [0x6B, 0x00] }
        let wanted = CommandAPDU(decoding: command)?.expectedLength ?? 256
        return Array(file[offset...].prefix(wanted)).answered
    }

    /// A 940, an 840, a card that pads nothing, and a generation that is not known.
    private static func atr(generation: UInt8) -> [UInt8] {
        let data: [UInt8] =
            switch generation & 3 {
            case 0: [0x59, 0x56, 0xFB]
            case 1: [0x03, 0x00, 0xEF]
            case 2: [0x07, 0x00, 0x00]
            default: [0x99, 0x99, 0x99]
            }
        let maker: UInt8 = generation & 3 == 2 ? 0x84 : 0x85
        return [0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0x80, 0x65, 0xB0, maker] + data
            + [0x12, 0x0F, 0xFE, 0x82, 0x90, 0x00]
    }

    /// A card that has every file that is asked for, none of which says more than it must.
    private static let contents: [[UInt8]: [UInt8]] = [
        index: [4]
            + entry([0x02, 0x01], 16, "cardid", "") + entry([0x02, 0x04], 86, "cmapfile", "mscp")
            + entry([0x02, 0x0E], 6, "tinfo", "p11") + entry(certificate, 0x40_00, "kxc00", "mscp"),
        [0x02, 0x01]: [UInt8](repeating: 0x11, count: 16),
        [0x02, 0x04]: [UInt8](repeating: 0x41, count: 86),
        [0x02, 0x0E]: [0x01, 0x04, 0x6E, 0x61, 0x6D, 0x65],
    ]

    private static func entry(_ file: [UInt8], _ length: Int, _ name: String, _ directory: String) -> [UInt8]
    {
        func field(_ text: String) -> [UInt8] {
            Array(text.utf8) + [UInt8](repeating: 0, count: max(8 - text.utf8.count, 0))
        }
        return file + [UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)]
            + field(name) + field(directory) + [0]
    }

    fileprivate static func seeds(of image: FileSystemImage) -> [Seeds.Seed] {
        var seeds: [Seeds.Seed] = []
        for file in image.files {
            guard let content = file.content?.bytes, !content.isEmpty else { continue }
            let number = files.firstIndex { file.path.bytes.suffix(2).elementsEqual($0) } ?? 5
            let name = "\(image.profile)-\(file.path.text)"
            for generation: UInt8 in [0x00, 0x30] {
                seeds.append((.idprimeFiles, "\(name)-\(generation)", [UInt8(number) | generation] + content))
            }
            guard content.starts(with: [0x01, 0x00]), content.count > 100 else { continue }
            seeds.append((.inflate, name, Array(content.dropFirst(4))))
        }
        let challenge = [UInt8](repeating: 0xA5, count: 8)
        seeds.append((.idprimeFiles, "\(image.profile)-challenge", [6] + challenge))
        let counter: [UInt8] = [0xA0, 0x0A, 0x83, 0x01, 0x11, 0xDF, 0x21, 0x04, 0x03, 0xFF, 0xFF, 0x01]
        seeds.append((.idprimeFiles, "\(image.profile)-counter", [7] + counter))
        return seeds
    }
}

extension FuzzedFamily {
    static let idprime = FuzzedFamily(
        name: "idprime",
        target: .cardIDPrime,
        profiles: [.idprime940],
        mostCertificates: 16,
        scenes: [
            CardScene(name: "report", operation: .report),
            CardScene(name: "verify", operation: .verify),
            CardScene(name: "prove", operation: .prove),
            CardScene(name: "verify-sign", operation: .verify, text: "sign"),
            CardScene(name: "verify-last", operation: .verify, flags: 0x31, tries: [.authentication: 1]),
            CardScene(name: "verify-blocked", operation: .verify, tries: [.authentication: 0]),
            CardScene(name: "change", operation: .change),
            CardScene(name: "change-sign", operation: .change, text: "83"),
            CardScene(name: "unblock", operation: .unblock, flags: 0x34, tries: [.authentication: 0]),
            CardScene(name: "unblock-asked", operation: .unblock, text: "11\nadmin"),
            CardScene(name: "unblock-refused", operation: .unblock, text: "11", flags: 0x00),
            CardScene(name: "raw-verify", operation: .raw, text: "00200011\n00200011{pin}\n0084000108"),
            CardScene(name: "raw-change", operation: .raw, text: "00240083{pin}{new}"),
        ],
        seeds: { ($0 as? FileSystemImage).map(IDPrimeTargets.seeds) ?? [] }
    )
}
