import CardCore
import Testing
import VirtualCards

/// The software card of the IDPrime family, by the commands that its clients send.
@Suite struct IDPrimeCardTests {
    private static let select = "A4040C0BA000000018800000000662"

    private func bench(
        change: (inout CardState, FileSystemImage) -> Void = { _, _ in }
    ) throws -> Bench {
        let bench = try Bench(.idprime940, applicationSelected: false, change: change)
        #expect(bench.send(Self.select) == "9000")
        return bench
    }

    /// The response of whoever has the administrator's key.
    private func response(of bench: Bench, to challenge: String) throws -> String {
        let key = try #require(bench.card.image.administratorKey)
        let bytes = try #require(Hex.bytes(of: String(challenge.dropLast(4))))
        return Hex.string(of: try #require(key.response(to: bytes)))
    }

    @Test func itsFilesAreBelowTheApplicationAndNowhereElse() throws {
        let bench = try Bench(.idprime940, applicationSelected: false)
        for command in ["A4080C020101", "A4000C020101", "A4000C022F00", Bench.aid] {
            #expect(bench.send(command) == "6A82")
        }
        #expect(bench.send("200011") == "6A88")
        bench.send(Self.select)
        for command in ["A4080C020101", "A4000C020101", "A4080C020204", "A4080C020005", "A4000C020211"] {
            #expect(bench.send(command) == "9000")
        }
        #expect(bench.send("A4000C022F00") == "6A82")
        #expect(bench.send("A4000C023F00") == "9000")
        #expect(bench.send("A4080C020201") == "9000")
        #expect(bench.send("B0000010") == "4B7600000000000094000000000000019000")
    }

    @Test func theIndexNamesEveryFileWithItsLength() throws {
        let image = try Bench.image(.idprime940)
        func content(_ identifier: [UInt8]) -> [UInt8]? {
            image.files.first { $0.path.bytes.suffix(2) == identifier[...] }?.content?.bytes
        }
        let index = try #require(content([0x01, 0x01]))
        for number in 0..<Int(index[0]) {
            let entry = Array(index[(1 + 21 * number)...].prefix(21))
            let length = Int(entry[2]) << 8 | Int(entry[3])
            #expect(content(Array(entry[0..<2]))?.count == length)
        }
        #expect(index[0] == 8 && index.count == 421)
        let login = try #require(content([0x02, 0x11]))
        #expect(login.starts(with: [0x01, 0x00, 0xE1, 0x06, 0x78]))
        #expect(try #require(content([0x02, 0x13])).starts(with: [0x30, 0x82]))
    }

    @Test func codesArePaddedTextAndCountedEachForItself() throws {
        let bench = try bench()
        #expect(bench.send("200011") == "63C3")
        #expect(bench.verify("11", "246810") == "63C2")
        #expect(bench.verify("83", "246810", padded: 16) == "63C2")
        #expect(bench.verify("11", "246810", padded: 16) == "9000")
        #expect(bench.change("11", from: "246810", to: "Ab-9", padded: 16) == "9000")
        #expect(bench.verify("11", "Ab-9", padded: 16) == "9000")
        #expect(bench.change("11", from: "Ab-9", to: "123", padded: 16) == "6A80")
        #expect(bench.tries("11") == 3 && bench.tries("83") == 2)
        #expect(bench.send("200012") == "6A88")
    }

    @Test func theCountersAreToldAsAnIDPrimeTellsThem() throws {
        let bench = try bench()
        bench.verify("83", "000000", padded: 16)
        // The bytes of a real card's answer, but for the counter (OpenSC issue 2202).
        let answer = "A01F8301838C04F00000009C04F0000000DF210402FFA504DF2702FFFFDF2801109000"
        #expect(bench.fetched("CB00FF05A003830183") == answer)
        #expect(bench.send("CB00FF05A003830112") == "6A88")
    }

    @Test func theAdministratorsKeyUnblocksTheUsersPINAlone() throws {
        let bench = try bench {
            $0.setRemainingTries(0, of: .authentication, on: $1)
            $0.setRemainingTries(0, of: .signature, on: $1)
        }
        let reset = "2C02111039373533313000000000000000000000"
        #expect(bench.send(reset) == "6982")
        let answer = try response(of: bench, to: bench.send("84000108"))
        #expect(bench.send("82001208" + answer) == "9000")
        #expect(bench.send(reset) == "9000")
        #expect(bench.verify("11", "97531", padded: 16) == "63C2")
        #expect(bench.verify("11", "975310", padded: 16) == "9000")
        #expect(bench.send("2C028310" + reset.dropFirst(8)) == "6A88")
        #expect(bench.tries("83") == 0)
    }

    @Test func aResponseIsGoodForOneChallengeAndAWrongOneIsCounted() throws {
        let bench = try bench()
        let challenge = "84000108"
        #expect(bench.send("820012080000000000000000") == "6985")
        #expect(bench.tries("12") == 5)
        let answer = try response(of: bench, to: bench.send(challenge))
        #expect(bench.send("82001208" + answer) == "9000")
        #expect(bench.send("82001208" + answer) == "6985")
        bench.send(challenge)
        #expect(bench.send("82001208" + answer) == "63C4")
        // SELECT takes the challenge back; a question does not.
        let second = try response(of: bench, to: bench.send(challenge))
        bench.send("A4080C020101")
        #expect(bench.send("82001208" + second) == "6985")
        let third = try response(of: bench, to: bench.send(challenge))
        bench.send("200011")
        #expect(bench.send("82001208" + third) == "9000")
        #expect(bench.tries("12") == 5)
        for left in (0..<5).reversed() {
            bench.send(challenge)
            #expect(bench.send("820012080000000000000000") == "63C\(left)")
        }
        let last = try response(of: bench, to: bench.send(challenge))
        #expect(bench.send("82001208" + last) == "6983")
    }

    @Test func theResponseIsTripleDES() throws {
        var key = try #require(try Bench.image(.idprime940).administratorKey)
        // With three equal parts it is DES, whose best known answer this is (FIPS 46 in many a textbook).
        let part: [UInt8] = [0x13, 0x34, 0x57, 0x79, 0x9B, 0xBC, 0xDF, 0xF1]
        key.value = HexBytes(part + part + part)
        #expect(
            key.response(to: [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF])
                == [0x85, 0xE8, 0x13, 0x54, 0x0F, 0x0A, 0xB4, 0x05]
        )
        #expect(key.response(to: []) == nil)
        #expect(key.response(to: [1, 2, 3]) == nil)
    }

    @Test func whatWasVerifiedEndsWithTheSelectionOfTheApplication() throws {
        let bench = try bench()
        bench.verify("11", "246810", padded: 16)
        #expect(bench.send("200011") == "9000")
        bench.send("A4080C020101")
        #expect(bench.send("200011") == "9000")
        bench.send(Self.select)
        #expect(bench.send("200011") == "63C3")
    }

    @Test func itsStateKnowsTheKeyWithoutAValue() throws {
        let image = try Bench.image(.idprime940)
        let state = CardState(fresh: image)
        #expect(state.flaw(for: image) == nil)
        #expect(Set(state.codes.keys) == ["11", "12", "83"])
        let key = try #require(state.codes["12"])
        #expect(key.value.isEmpty && key.remainingTries == 5 && key.initialized)
    }
}
