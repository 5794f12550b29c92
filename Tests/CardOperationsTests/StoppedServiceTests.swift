import CardApplications
import CardCore
import CardOperations
import CardTesting
import Glibc
import PCSC
import Synchronization
import Testing
import VirtualCards
import VirtualReaders

/// A card service that is stopped (SIGSTOP) at the moment when the card has accepted the PIN.
///
/// Each case runs in a process of its own, because libpcsclite keeps what hangs in it.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct StoppedServiceTests {
    /// A card that has no log-out command: the end of the transaction and the reset are what is left.
    @Test func resultOfVerifyIsKeptWhereTheServiceStopsAfterIt() async {
        await #expect(processExitsWith: .success) {
            let drop = try await StoppedServiceTests.verifyAndStop(.siths)
            exit(drop == .serviceNotAnswering(mayRemember: true) ? 0 : 1)
        }
    }

    /// A card that logs out by a command, whose answer never comes.
    @Test func resultOfVerifyIsKeptWhereTheLogOutIsNotAnswered() async {
        await #expect(processExitsWith: .success) {
            let drop = try await StoppedServiceTests.verifyAndStop(.piv)
            exit(drop == .serviceNotAnswering(mayRemember: true) ? 0 : 1)
        }
    }

    /// Verifies the PIN of a card in a reader of its own; what became of the security status, `nil` where VERIFY failed.
    private static func verifyAndStop(_ profile: CardProfile) async throws -> SecurityStatusDrop? {
        try await PrivateCardService.run(driver: SharedCardService.driver) { service in
            unsafe setenv("PCSCLITE_CSOCK_NAME", service.socketPath, 1)
            _ = try await service.insertCard(BuildFolder.products + "/kortvakt-card", slot: 0) { address in
                [profile.rawValue, "--connect", address]
            }
            let reader = Reader(nameBytes: Array(service.readerName(slot: 0).utf8))
            while try Context().status(of: [reader])[0].atr.isEmpty {
                try await Task.sleep(for: .milliseconds(10))
            }
            guard let pcscd = service.pcscd else { return nil }
            defer { kill(pcscd, SIGCONT) }
            var dialog = StoppingDialog(pcscd: pcscd)
            let card = try Context().connect(reader)
            do throws(OperationError) {
                _ = try PINOperations.verify(
                    .unnamed,
                    on: ReaderConnection(card),
                    budget: TryBudget(),
                    dialog: &dialog
                )
                return dialog.drop
            } catch {
                return nil
            }
        }
    }
}

/// Types the login PIN of the software cards, and stops the card service when the card has answered.
private struct StoppingDialog: Dialog {
    let pcscd: Int32
    private(set) var drop: SecurityStatusDrop?

    init(pcscd: Int32) { self.pcscd = pcscd }

    var isInteractive: Bool { false }
    mutating func cardWork(isGoingOn: Bool) {}
    mutating func code(_ request: CodeRequest) throws(OperationError) -> SecretBytes { secret("246810") }

    mutating func choose(
        among codes: [PINReport],
        for purpose: ChoicePurpose
    ) throws(OperationError) -> PINPolicy {
        throw .cancelled
    }

    mutating func confirm(_ question: Question) throws(OperationError) -> Bool { false }
    mutating func show(_ plan: UnblockPlan) {}
    mutating func warnOfDate() {}
    func outcomeIsKnown() { kill(pcscd, SIGSTOP) }
    mutating func securityStatusEnded(_ drop: SecurityStatusDrop) { self.drop = drop }
}
