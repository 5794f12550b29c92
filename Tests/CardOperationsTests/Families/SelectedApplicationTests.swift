import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// A code reaches the application that is meant, or nothing, also where another program selects another one at any time.
@Suite struct SelectedApplicationTests {
    /// Cards of every family, each with the beginning of its application's name.
    private static let applications: [(profile: CardProfile, family: String, aid: [UInt8])] = [
        (.sithsT1, "pkcs15", [0xA0, 0x00, 0x00, 0x00, 0x63] + Array("PKCS-15".utf8)),
        (.piv, "piv", [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00]),
        (.pivYubiKey, "piv", [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00]),
        (.openpgp, "openpgp", [0xD2, 0x76, 0x00, 0x01, 0x24, 0x01]),
        (.gids, "gids", [0xA0, 0x00, 0x00, 0x03, 0x97, 0x42, 0x54, 0x46, 0x59]),
        (.idprime940, "idprime", [0xA0, 0x00, 0x00, 0x00, 0x18, 0x80, 0x00, 0x00, 0x00, 0x06, 0x62]),
    ]

    /// Two applications on one card, the family that is meant, and where card data names it.
    struct Pair: Sendable, CustomTestStringConvertible {
        let first: CardProfile
        let second: CardProfile
        let isNamedByCardData: Bool

        var testDescription: String {
            "\(first.rawValue) and \(second.rawValue)\(isNamedByCardData ? ", named" : "")"
        }
    }

    private static let pairs: [Pair] = applications.flatMap { first in
        applications.filter { second in
            // No ATR is that of both.
            second.family != first.family
                && Set([first.profile, second.profile]) != [.pivYubiKey, .idprime940]
        }.flatMap { second in
            [false, true].map { Pair(first: first.profile, second: second.profile, isNamedByCardData: $0) }
        }
    }

    /// When another program selects the application that is not meant.
    enum Moment: CaseIterable, Sendable {
        case beforeTheCommand
        case atTheFirstPrompt
        case atTheSecondPrompt
    }

    /// Where codes of both applications have the same value, so that only the counters tell which one was reached.
    private struct Bench {
        let applications: [any SoftwareCard]
        let families: [String]
        let card: TwoApplicationCard
        let reader: InMemoryReader
        let ledger = Ledger()
        var dialog: ScriptedDialog
        let hints: [String]
        let meant: Int

        init(_ pair: Pair, isFirstCurrent: Bool = true) throws {
            let profiles = [pair.first, pair.second]
            applications = try profiles.map { profile in
                let path = OperationBench.fixtures + "/cards/\(profile.rawValue).json"
                let image = try profile.imageType.load(from: path)
                return image.makeCard(state: CardState(fresh: image), fault: nil)
            }
            families = profiles.map { profile in
                SelectedApplicationTests.applications.first { $0.profile == profile }?.family ?? ""
            }
            // The ATR decides how PIV of a YubiKey is asked, and how IDPrime pads codes; that of others tells nothing.
            let telling = zip(profiles, applications).first { [.pivYubiKey, .idprime940].contains($0.0) }
            let atr = telling?.1.atr ?? [0x3B, 0x80, 0x01, 0x81]
            card =
                isFirstCurrent
                ? TwoApplicationCard(applications[0], applications[1], atr: atr)
                : TwoApplicationCard(applications[1], applications[0], atr: atr)
            reader = InMemoryReader(card: card)
            hints = pair.isNamedByCardData ? [families[0]] : []
            let order = CardFamilies.names
            let isFirstEarlier =
                (order.firstIndex(of: families[0]) ?? 0) < (order.firstIndex(of: families[1]) ?? 0)
            meant = pair.isNamedByCardData || isFirstEarlier ? 0 : 1
            dialog = ScriptedDialog(ledger: ledger)
            dialog.codes = [.current: ["246810"], .new: ["804629"], .unblocking: ["13572468"]]
        }

        var connection: MemoryConnection {
            MemoryConnection(reader: reader, ledger: ledger, families: hints)
        }

        /// Selects the application that is not meant, as another program does.
        func selectOther() {
            let family = families[1 - meant]
            guard let aid = SelectedApplicationTests.applications.first(where: { $0.family == family })?.aid
            else { return }
            _ = card.process([0x00, 0xA4, 0x04, 0x00, UInt8(aid.count)] + aid)
        }

        /// Whether no code and no counter of the application that is not meant has changed.
        func otherIsUntouched(_ before: [CardState]) -> Bool {
            applications[1 - meant].state.codes == before[1 - meant].codes
        }
    }

    @Test(arguments: pairs, Moment.allCases)
    func codeReachesTheApplicationThatIsMeantOnly(pair: Pair, moment: Moment) throws {
        for operation in Operation.allCases {
            for isFirstCurrent in [true, false] {
                var bench = try Bench(pair, isFirstCurrent: isFirstCurrent)
                let before = bench.applications.map(\.state)
                if moment == .beforeTheCommand { bench.selectOther() }
                let other = bench
                bench.ledger.beforeTransaction = { number in
                    if moment != .beforeTheCommand, number == 2 { other.selectOther() }
                }
                bench.dialog.respond = { _ in "0000000000000000" }
                let outcome = outcome { () throws(OperationError) in
                    switch operation {
                    case .verify:
                        _ = try PINOperations.verify(
                            .unnamed,
                            on: bench.connection,
                            budget: TryBudget(untested: true),
                            dialog: &bench.dialog
                        )
                    case .change:
                        _ = try PINOperations.change(
                            .unnamed,
                            on: bench.connection,
                            budget: TryBudget(untested: true),
                            dialog: &bench.dialog
                        )
                    case .unblock:
                        _ = try PINOperations.unblock(
                            .role(.auth),
                            with: bench.families[bench.meant] == "openpgp" ? "admin" : nil,
                            on: bench.connection,
                            budget: TryBudget(untested: true),
                            dialog: &bench.dialog
                        )
                    }
                }
                #expect(
                    bench.otherIsUntouched(before),
                    "\(operation) reached the other application: \(outcome)"
                )
                if operation != .unblock { #expect(outcome == "ok", "\(operation)") }
                if operation == .change {
                    #expect(bench.applications[bench.meant].state.codes != before[bench.meant].codes)
                }
                #expect(!bench.applications[bench.meant].holdsSecurityStatus)
                #expect(bench.ledger.violations.isEmpty)
            }
        }
    }

    /// `pin list`, `status` and `pin verify --pin ID` mean the same application and the same ids.
    @Test(arguments: pairs, [false, true])
    func readingAndPresentingAgreeOnTheApplication(pair: Pair, otherIsSelected: Bool) throws {
        var bench = try Bench(pair)
        if otherIsSelected { bench.selectOther() }
        var connection = bench.connection
        let list = try CardReport.read([], from: &connection)
        let status = try CardReport.read([.identity, .certificates], from: &connection)
        #expect(list.family == bench.families[bench.meant])
        #expect(status.family == list.family && !list.keepsLogin && !status.keepsLogin)
        #expect(status.pins.map(\.policy.id) == list.pins.map(\.policy.id))
        let pin = try #require(list.pins.first { $0.policy.role == .auth })
        let done = try PINOperations.verify(
            .name(pin.policy.id),
            on: bench.connection,
            budget: TryBudget(),
            dialog: &bench.dialog
        )
        #expect(done.policy.id == pin.policy.id && done.policy.reference == pin.policy.reference)
    }

    @Test(arguments: pairs)
    func namedApplicationIsTheOneThatIsUsed(pair: Pair) throws {
        for index in [0, 1] {
            var bench = try Bench(pair)
            let before = bench.applications.map(\.state)
            var connection = bench.connection
            connection.chosenFamily = bench.families[index]
            #expect(try CardReport.read([], from: &connection).family == bench.families[index])
            bench.dialog.codes[.current] = ["975318"]
            let outcome = outcome { () throws(OperationError) in
                var connection = bench.connection
                connection.chosenFamily = bench.families[index]
                _ = try PINOperations.verify(
                    .unnamed,
                    on: connection,
                    budget: TryBudget(),
                    dialog: &bench.dialog
                )
            }
            #expect(outcome.hasPrefix("wrong"), "\(bench.families[index]): \(outcome)")
            #expect(bench.applications[1 - index].state.codes == before[1 - index].codes)
            #expect(bench.applications[index].state.codes != before[index].codes)
        }
    }

    @Test func applicationThatIsNotThereIsSaidSo() throws {
        let bench = try AnyCardBench(.piv)
        var connection = bench.connection
        connection.chosenFamily = "openpgp"
        #expect(try CardReport.read([], from: &connection).family == nil)
        let outcome = outcome { () throws(OperationError) in
            var connection = bench.connection
            connection.chosenFamily = "openpgp"
            _ = try PINOperations.verify(
                .unnamed,
                on: connection,
                budget: TryBudget(),
                dialog: &bench.dialog
            )
        }
        #expect(outcome == "card no application openpgp")
        #expect(bench.dialog.requests.isEmpty && bench.reader.commandsWithSecret == 0)
    }
}
