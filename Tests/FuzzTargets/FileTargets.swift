internal import CardApplications
internal import CardCore

/// Files and answers that more than one card family has.
enum FileTargets {
    static func directory(_ input: [UInt8], _ broken: inout BrokenRules) {
        structure(input, &broken)
        for template in (try? ApplicationTemplate.parse(input))?.templates ?? [] {
            broken.expect((1...16).contains(template.aid.count), "an AID of another length")
            broken.expect((template.path?.count ?? 0) <= 32, "a path too long")
            check(template.label, &broken)
        }
    }

    static func counters(_ input: [UInt8], _ broken: inout BrokenRules) {
        for reference in [0x81, 0x00, 0xFF, input.first ?? 0] as [UInt8] {
            let status = ThalesCounters.status(of: PINReference(rawValue: reference), in: input)
            guard let status, let tries = status.remainingTries else { continue }
            broken.expect((0...254).contains(tries), "a counter out of range")
            broken.expect(status.isBlocked == (tries == 0), "a counter that contradicts itself")
        }
    }

    static func inflate(_ input: [UInt8], _ broken: inout BrokenRules) {
        for format in Inflate.Format.allCases {
            let limit = 16_384
            guard let output = Inflate.inflate(input, format: format, limit: limit) else { continue }
            let most = min(limit, input.count * Inflate.maximumRatio)
            broken.expect(output.count <= most, "more unpacked than the limit")
            broken.expect(
                Inflate.inflate(input, format: format, limit: output.count - 1) == nil,
                "a limit that does not hold"
            )
            broken.expect(
                Inflate.inflate(input + [0x00, 0xFF], format: format, limit: limit).map { $0 == output }
                    ?? true,
                "what follows a stream changes it"
            )
        }
    }

    /// What holds for every file.
    static func structure(_ input: [UInt8], _ broken: inout BrokenRules) {
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

    static func check(_ label: String?, _ broken: inout BrokenRules) {
        // Each octet of a label that is no UTF-8 becomes the three of U+FFFD.
        broken.expect((label?.utf8.count ?? 0) <= 3 * 255, "a label too long")
    }
}
