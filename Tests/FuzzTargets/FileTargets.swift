internal import CardApplications
internal import CardCore

/// Files of a PKCS#15 card and what else its answers are parsed as.
enum FileTargets {
    static func directory(_ input: [UInt8], _ broken: inout BrokenRules) {
        structure(input, &broken)
        for template in (try? ApplicationTemplate.parse(input))?.templates ?? [] {
            broken.expect((1...16).contains(template.aid.count), "an AID of another length")
            broken.expect((template.path?.count ?? 0) <= 32, "a path too long")
            check(template.label, &broken)
        }
    }

    static func objectDirectory(_ input: [UInt8], _ broken: inout BrokenRules) {
        structure(input, &broken)
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
        structure(input, &broken)
        guard let info = try? TokenInfo.parse(input) else { return }
        broken.expect((info.serialNumber?.count ?? 0) <= 255, "a serial number too long")
        check(info.label, &broken)
        check(info.manufacturerID, &broken)
    }

    static func authenticationObjects(_ input: [UInt8], _ broken: inout BrokenRules) {
        structure(input, &broken)
        for pin in (try? AuthenticationObject.parse(input))?.objects ?? [] {
            check(pin.label, &broken)
            check([pin.iD, pin.authId], &broken)
            check(pin.attributes.path, &broken)
            broken.expect((0...255).contains(pin.attributes.minimumLength), "a minimum out of range")
            broken.expect((0...255).contains(pin.attributes.storedLength), "a stored length out of range")
            broken.expect((0...255).contains(pin.attributes.maximumLength ?? 0), "a maximum out of range")
            broken.expect((0...510).contains(pin.attributes.longestPIN), "a longest PIN out of range")
        }
    }

    static func privateKeys(_ input: [UInt8], _ broken: inout BrokenRules) {
        structure(input, &broken)
        for key in (try? PrivateKeyObject.parse(input))?.objects ?? [] {
            check(key.label, &broken)
            check([key.iD, key.authId], &broken)
            check(key.path, &broken)
            broken.expect((0...65_535).contains(key.modulusLength ?? 0), "a modulus out of range")
        }
    }

    static func certificates(_ input: [UInt8], _ broken: inout BrokenRules) {
        structure(input, &broken)
        for object in (try? CertificateObject.parse(input))?.objects ?? [] {
            check(object.label, &broken)
            check([object.iD, object.authId], &broken)
            switch object.value {
            case .path(let path): check(path, &broken)
            case .direct(let der):
                broken.expect(der.count <= input.count, "a certificate longer than its file")
                certificate(der, &broken)
            case .unsupported: break
            }
        }
    }

    static func certificate(_ input: [UInt8], _ broken: inout BrokenRules) {
        guard let summary = CertificateSummary(der: input) else { return }
        broken.expect(input.count <= 16_384, "a certificate too large was looked into")
        // Each octet that is no UTF-8 becomes three; 32 sets of four attributes with a value of at most 256 octets.
        let longest = 32 * 4 * (3 * 256 + input.count)
        broken.expect(summary.subject.utf8.count <= longest, "a subject longer than its certificate")
        broken.expect(summary.issuer.utf8.count <= longest, "an issuer longer than its certificate")
        broken.expect(summary.keyUsage.count <= 9, "more key usages than there are")
        broken.expect((summary.cardNumber?.utf8.count ?? 0) <= 3 * 64, "a card number too long")
        for time in [summary.notBefore, summary.notAfter] {
            broken.expect(time.utf8.count == 20, "a time of another form")
        }
        _ = summary.hsaID
    }

    static func counters(_ input: [UInt8], _ broken: inout BrokenRules) {
        for reference in [0x81, 0x00, 0xFF, input.first ?? 0] as [UInt8] {
            let status = ThalesCounters.status(of: PINReference(rawValue: reference), in: input)
            guard let status, let tries = status.remainingTries else { continue }
            broken.expect((0...254).contains(tries), "a counter out of range")
            broken.expect(status.isBlocked == (tries == 0), "a counter that contradicts itself")
        }
    }

    /// What holds for every file.
    private static func structure(_ input: [UInt8], _ broken: inout BrokenRules) {
        if let file = try? DataObjectFile.elements(of: input) {
            broken.expect(file.elements.count <= DataObjectFile.maximumElements, "too many elements")
            let total = file.elements.reduce(0) { $0 + $1.count }
            broken.expect(total <= input.count, "more elements than there were")
        }
        if case .needs(let total)? = try? DataObjectFile.completeness(of: input) {
            broken.expect(
                total > input.count && total <= DataObjectFile.maximumLength,
                "a reader would never end"
            )
        }
        if let length = try? DataObjectFile.lengthOfFirstElement(in: input) {
            broken.expect(
                (2...DataObjectFile.maximumLength).contains(length),
                "an element of impossible length"
            )
        }
    }

    private static func check(_ label: String?, _ broken: inout BrokenRules) {
        // Each octet of a label that is no UTF-8 becomes the three of U+FFFD.
        broken.expect((label?.utf8.count ?? 0) <= 3 * 255, "a label too long")
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
