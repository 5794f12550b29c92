internal import CardApplications
internal import CardCore
internal import VirtualCards

/// Files of a PKCS#15 card.
enum PKCS15Targets {
    static func objectDirectory(_ input: [UInt8], _ broken: inout BrokenRules) {
        FileTargets.structure(input, &broken)
        guard let directory = try? ObjectDirectory.parse(input) else { return }
        for entry in directory.entries {
            switch entry.location {
            case .path(let path): check(path, &broken)
            case .direct(let bytes): broken.expect(bytes.count <= input.count, "more objects than there were")
            }
        }
        for kind in ObjectDirectory.Kind.allCases { _ = directory.locations(of: kind) }
    }

    static func tokenInfo(_ input: [UInt8], _ broken: inout BrokenRules) {
        FileTargets.structure(input, &broken)
        guard let info = try? TokenInfo.parse(input) else { return }
        broken.expect((info.serialNumber?.count ?? 0) <= 255, "a serial number too long")
        FileTargets.check(info.label, &broken)
        FileTargets.check(info.manufacturerID, &broken)
    }

    static func authenticationObjects(_ input: [UInt8], _ broken: inout BrokenRules) {
        FileTargets.structure(input, &broken)
        for pin in (try? AuthenticationObject.parse(input))?.objects ?? [] {
            FileTargets.check(pin.label, &broken)
            check([pin.iD, pin.authId], &broken)
            check(pin.attributes.path, &broken)
            broken.expect((0...255).contains(pin.attributes.minimumLength), "a minimum out of range")
            broken.expect((0...255).contains(pin.attributes.storedLength), "a stored length out of range")
            broken.expect((0...255).contains(pin.attributes.maximumLength ?? 0), "a maximum out of range")
            broken.expect((0...510).contains(pin.attributes.longestPIN), "a longest PIN out of range")
        }
    }

    static func privateKeys(_ input: [UInt8], _ broken: inout BrokenRules) {
        FileTargets.structure(input, &broken)
        for key in (try? PrivateKeyObject.parse(input))?.objects ?? [] {
            FileTargets.check(key.label, &broken)
            check([key.iD, key.authId], &broken)
            check(key.path, &broken)
            broken.expect((0...65_535).contains(key.modulusLength ?? 0), "a modulus out of range")
        }
    }

    static func certificates(_ input: [UInt8], _ broken: inout BrokenRules) {
        FileTargets.structure(input, &broken)
        for object in (try? CertificateObject.parse(input))?.objects ?? [] {
            FileTargets.check(object.label, &broken)
            check([object.iD, object.authId], &broken)
            switch object.value {
            case .path(let path): check(path, &broken)
            case .direct(let der):
                broken.expect(der.count <= input.count, "a certificate longer than its file")
                CertificateTargets.read(der, &broken)
            case .unsupported: break
            }
        }
    }

    private static func check(_ identifiers: [PKCS15Identifier?], _ broken: inout BrokenRules) {
        for case .some(let identifier) in identifiers {
            broken.expect(identifier.bytes.count <= 255, "an identifier too long")
            broken.expect(
                identifier.description.utf8.allSatisfy { (0x21...0x7E).contains($0) },
                "an identifier that cannot be typed"
            )
        }
    }

    private static func check(_ path: PKCS15Path?, _ broken: inout BrokenRules) {
        guard let path else { return }
        broken.expect(path.identifiers.count <= 32, "a path too long")
        broken.expect((0...65_535).contains(path.index ?? 0), "an index out of range")
        broken.expect((0...65_535).contains(path.length ?? 0), "a length out of range")
    }
}

extension FuzzedFamily {
    static let pkcs15 = FuzzedFamily(
        name: "pkcs15",
        target: .card,
        profiles: CardProfile.pkcs15,
        mostCertificates: 16,
        scenes: [
            CardScene(name: "report", operation: .report),
            CardScene(name: "verify", operation: .verify),
            CardScene(name: "prove", operation: .prove),
            CardScene(name: "verify-sign", operation: .verify, text: "sign"),
            CardScene(name: "verify-last", operation: .verify, flags: 0x31, tries: [.authentication: 1]),
            CardScene(name: "verify-blocked", operation: .verify, tries: [.authentication: 0]),
            CardScene(name: "change", operation: .change),
            CardScene(name: "change-date", operation: .change, newCode: 3),
            CardScene(name: "change-trivial", operation: .change, flags: 0x38, newCode: 2),
            CardScene(name: "unblock", operation: .unblock, flags: 0x34, tries: [.authentication: 0]),
            CardScene(
                name: "unblock-last",
                operation: .unblock,
                flags: 0x36,
                tries: [.authentication: 0, .puk: 1]
            ),
            CardScene(
                name: "unblock-dead",
                operation: .unblock,
                flags: 0x36,
                tries: [.authentication: 0, .puk: 0]
            ),
            CardScene(
                name: "raw",
                operation: .raw,
                text: "00A4040C0CA000000063504B43532D3135\n00B0910000"
            ),
            CardScene(name: "raw-verify", operation: .raw, text: "00200081\n00200081{pin}\n00B0000010"),
            CardScene(name: "raw-unblock", operation: .raw, text: "002C0081{puk}{new}"),
            CardScene(
                name: "raw-steps",
                operation: .raw,
                text: "00200083{puk}\n002C0281{new}",
                tries: [.authentication: 0]
            ),
            CardScene(name: "raw-change", operation: .raw, text: "00240081{pin}{new}\n00200082{pin}"),
            CardScene(name: "raw-other", operation: .raw, text: "00200081{puk}", tries: [.authentication: 1]),
            CardScene(name: "raw-new", operation: .raw, text: "00240081{new}", tries: [.authentication: 1]),
        ],
        seeds: { ($0 as? FileSystemImage).map(PKCS15Targets.seeds) ?? [] }
    )
}

extension PKCS15Targets {
    fileprivate static func seeds(of image: FileSystemImage) -> [Seeds.Seed] {
        var seeds: [Seeds.Seed] = []
        for file in image.files {
            guard let target = target(of: file), let content = file.content?.bytes else { continue }
            let name = "\(image.profile)-\(Hex.string(of: file.path.bytes))"
            // A certificate is handed on without its padding; of that of other files a few bytes are enough.
            let whole = try? DataObjectFile.lengthOfFirstElement(in: content)
            let end = content.lastIndex { $0 != 0xFF }.map { min($0 + 4, content.count) } ?? 0
            let bytes = Array(content.prefix(target == .x509 ? whole ?? end : end))
            seeds += [(target, name, bytes), (.tlv, name, bytes)]
        }
        // The same card where no name is known and EF.DIR has to tell the way.
        var nameless = image
        nameless.applications = []
        let scenes = FuzzedFamily.pkcs15.scenes.filter { !$0.name.contains("-") }
        for (name, bytes) in CardRecorder(image: nameless, families: ["pkcs15"]).inputs(of: scenes) {
            seeds.append((.card, "\(image.profile)-nameless-\(name)", bytes))
        }
        return seeds
    }

    private static func target(of file: FileSystemImage.File) -> FuzzTarget? {
        switch Hex.string(of: file.path.bytes) {
        case "3F002F00": .dir
        case "3F0050155031": .odf
        case "3F0050155032": .tokenInfo
        case "3F0050154401": .aodf
        case "3F004402", "3F0050154402": .prkdf
        case "3F004404", "3F0050154403", "3F0050154404": .cdf
        case "3F004331", "3F0050154332": .x509
        default: nil
        }
    }
}
