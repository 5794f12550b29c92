import CardTesting
import FoundationEssentials
import Testing

/// Names in certificates as people and scripts read them.
@Suite(.timeLimit(.minutes(10)))
struct CertNameTests {
    typealias Attribute = CertificateFields.Attribute

    /// A card whose login certificate has these names; its signature is not made anew.
    private func withCard(
        subject: [Attribute]? = nil,
        issuer: [Attribute]? = nil,
        _ body: @Sendable (Bench) async throws -> Void
    ) async throws {
        var image = try CardImage()
        let der = try CardImage.der("login")
        image.setLoginCertificate(CertificateFields.replace(subject: subject, issuer: issuer, in: der))
        try await Bench.run { [image] bench in
            try await bench.insert("siths", image.options(bench))
            try await body(bench)
        }
    }

    private static let commands = [["status"], ["cert", "list"], ["cert", "show", "45"]]

    /// The first certificate in the JSON of `status` or `cert`.
    private func first(_ run: Run) throws -> JSONValue {
        let json = try run.json()
        let list = json["certificates"] ?? json["readers"]?[0]?["card"]?["certificates"]
        return try #require(list?[0])
    }

    /// Åsa Öberg in every type of string that X.509 has for such a name.
    static let encodings: [(UInt8, [UInt8])] = {
        let text = "Åsa Öberg"
        return [
            (0x0C, Array(text.utf8)), (0x14, text.unicodeScalars.map { UInt8($0.value) }),
            (0x1C, text.unicodeScalars.flatMap { [0, 0, 0, UInt8($0.value)] }),
            (0x1E, text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }),
        ]
    }()

    @Test(arguments: encodings)
    func namesReadTheSameInEveryTypeOfString(tag: UInt8, value: [UInt8]) async throws {
        let name = [Attribute(CertificateFields.commonName, tag, value)]
        try await withCard(subject: name, issuer: name) { bench in
            for command in Self.commands {
                let run = try await bench.kortvakt(command)
                #expect(run.exitCode == 0 && run.out.contains("Åsa Öberg"), "\(run.said)")
                let certificate = try first(try await bench.kortvakt(command + ["--json"]))
                #expect(certificate["subject"] == .string("CN=Åsa Öberg"))
                #expect(certificate["issuer"] == .string("CN=Åsa Öberg"))
            }
            let trust = try bench.writeTrust(["root"])
            let verify = try await bench.kortvakt("cert", "verify", "45", "--trust", trust)
            #expect(verify.out.contains("held by Åsa Öberg\n"), "\(verify.out)")
            #expect(verify.out.contains("the issuer, “Åsa Öberg”,"), "\(verify.out)")
        }
    }

    /// A number of somebody above a hundred has a plus, which RFC 4514 escapes.
    @Test(arguments: [
        ("19121212+1212", "19121212\\+****"), ("191212\u{AD}1212", "191212\\u{AD}****"),
        ("191212121212", "19121212****"),
    ])
    func personalNumbersAreMaskedInEveryTypeOfString(number: String, masked: String) async throws {
        for (tag, width) in [(0x0C, nil), (0x14, 1), (0x1E, 2)] as [(UInt8, Int?)] {
            let value =
                width.map { width in
                    number.unicodeScalars.flatMap {
                        [UInt8](repeating: 0, count: width - 1) + [UInt8($0.value)]
                    }
                } ?? Array(number.utf8)
            let subject = [
                Attribute.commonName("Tolvan, \(number)"),
                Attribute(CertificateFields.serialNumber, tag, value),
            ]
            try await withCard(subject: subject) { bench in
                for command in Self.commands + [["cert", "verify", "45"]] {
                    for json in [[], ["--json"]] {
                        let run = try await bench.kortvakt(command + json)
                        for end in [number, "+1212", "}1212", "ad1212", "\u{AD}1212"] {
                            #expect(!run.said.contains(end), "\(run.said)")
                        }
                    }
                }
                let certificate = try first(try await bench.kortvakt("cert", "list", "--json"))
                #expect(
                    certificate["subject"]?.text == "serialNumber=\(masked), CN=Tolvan\\, \(masked)"
                )
            }
        }
    }

    @Test func namesInJSONAreEscaped() async throws {
        let subject = [
            Attribute([0x55, 0x04, 0x06], 0x13, Array("SE".utf8)), .commonName("Doe, John"),
            Attribute(
                CertificateFields.serialNumber,
                0x13,
                Array("SE2321000000-1A2B".utf8),
                continuesRDN: true
            ),
        ]
        try await withCard(subject: subject, issuer: [.commonName("A + B; \"C\"")]) { bench in
            for command in Self.commands {
                let certificate = try first(try await bench.kortvakt(command + ["--json"]))
                #expect(
                    certificate["subject"] == .string("CN=Doe\\, John+serialNumber=SE2321000000-1A2B, C=SE")
                )
                #expect(certificate["issuer"] == .string("CN=A \\+ B\\; \\\"C\\\""))
                #expect(certificate["hsaID"] == .string("SE2321000000-1A2B"))
            }
        }
    }

    /// A common name that pretends to be followed by an HSA-id, without an attribute serialNumber.
    @Test(arguments: ["X, serialNumber=SE2321000000-1A2B", "X, SE2321000000-1A2B"])
    func aCommonNameForgesNoHSAID(name: String) async throws {
        try await withCard(subject: [.commonName(name)]) { bench in
            for command in Self.commands {
                let run = try await bench.kortvakt(command)
                if command != ["cert", "show", "45"] {
                    #expect(run.out.contains("held by X\\, "), "\(run.out)")
                }
                #expect(!run.out.contains("HSA-id  ") && !run.out.contains("held by X, "), "\(run.out)")
                let certificate = try first(try await bench.kortvakt(command + ["--json"]))
                #expect(certificate["hsaID"] == .null)
                #expect(certificate["subject"]?.text?.hasPrefix("CN=X\\, ") == true)
            }
        }
    }

    @Test func whatIsCutEndsInAnEllipsis() async throws {
        let long = String(repeating: "å", count: 400)
        try await withCard(subject: [.commonName(long), .serialNumber(long)]) { bench in
            let list = try await bench.kortvakt("cert", "list")
            let cut = String(repeating: "å", count: 199) + "…"
            #expect(list.out.contains("held by \(cut), \(cut)\n") || list.out.contains("held by \(cut)\n"))
            let show = try await bench.kortvakt("cert", "show", "45")
            for row in show.out.split(separator: "\n") where row.contains("ååå") {
                #expect(row.hasSuffix("…"), "\(row)")
            }
            // Programs get everything.
            let certificate = try first(try await bench.kortvakt("cert", "list", "--json"))
            #expect(certificate["subject"] == .string("serialNumber=\(long), CN=\(long)"))
        }
    }

    /// As `openssl x509 -serial` writes it: without the 00 that DER puts before a first bit of 1.
    @Test(arguments: [[0x00, 0xFE, 0x01], [0x7F], [0x00], [0x00] + [UInt8](repeating: 0xAB, count: 20)])
    func theSerialNumberIsThatOfOpenSSL(content: [UInt8]) async throws {
        var image = try CardImage()
        let der = CertificateFields.replace(serialNumber: content, in: try CardImage.der("login"))
        image.setLoginCertificate(der)
        try await Bench.run { [image] bench in
            try await bench.insert("siths", image.options(bench))
            let path = bench.folder + "/certificate.der"
            try Data(der).write(to: URL(filePath: path))
            let judge = try await bench.tool("openssl", "x509", "-in", path, "-noout", "-serial")
            let certificate = try first(try await bench.kortvakt("cert", "list", "--json"))
            let serial = try #require(certificate["serialNumber"]?.text)
            #expect(judge.out == "serial=\(serial)\n")
            #expect(try await bench.kortvakt("cert", "show", "45").out.contains("  \(serial)\n"))
        }
    }
}
