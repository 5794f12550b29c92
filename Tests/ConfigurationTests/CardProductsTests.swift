import FoundationEssentials
import Testing

@testable import Configuration

@Suite("card data")
struct CardProductsTests {
    private static func bytes(_ hex: String) -> [UInt8] {
        hex.split(separator: " ").compactMap { UInt8($0, radix: 16) }
    }

    @Test(
        "a pattern matches",
        arguments: [
            ("3B 9F 01", "3B 9F 01", true),
            ("3b9f01", "3B 9F 01", true),
            ("3B:9F:xx", "3B 9F 77", true),
            ("3B 9F ..", "3B 9F 77", true),
            ("3B 9F xx", "3B 9F", false),
            ("3B 9F", "3B 9F 01", false),
            ("3B 9F *", "3B 9F", true),
            ("3B 9F *", "3B 9F 01 02", true),
            ("3B 9F *", "3B 9E 01", false),
            ("3B 9F 01", "", false),
        ]
    )
    func matching(pattern: String, atr: String, expected: Bool) throws {
        #expect(try #require(ATRPattern(pattern)).matches(Self.bytes(atr)) == expected)
    }

    @Test(
        "a pattern is refused",
        arguments: [
            "", "3B", "3", "3B 9", "xx 9F", "3B x9", "3B 9x", "* 3B 9F", "3B * 9F", "3B 9F **", "3B 9G",
            "3B-9F",
            "*", "3B *", String(repeating: "3B ", count: 34),
        ]
    )
    func refusedPattern(pattern: String) {
        #expect(ATRPattern(pattern) == nil)
    }

    /// `12 0F FF` alone is IAS Classic, which many issuers use.
    private static let namesByATR = [
        "3B 7F 96 00 00 80 31 B8 65 B0 85 04 02 1B 12 00 F6 82 90 00": "Finnish identity card (FINEID)",
        "3B 7F 96 00 00 80 31 B8 65 B0 85 05 00 11 12 24 60 82 90 00": "Finnish identity card (FINEID v4.0)",
        "3B 7F 96 00 00 80 31 B8 65 B0 85 05 10 24 12 24 60 82 90 00": "Finnish identity card (FINEID v4.0)",
        "3B BD 96 00 80 31 FE 45 00 31 B8 64 04 29 EC C1 73 94 01 80 82 48":
            "Finnish organisation or health care card (FINEID S1 v4.0, IDEMIA)",
        "3B BD 96 00 80 31 FE 45 00 31 B8 64 04 29 EC C1 73 94 01 80 83 49":
            "Finnish organisation or health care card (FINEID S1 v5.0, Cosmo X)",
        "3B 7D 96 00 00 80 31 80 65 B0 A3 02 01 F3 83 00 90 00":
            "Swedish card with the EID applet (SetCOS 2048)",
        "3B 8B 01 52 75 74 6F 6B 65 6E 20 45 43 50 A0": "Rutoken ECP",
        "3B 7F 96 00 00 80 31 80 65 B0 85 04 01 20 12 0F FF 82 90 00": "IAS Classic card",
        "3B 7F 96 00 00 80 31 80 65 B0 85 05 10 24 12 0F FF 82 90 00": "Swedish identity card (Skatteverket)",
    ]

    @Test("the shipped file names every product of its table")
    func shipped() throws {
        let sandbox = try Sandbox()
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/CardApplications/Data")
        for name in ["cards.conf", "applications.conf"] {
            try sandbox.write(
                Array(Data(contentsOf: url.appendingPathComponent(name))),
                to: "share/cards.d/\(name)"
            )
        }
        let products = try sandbox.load().products
        let text = String(
            decoding: try Data(contentsOf: url.appendingPathComponent("cards.conf")),
            as: UTF8.self
        )
        #expect(products.all.count == text.split(separator: "\n").count { $0.hasPrefix("[Card ") })
        for (atr, name) in Self.namesByATR {
            #expect(products.product(atr: Self.bytes(atr))?.name == name)
        }
        let reservkort = products.product(
            atr: Self.bytes("3B 7F 96 00 00 80 31 80 65 B0 85 04 00 11 12 02 F0 82 90 00")
        )
        #expect(reservkort?.name == "SITHS reservkort (Region Stockholm)")
        #expect(reservkort?.kind == "reservkort")
        #expect(reservkort?.families == ["pkcs15", "idprime"])
        let idPrime = products.product(
            atr: Self.bytes("3B 7F 96 00 00 80 31 80 65 B0 85 59 56 FB 12 0F FE 82 90 00")
        )
        #expect(idPrime?.id == "idprime-840-940")
        #expect(products.product(atr: Self.bytes("3B 00")) == nil)
        let buypass = products.product(
            atr: Self.bytes("3B 9F 96 40 0A 80 31 E0 6B 04 52 05 02 4F 55 55 55 55 55 55 00")
        )
        #expect(buypass?.name == "Buypass ID")
        #expect(buypass?.families == [])
        // The AIDs that issue after issue asked for.
        #expect(products.applications.map(\.family) == ["pkcs15", "pkcs15"])
        #expect(products.applications.first?.aid.starts(with: [0xF2, 0x76, 0xA2, 0x88]) == true)
    }

    @Test("the administrator changes a product by its name, key by key, and adds others")
    func administrator() throws {
        let sandbox = try Sandbox()
        try sandbox.write(
            "[Card a]\nATR=3B 01 xx\nName=shipped\nKind=siths\nSource=s\n",
            to: "share/cards.d/cards.conf"
        )
        try sandbox.write(
            "[Card a]\nName=ours\n[Card b]\nATR=3B 01 02\nName=exact\nFamilies=piv;pkcs15;\nSource=t\n",
            to: "etc/cards.d/site.conf"
        )
        let products = try sandbox.load().products
        #expect(products.product(atr: [0x3B, 1, 3])?.name == "ours")
        #expect(products.product(atr: [0x3B, 1, 3])?.kind == "siths")
        #expect(products.product(atr: [0x3B, 1, 2])?.name == "exact")
        #expect(products.product(atr: [0x3B, 1, 2])?.families == ["piv", "pkcs15"])
    }

    @Test("the administrator names an applet's AID, and changes one by its name")
    func applications() throws {
        let sandbox = try Sandbox()
        try sandbox.write(
            "[Application a]\nAID=A000000001\nFamily=piv\nSource=s\n",
            to: "share/cards.d/applications.conf"
        )
        try sandbox.write(
            "[Application a]\nFamily=gids\n[Application b]\nAID=A0 00 00 00 02 03\nFamily=piv\nSource=t\n",
            to: "etc/cards.d/site.conf"
        )
        let names = try sandbox.load().products.applications
        #expect(names.map(\.id) == ["a", "b"])
        #expect(names.map(\.family) == ["gids", "piv"])
        #expect(names.map(\.aid) == [[0xA0, 0, 0, 0, 1], [0xA0, 0, 0, 0, 2, 3]])
    }

    @Test(
        "an AID is refused",
        arguments: ["", "A0", "A0000000", "A00000000", "A0 00 00 00 0G", String(repeating: "A0", count: 17)]
    )
    func refusedIdentifier(aid: String) throws {
        let sandbox = try Sandbox()
        let text = "[Application a]\nAID=\(aid)\nFamily=piv\nSource=s\n"
        let file = try sandbox.write(text, to: "etc/cards.d/site.conf")
        let reason = ConfigurationError.Reason.wrongValue(expected: .applicationIdentifier)
        #expect(
            sandbox.refusal()
                == ConfigurationError(file: file, group: "Application a", key: "AID", reason: reason)
        )
    }

    @Test("of two equal patterns the one that was read last counts")
    func lastOneWins() throws {
        let sandbox = try Sandbox()
        try sandbox.write("[Card a]\nATR=3B 01\nName=a\nSource=s\n", to: "share/cards.d/cards.conf")
        try sandbox.write("[Card b]\nATR=3B01\nName=b\nSource=s\n", to: "etc/cards.d/site.conf")
        #expect(try sandbox.load().products.product(atr: [0x3B, 1])?.name == "b")
    }

    @Test(
        "a product without what it needs, or with a wrong value, refuses its file",
        arguments: [
            ("[Card a]\nATR=3B 01\nName=a\n", "Source", .missingKey),
            ("[Card a]\nName=a\nSource=s\n", "ATR", .missingKey),
            ("[Card a]\nATR=3B 0\nName=a\nSource=s\n", "ATR", .wrongValue(expected: .atrPattern)),
            ("[Card a]\nATR=3B 01\nName=a\nSource=s\nKind=Två ord\n", "Kind", .wrongValue(expected: .word)),
            (
                "[Card a]\nATR=3B 01\nName=a\nSource=s\nFamilies=piv;;x\n", "Families",
                .wrongValue(expected: .words)
            ),
            ("[Card a]\nATR=3B 01\nName=a\nSource=s\nName[sv]=b\n", "Name[sv]", .unknownKey),
        ] as [(String, String, ConfigurationError.Reason)]
    )
    func refused(text: String, key: String, reason: ConfigurationError.Reason) throws {
        let sandbox = try Sandbox()
        let file = try sandbox.write(text, to: "etc/cards.d/site.conf")
        #expect(
            sandbox.refusal() == ConfigurationError(file: file, group: "Card a", key: key, reason: reason)
        )
    }
}
