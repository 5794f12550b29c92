import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// Files that end too early, sizes that lie, and cards that never come to an end: an error or a sensible result, no
/// try spent.
@Suite struct HostileCardTests {
    /// A file of an image and every length at which it may be cut.
    struct Cut: CustomTestStringConvertible, Sendable {
        let profile: CardProfile
        let path: [UInt8]
        var testDescription: String { "\(profile.rawValue) \(Hex.string(of: path))" }
    }

    /// The other profiles differ from these in codes and labels only.
    private static let cuts: [Cut] = [CardProfile.siths, .sithsT1, .sithsTwoStep].flatMap { profile in
        ((try? OperationBench.image(profile))?.files ?? []).filter { $0.kind == .transparent }
            .map { Cut(profile: profile, path: $0.path.bytes) }
    }

    /// Every byte of a file; of certificates on other profiles than siths-t1, which reads them in fewest commands, every
    /// byte of their head and of their end, and every 64th between.
    private static func lengths(of content: [UInt8], on profile: CardProfile) -> [Int] {
        let used = (content.lastIndex { $0 != 0xFF } ?? 0) + 1
        guard used > 512, profile != .sithsT1 else { return Array(0...min(used + 2, content.count)) }
        return Array(0...40) + stride(from: 41, to: used - 8, by: 64) + Array((used - 8)...used)
    }

    private static let sensible = [
        "ok", "card malformed EF.OD", "card malformed EF.AOD", "card not recognised",
    ]

    @Test(arguments: cuts)
    func aFileThatEndsAtAnyByteTrapsNothingAndSpendsNothing(cut: Cut) throws {
        let image = try OperationBench.image(cut.profile)
        let content = try #require(image.files.first { $0.path.bytes == cut.path }?.content).bytes
        let isCertificate = content.count > 1_024
        for length in Self.lengths(of: content, on: cut.profile) {
            func bench() throws -> OperationBench {
                try OperationBench(cut.profile) { image in
                    try image.edit(cut.path) { bytes in bytes.removeLast(bytes.count - length) }
                }
            }
            let reading = try bench()
            let fresh = reading.card.state
            let read = outcome { () throws(OperationError) in try reading.report() }
            #expect(Self.sensible.contains(read), "\(read) at \(length)")
            #expect(reading.card.state == fresh && reading.reader.commandsWithSecret == 0)
            #expect(reading.reader.commands <= 80)
            guard !isCertificate else { continue }
            let verifying = try bench()
            let verified = verifying.outcome(.verify)
            // With EF.AOD cut behind its first code a PIN may be all that is left: it is still the right one.
            #expect(Self.sensible.contains(verified) || verified == "which of ", "\(verified) at \(length)")
            #expect(verifying.card.state == fresh)
            #expect(verifying.reader.commandsWithSecret == (verified == "ok" ? 1 : 0))
        }
    }

    @Test(arguments: CardProfile.pkcs15)
    func aCardWhoseFilesAllEndAtOneByteTrapsNothing(profile: CardProfile) throws {
        for length in stride(from: 0, through: 260, by: 3) {
            let bench = try OperationBench(profile, fault: .truncateFiles(length))
            let fresh = bench.card.state
            #expect(Self.sensible.contains(outcome { () throws(OperationError) in try bench.report() }))
            #expect(bench.card.state == fresh)
        }
    }

    @Test func aCardThatHoldsNothingIsAReportAndNoPINIsGuessed() throws {
        let bench = try OperationBench(.siths, fault: .unknownCard)
        let report = try bench.report()
        #expect(report.family == nil && report.pins.isEmpty && report.certificates.isEmpty)
        for operation in Operation.allCases {
            let bench = try OperationBench(.siths, fault: .unknownCard)
            #expect(bench.outcome(operation) == "card not recognised")
            #expect(bench.dialog.requests.isEmpty && bench.wire.emptyVerifies == 0)
            #expect(bench.reader.commandsWithSecret == 0)
        }
    }

    // MARK: T7, sizes that lie

    /// Runs report and verify on a card whose READ BINARY answers what `answer` makes of offset and honest answer.
    private func lying(
        _ profile: CardProfile = .siths,
        limit: Int,
        _ answer: @escaping (_ command: [UInt8], _ honest: [UInt8]) -> [UInt8]
    ) throws -> [String] {
        func bench() throws -> OperationBench {
            let bench = try OperationBench(profile)
            bench.wire.answerInstead = { command in
                command[1] == Instruction.readBinary ? answer(command, bench.card.process(command)) : nil
            }
            return bench
        }
        let reading = try bench()
        let fresh = reading.card.state
        let read = outcome { () throws(OperationError) in try reading.report() }
        #expect(reading.reader.commands <= limit, "\(reading.reader.commands) commands")
        let verifying = try bench()
        let verified = verifying.outcome(.verify)
        #expect(verifying.reader.commands <= limit)
        #expect(reading.card.state == fresh && verifying.card.state == fresh)
        return [read, verified]
    }

    @Test(arguments: [CardProfile.siths, .sithsT1])
    func filesThatGiveNothingAreMalformed(profile: CardProfile) throws {
        for status in [
            [0x90, 0x00], [0x62, 0x82], [0x6B, 0x00], [0x6A, 0x82], [0x69, 0x82], [0x6F, 0x00],
        ] as [[UInt8]] {
            let outcomes = try lying(profile, limit: 20) { _, _ in status }
            #expect(outcomes.allSatisfy { ["card malformed EF.OD", "card malformed EF.AOD"].contains($0) })
        }
    }

    /// Slow cards give small pieces; one that gives a byte at a time is given up before a person loses patience.
    @Test(arguments: [(1, "card transport responseTooLong(limit: 32767)"), (32, "ok"), (100, "ok")])
    func aFileThatComesInPiecesIsReadToItsEndWithinReason(piece: Int, expected: String) throws {
        let outcomes = try lying(.sithsT1, limit: 1_100) { _, honest in
            honest.count > piece + 2 ? Array(honest.prefix(piece)) + [0x90, 0x00] : honest
        }
        #expect(outcomes == [expected, "ok"])
    }

    @Test(arguments: [CardProfile.siths, .sithsT1])
    func aFileThatGivesItsFirstPieceForEverComesToAnEnd(profile: CardProfile) throws {
        _ = try lying(profile, limit: 1_100) { command, honest in
            guard honest.count == 2, honest[0] == 0x6B else { return honest }
            return [UInt8](repeating: 0x30, count: command.count == 5 ? Int(command[4]) : 256) + [0x90, 0x00]
        }
    }

    @Test(arguments: [CardProfile.siths, .sithsT1])
    func aDirectoryFileThatClaimsToBeEndlessIsReadUpToItsLimit(profile: CardProfile) throws {
        // One SEQUENCE of 65,535 bytes, as far as the card is concerned.
        let outcomes = try lying(profile, limit: 300) { command, _ in
            let count = command.count > 5 ? Int(command[5]) << 8 | Int(command[6]) : Int(command[4])
            let isStart = (command[2] == 0 || command[2] & 0x80 != 0) && command[3] == 0
            let head: [UInt8] = isStart ? [0xA8, 0x82, 0xFF, 0xFF] : []
            let filler = [UInt8](repeating: 0x04, count: max((count == 0 ? 256 : count) - head.count, 0))
            return head + filler + [0x90, 0x00]
        }
        #expect(outcomes == ["card malformed EF.OD", "card malformed EF.OD"])
    }

    @Test func moreDataThanAskedForIsAFaultAndNotData() throws {
        let outcomes = try lying(.sithsT1, limit: 20) { _, _ in
            [UInt8](repeating: 0xA8, count: 5_000) + [0x90, 0x00]
        }
        #expect(outcomes.allSatisfy { $0.hasPrefix("card transport responseTooLong") })
    }

    /// Whatever the second read of a file brings differs from what the first one promised.
    @Test(arguments: [CardProfile.siths, .sithsT1])
    func aFileThatShrinksWhileItIsReadIsCutWhereItEnds(profile: CardProfile) throws {
        for left in [0, 1, 100] {
            let outcomes = try lying(profile, limit: 120) { command, honest in
                let isContinued = command[2] & 0x80 == 0 && (command[2] != 0 || command[3] != 0)
                guard isContinued, honest.count > left + 2 else { return honest }
                return Array(honest.prefix(left)) + [0x62, 0x82]
            }
            #expect(outcomes == ["ok", "ok"])
        }
    }

    @Test func aCertificateBehindTheReachOfReadBinaryIsOneThatCannotBeRead() throws {
        let path: [UInt8] = [0x3F, 0x00, 0x50, 0x15, 0x44, 0x03]
        let bench = try OperationBench(.siths) { image in
            // INTEGER 0, then length [0]: the index becomes 40,000 and the label pays for the room.
            try image.edit(path) { bytes in
                let index = try #require(
                    bytes.indices.first { bytes[$0...].starts(with: [0x02, 0x01, 0x00, 0x80, 0x02]) }
                )
                bytes.replaceSubrange(index..<(index + 7), with: [0x02, 0x03, 0x00, 0x9C, 0x40, 0x05, 0x00])
            }
        }
        let report = try bench.report()
        #expect(report.certificates.map(\.id) == ["45", "sign-2"])
        #expect(report.certificates.map(\.der.isEmpty) == [true, false])
        #expect(!bench.wire.commands.contains { $0[1] == Instruction.readBinary && $0[2] == 0x9C })
    }
}
