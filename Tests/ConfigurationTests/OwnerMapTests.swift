import Testing

@testable import Configuration

@Suite("The file of owners")
struct OwnerMapTests {
    private static func map(_ text: String) throws -> OwnerMap {
        let sandbox = try Sandbox()
        return try OwnerMap(path: sandbox.write(text, to: "etc/owners"))
    }

    private static func refusal(_ text: String, mode: UInt32 = 0o644) throws -> ConfigurationError? {
        let sandbox = try Sandbox()
        let path = try sandbox.write(text, to: "etc/owners", mode: mode)
        do {
            _ = try OwnerMap(path: path)
            return nil
        } catch {
            #expect(error.file == path)
            return error
        }
    }

    private static func users(_ map: OwnerMap, _ field: OwnerMap.Field, _ text: String) -> Set<String> {
        map.users(of: [OwnerMark(field, text)].compactMap { $0 })
    }

    @Test("each user has what stands in her group")
    func groups() throws {
        let digits = String(repeating: "0aB1", count: 16)
        let map = try Self.map(
            """
            [User anna]
            HSAID=SE2321000000-1A2B; SE2321000000-1A2C ;
            Mail=anna@example.test
            Fingerprint=\(digits)
            [User EXAMPLE\\bo]
            SerialNumber=191212121212
            UPN=bo@example.test
            [User åsa]

            """
        )
        #expect(Self.users(map, .hsaID, "SE2321000000-1A2B") == ["anna"])
        #expect(Self.users(map, .serialNumber, "SE2321000000-1A2C") == ["anna"])
        #expect(Self.users(map, .mail, "anna@EXAMPLE.test") == ["anna"])
        #expect(Self.users(map, .mail, "Anna@example.test").isEmpty)
        #expect(Self.users(map, .fingerprint, digits.uppercased()) == ["anna"])
        #expect(Self.users(map, .serialNumber, "191212121212") == ["EXAMPLE\\bo"])
        #expect(Self.users(map, .principalName, "BO@Example.TEST") == ["EXAMPLE\\bo"])
        #expect(Self.users(map, .principalName, "anna@example.test").isEmpty)
        let both = [OwnerMark(.mail, "anna@example.test"), OwnerMark(.serialNumber, "191212121212")]
        #expect(map.users(of: both.compactMap { $0 }).count == 2)
    }

    @Test("a value that two users claim refuses the file")
    func claimedTwice() throws {
        for (first, second) in [
            ("HSAID=SE2321000000-1A2B", "HSAID=SE2321000000-1A2B"),
            ("HSAID=SE2321000000-1A2B", "SerialNumber=SE2321000000-1A2B"),
            ("Mail=x@a.test", "Mail=y@a.test;x@A.TEST"), ("UPN=x@a.test", "UPN=X@a.test"),
            (
                "Fingerprint=" + String(repeating: "aB", count: 32),
                "Fingerprint=" + String(repeating: "Ab:", count: 32)
            ),
        ] {
            let error = try Self.refusal("[User anna]\n\(first)\n[User bo]\n\(second)\n")
            #expect(error?.group == "User bo" && error?.reason == .doubledValue, "\(second)")
            #expect(error?.key == second.split(separator: "=").first.map(String.init))
            // The same user may say it twice.
            #expect(try Self.refusal("[User anna]\n\(first)\n") == nil)
        }
        #expect(
            try Self.refusal("[User anna]\nHSAID=SE2321000000-1A2B\nSerialNumber=SE2321000000-1A2B\n") == nil
        )
        #expect(try Self.refusal("[User anna]\nMail=x@a.test\n[User bo]\nUPN=x@a.test\n") == nil)
    }

    @Test(
        "a value that no certificate can have refuses the file",
        arguments: [
            "HSAID=", "HSAID=;", "HSAID=SE232100000-1A2B", "HSAID=se2321000000-1A2B",
            "HSAID=SE2321000000-1a2b",
            "HSAID=SE2321000000-", "HSAID=SE2321000000-1A2B;;SE2321000000-1A2C", "SerialNumber=",
            "SerialNumber= ; x",
            "SerialNumber=a\\nb", "UPN=anna", "UPN=@example.test", "UPN=anna@", "Mail=anna", "Mail=a@b;c",
            "Fingerprint=00", "Fingerprint=x", "Fingerprint=" + "0",
        ]
    )
    func wrongValues(line: String) throws {
        let error = try Self.refusal("[User anna]\n\(line)\n")
        guard case .wrongValue(.ownerMarks)? = error?.reason else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(
            error?.group == "User anna" && error?.key == line.split(separator: "=").first.map(String.init)
        )
    }

    @Test(
        "a group that names no user refuses the file",
        arguments: [
            "User", "User ", "User a b", "User anna ", "User a:b", "User -r", "User a/b", "Anna", "User a;b",
        ]
    )
    func wrongGroups(group: String) throws {
        let error = try Self.refusal("[\(group)]\nHSAID=SE2321000000-1A2B\n")
        #expect(error?.reason == .unknownGroup && error?.group == group)
    }

    @Test("what is unknown or stands twice refuses the file")
    func otherFaults() throws {
        #expect(try Self.refusal("[User anna]\nEmail=a@b\n")?.reason == .unknownKey)
        #expect(try Self.refusal("[User anna]\n[User anna]\n")?.reason == .doubledGroup)
        #expect(try Self.refusal("[User anna]\nMail=a@b\nMail=c@d\n")?.reason == .doubledKey)
        #expect(try Self.refusal("Mail=a@b\n")?.reason == .syntax(line: 1))
    }

    @Test("a file that others can write, or that is not there, is not believed")
    func trust() throws {
        #expect(try Self.refusal("", mode: 0o664)?.reason == .wrongMode(mode: 0o664))
        #expect(try Self.refusal("", mode: 0o646)?.reason == .wrongMode(mode: 0o646))
        #expect(try Self.refusal("", mode: 0o640) == nil)
        let sandbox = try Sandbox()
        #expect(throws: ConfigurationError(file: "\(sandbox.etc)/owners", reason: .unreadable(errno: 2))) {
            try OwnerMap(path: "\(sandbox.etc)/owners")
        }
    }

    @Test("texts that only Unicode calls the same are two")
    func equivalence() throws {
        let map = try Self.map("[User anna]\nSerialNumber=\u{E5}\n[User bo]\nSerialNumber=a\u{30A}\n")
        #expect(Self.users(map, .serialNumber, "\u{E5}") == ["anna"])
        #expect(Self.users(map, .serialNumber, "a\u{30A}") == ["bo"])
    }

    @Test("ten thousand users are read")
    func many() throws {
        let text = (0..<10_000).map { "[User u\($0)]\nHSAID=SE2321000000-\($0)\n" }.joined()
        #expect(Self.users(try Self.map(text), .hsaID, "SE2321000000-9999") == ["u9999"])
    }

    @Test("every line of the example can be used, and says what it is for")
    func example() throws {
        let folder = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let text = try SettingsFile.text(
            of: "\(folder)/Sources/Configuration/owners.example",
            owners: Trust.administrator.union([0])
        )
        let example = try #require(text)
        #expect(try Self.refusal(example) == nil)
        let lines = example.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            let isSetting = line.hasPrefix("#") && !line.hasPrefix("# ") && line != "#"
            return isSetting ? String(line.dropFirst()) : String(line)
        }
        let map = try Self.map(lines.joined(separator: "\n"))
        #expect(Self.users(map, .hsaID, "SE2321000000-1A2B") == ["anna"])
        #expect(Self.users(map, .hsaID, "SE2321000000-3C4D") == ["bo"])
        for field in OwnerMap.Field.allCases { #expect(example.contains("#\(field.rawValue)=")) }
    }
}
