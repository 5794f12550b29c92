import CardApplications
import CardCore
import Testing
import VirtualCards

/// T8: cards whose data lie about lengths, counts and themselves (CVE-2024-8443 and its kind).
@Suite struct HostileOpenPGPTests {
    private typealias Bench = OpenPGPFamilyBench

    /// Everything that reading can do, with `answer` in place of the related data; the codes, `nil` when it is no such card.
    @discardableResult
    private func read(_ answer: [UInt8], also c4: [UInt8]? = nil) throws -> [PINPolicy]? {
        let bench = try Bench(selected: true)
        bench.habit = { command in
            guard command[1] == 0xCA else { return nil }
            if command[3] == 0x6E { return answer + [0x90, 0x00] }
            return command[3] == 0xC4 ? c4.map { $0 + [0x90, 0x00] } : nil
        }
        var policies: [PINPolicy]?
        do {
            let read = try bench.withSession { session in
                let policies = try session.readPINs(roles: true)
                for policy in policies {
                    _ = try session.status(of: policy)
                    // Bounds hold whatever the card said.
                    #expect((1...255).contains(policy.allowedLength.lowerBound))
                    #expect((1...255).contains(policy.allowedLength.upperBound))
                }
                _ = try session.readIdentity()
                return (session.application, policies)
            }
            for policy in read?.1 ?? [] {
                guard let application = read?.0 else { break }
                try bench.withReopened(application, toPresent: policy) { try? $0.checkCodesArePlain() }
            }
            policies = read?.1
        } catch let error as CardError {
            #expect(error == .malformed(file: "C4") || error == .notRecognised, "\(error)")
        }
        #expect(bench.tries == [3, 3, 3])
        #expect(bench.commands.count < 64)
        return policies
    }

    private func relatedData() throws -> [UInt8] {
        let bench = try Bench(selected: true)
        return bench.card.process([0x00, 0xCA, 0x00, 0x6E, 0x00, 0x00, 0x00]).dropLast(2)
    }

    /// Related data with these discretionary objects, small enough for one octet of length.
    private func relatedData(aid: [UInt8] = Bench.aid, _ objects: [UInt8]...) -> [UInt8] {
        let inner = objects.flatMap { $0 }
        let content = [0x4F, UInt8(aid.count)] + aid + [0x73, 0x81, UInt8(inner.count)] + inner
        return [0x6E, 0x81, UInt8(content.count)] + content
    }

    private let capabilities: [UInt8] = [0xC0, 0x0A, 0x58, 0, 0, 0xFF, 8, 0, 0, 0xFF, 0, 0]
    private let passwords: [UInt8] = [0xC4, 0x07, 0, 0x7F, 0x7F, 0x7F, 3, 3, 3]

    @Test func relatedDataIsCutAtEveryOctet() throws {
        let whole = try relatedData()
        for count in 0..<whole.count { #expect(try read(Array(whole.prefix(count))) == nil, "\(count)") }
        #expect(try read(whole)?.count == 3)
        // Cut inside an envelope that claims to be whole.
        let content = whole.dropFirst(3)
        for count in 0..<content.count {
            try read([0x6E, 0x82, UInt8(count >> 8), UInt8(count & 0xFF)] + content.prefix(count))
        }
    }

    @Test func everyOctetOfTheRelatedDataIsTurned() throws {
        let whole = try relatedData()
        for index in whole.indices {
            for value in [0x00, 0x7F, 0x80, 0x84, 0xFF] as [UInt8] {
                var turned = whole
                turned[index] = value
                try read(turned)
            }
        }
    }

    @Test func objectsAreNestedDoubledAndTooLong() throws {
        let sound = relatedData(capabilities, passwords)
        #expect(try read(sound)?.count == 3)
        // Without its own tag, as some cards send it.
        #expect(try read(Array(sound.dropFirst(3)))?.count == 3)
        // The first of two counts.
        let blocked: [UInt8] = [0xC4, 0x07, 0, 8, 8, 8, 0, 0, 0]
        #expect(try read(relatedData(capabilities, passwords, blocked))?[0].length == 6...127)
        #expect(try read(relatedData(capabilities, blocked, passwords))?[0].length == 6...8)
        // Passwords that stand somewhere else, or below themselves, are none.
        #expect(try read(relatedData(capabilities, [0x73, 0x09] + passwords), also: []) == nil)
        #expect(try read([0x6E, 0x81, UInt8(sound.count)] + sound) == nil)
        var deep: [UInt8] = []
        for _ in 0..<1_000 { deep = [0x6E, 0x82, UInt8(deep.count >> 8), UInt8(deep.count & 0xFF)] + deep }
        #expect(try read(Array(deep.prefix(4_000))) == nil)
        for length in [
            [0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x84, 0x7F, 0xFF, 0xFF, 0xFF], [0x80], [0x85, 0, 0, 0, 0, 1],
        ] as [[UInt8]] {
            #expect(try read([0x6E] + length + sound) == nil)
            let object = [0xC4] + length + passwords.dropFirst(2)
            #expect(try read(relatedData(capabilities, object), also: []) == nil)
        }
        // Thousands of objects without content.
        #expect(try read([UInt8](repeating: 0x4F, count: 4_000)) == nil)
        let empty: [UInt8] = [0xC4, 0x00]
        #expect(try read(Array(repeatElement(empty, count: 1_500).joined())) == nil)
        #expect(try read([UInt8](repeating: 0x1F, count: 4_000)) == nil)
    }

    @Test func passwordStatusOfEveryLengthIsRead() throws {
        for count in 0...20 {
            let status = Array([0, 0x7F, 0x7F, 0x7F, 3, 2, 1] + [UInt8](repeating: 0xFF, count: 13)).prefix(
                count
            )
            let policies = try read(
                relatedData(capabilities, [0xC4, UInt8(count)] + status),
                also: Array(status)
            )
            #expect((policies != nil) == (count >= 7), "\(count)")
        }
    }

    @Test(
        arguments: [0, 1, 5, 6, 7, 8, 127, 128, 134, 140, 255] as [UInt8],
        [0, 1, 15, 16, 127, 128, 255] as [UInt8]
    )
    func everyLengthAndCountStaysWithinBounds(length: UInt8, tries: UInt8) throws {
        let status: [UInt8] = [0xC4, 0x07, 0xFF, length, length, length, tries, tries, tries]
        let policies = try #require(
            try read(relatedData(capabilities, status), also: Array(status.dropFirst(2)))
        )
        let (pw1, code, pw3) = (policies[0], policies[1], policies[2])
        // Bit 8 says that the code is a PIN block; a maximum below the minimum says nothing.
        #expect(pw1.encoding == (length >= 0x80 ? .iso9564 : .utf8) && pw3.encoding == pw1.encoding)
        #expect(code.encoding == .utf8)
        let plain = Int(length & 0x7F)
        let most = plain < 6 ? 127 : plain
        #expect(pw1.allowedLength == 6...(length >= 0x80 ? min(most, 12) : most))
        #expect(code.allowedLength == 8...(length < 8 ? 127 : Int(length)))
        #expect(code.isInitialized && pw1.isInitialized)
    }

    @Test func identifiersThatLieAreNoOpenPGPCard() throws {
        let (name, rest) = (Array(Bench.aid.prefix(6)), Array(Bench.aid.dropFirst(8)))
        let cases: [(aid: [UInt8], isOne: Bool)] = [
            (Bench.aid, true), (name + [3, 4], true), (name + [3], false), (name, false), ([], false),
            (Bench.aid + [0], false), ([0xA0] + Bench.aid.dropFirst(), false),
            (name + [0xFF, 0xFF] + rest, true),
            // Version 1 has other commands.
            (name + [1, 1] + rest, false), (name + [0, 0] + rest, false),
        ]
        for (aid, isOne) in cases {
            let policies = try read(relatedData(aid: aid, capabilities, passwords))
            #expect((policies != nil) == isOne, "\(aid)")
        }
    }

    @Test func answersThatChangeBetweenTwoReadsDoNoHarm() throws {
        let sound = relatedData(capabilities, passwords)
        for second in [
            relatedData(capabilities), relatedData(passwords), relatedData(capabilities, [0xC4, 0]), [],
            [0x6E, 0],
            relatedData(capabilities, [0xC4, 0x07, 0, 0, 0, 0, 0, 0, 0]),
            relatedData(aid: Array(Bench.aid.dropLast()) + [1], capabilities, passwords),
        ] as [[UInt8]] {
            let bench = try Bench(selected: true)
            var reads = 0
            bench.habit = { command in
                guard command[1] == 0xCA, command[3] == 0x6E else { return nil }
                reads += 1
                return (reads == 1 ? sound : second) + [0x90, 0x00]
            }
            let (application, policies) = try bench.survey()
            let policy = try policies.named("PW1")
            do {
                let status = try bench.withReopened(application, toPresent: policy) { session in
                    try session.status(of: policy)
                }
                #expect([0, 3].contains(status.remainingTries))
            } catch let error as CardError {
                #expect(error == .notRecognised)
            }
        }
    }

    @Test func anEndlessAnswerEnds() throws {
        for way in [ApplicationQuery.Way.asking, .selecting] {
            let bench = try Bench(selected: true)
            bench.habit = { _ in [0xAB, 0x61, 0xFF] }
            #expect(try !bench.has(OpenPGPFamily.self, way))
            #expect(bench.commands.count <= 65)
        }
    }
}
