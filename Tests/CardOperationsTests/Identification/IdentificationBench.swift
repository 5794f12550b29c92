import CardApplications
import CardCore
import CardOperations
import CertificateTrust
import Configuration
import Testing
import VirtualCards
import X509

extension CardIdentifier {
    static let salt = [UInt8](repeating: 0x5A, count: 32)

    /// One that knows no products.
    init(_ salt: [UInt8] = Self.salt, kinds: Set<String> = [], owners: OwnerCheck? = nil) {
        self.init(salt: salt, products: CardProducts(), kinds: kinds, owners: owners)
    }

    /// Identifies a card in memory; its certificates are judged at `instant`.
    func identify(_ bench: AnyCardBench) throws(OperationError) -> IdentifiedCard {
        var connection = bench.connection
        return identified(try read(from: &connection, atr: bench.wire.atr))
    }

    func identify(_ card: any VirtualCard, families: [String] = []) throws(OperationError) -> IdentifiedCard {
        var connection = MemoryConnection(
            reader: InMemoryReader(card: card),
            ledger: Ledger(),
            families: families
        )
        return identified(try read(from: &connection, atr: card.atr))
    }
}

/// A file of owners for the time of a test.
enum Owners {
    static func map(_ lines: String...) throws -> OwnerMap {
        try SmallFile.with(lines.joined(separator: "\n") + "\n") { try OwnerMap(path: $0) }
    }
}

/// The test PKI, which all software cards have their certificates of.
enum TestTrust {
    static let pki = OperationBench.fixtures + "/pki"

    /// 2030-01-01T00:00:00Z, when what is good is valid.
    static let instant = Instant(seconds: 1_893_456_000)

    static func store(
        _ names: [String] = ["certificates/root.der", "certificates/issuer.der"]
    ) throws -> TrustStore {
        try TrustStore(path: pki, files: names.map { ("\(pki)/\($0)", try der($0)) })
    }

    static func der(_ name: String) throws -> [UInt8] { try SmallFile.bytes("\(pki)/\(name)") }

    /// Judges without asking about revocation.
    static func check(
        _ owners: OwnerMap,
        _ names: [String] = ["certificates/root.der", "certificates/issuer.der"],
        revocation: Revocation.Policy = .off,
        requires: Bool = false
    ) throws -> OwnerCheck {
        let store = try store(names)
        return OwnerCheck(owners) {
            Examiner(
                verification: Verification(store: store),
                revocation: Revocation(policy: revocation, cache: nil),
                requiresRevocation: requires
            )
        }
    }
}
