import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// A certificate that a PIV card does not let be read is there and unreadable, and not absent.
@Suite struct PIVCertificateReadingTests {
    /// The certificate of slot 9A.
    private static let login = "5FC105"

    private func bench(_ transmissionProtocol: String = "T=1") throws -> ImageBench {
        try ImageBench(.piv) { (image: inout PIVImage) in image.transmissionProtocol = transmissionProtocol }
    }

    @Test(arguments: ["6982", "6700", "6F00", "6985"])
    func refusedCertificateIsShownAsUnreadable(status: String) throws {
        let bench = try bench()
        bench.answerObject(Self.login, status)
        let certificates = try bench.report().certificates
        let login = try #require(certificates.first { $0.id == "9A" })
        #expect(login.der.isEmpty)
        #expect(certificates.contains { $0.id != "9A" && !$0.der.isEmpty })
    }

    @Test func malformedOrUnpackableObjectIsShownAsUnreadable() throws {
        // The last has no certificate's element and is not empty.
        for answer in [
            "04020102" + "9000", "530A7004AABBCCDD710101FE00" + "9000", "5305710100FE00" + "9000",
            "530401020304" + "9000",
        ] {
            let bench = try bench()
            bench.answerObject(Self.login, answer)
            #expect(try bench.report().certificates.first { $0.id == "9A" }?.der.isEmpty == true)
        }
    }

    /// NIST's test PIV card 13 answers `9000` with nothing in it, card 16 `6A80` under T=0 (OpenSC's fuzzing corpus).
    @Test(arguments: [
        ("T=1", "6A82"), ("T=1", "9000"), ("T=1", "53009000"), ("T=1", "53077000710100FE009000"),
        ("T=0", "6A82"), ("T=0", "6A80"),
    ])
    func absentCertificateIsNotShown(row: (protocol: String, answer: String)) throws {
        let bench = try bench(row.protocol)
        bench.answerObject(Self.login, row.answer)
        #expect(try bench.report().certificates.contains { $0.id == "9A" } == false)
    }

    @Test func incorrectDataIsNoAbsenceUnderT1() throws {
        let bench = try bench()
        bench.answerObject(Self.login, "6A80")
        #expect(try bench.report().certificates.first { $0.id == "9A" }?.der.isEmpty == true)
    }

    @Test func refusedKeyHistoryIsAnErrorAndNoEmptyList() throws {
        let bench = try bench()
        bench.answerObject("5FC10C", "6982")
        let outcome = outcome { () throws(OperationError) in
            try bench.report([.certificates, .retiredCertificates])
        }
        #expect(outcome == "card unexpected 6982 to CB")
    }

    @Test func lostCardIsAnErrorAndNoEmptyList() throws {
        let bench = try bench()
        bench.reader.interfere = { _, command in
            command.ins == Instruction.getDataWithTags && bench.reader.commands > 3
                ? .refuse(.cardRemoved) : .proceed
        }
        let outcome = outcome { () throws(OperationError) in try bench.report() }
        #expect(outcome == "card transport cardRemoved")
    }
}
