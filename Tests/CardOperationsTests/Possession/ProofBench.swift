import CardApplications
import CardCore
import CardOperations
import FoundationEssentials
import Testing
import VirtualCards

/// A software card that is to show that it holds a key, and somebody in front of it.
final class ProofBench {
    let profile: CardProfile
    let image: any SoftwareCardImage
    let card: any SoftwareCard
    let wire: RecordingCard
    let reader: InMemoryReader
    let ledger = Ledger()
    var dialog: ScriptedDialog
    /// What was offered to whoever makes the request.
    private(set) var offered: [SigningForm] = []
    private(set) var requests = 0
    var families: [String]
    /// The names of applets that card data gives a family.
    var applications: [CardHints.Application] = []

    static let message = Array("Visa att kortet har nyckeln.".utf8)

    init(
        _ profile: CardProfile,
        tries: [CodeRole: Int] = [:],
        edit: (inout any SoftwareCardImage) throws -> Void = { _ in }
    ) throws {
        var image = try profile.imageType.load(
            from: OperationBench.fixtures + "/cards/\(profile.rawValue).json"
        )
        try edit(&image)
        var state = CardState(fresh: image)
        for (role, left) in tries { state.setRemainingTries(left, of: role, on: image) }
        self.profile = profile
        self.image = image
        card = image.makeCard(state: state, fault: nil)
        wire = RecordingCard(card)
        reader = InMemoryReader(card: wire)
        families = profile.families
        dialog = ScriptedDialog(ledger: ledger)
        dialog.codes = [.current: [CardState.defaultCodes[.authentication] ?? ""]]
    }

    func prove(
        _ choice: CertificateChoice = .login,
        _ budget: TryBudget = TryBudget(),
        padding: SignatureJudge.Padding = .pkcs1,
        form: ([SigningForm]) -> SigningForm? = \.first
    ) throws(ProofError) -> PossessionProof {
        let connection = MemoryConnection(
            reader: reader,
            ledger: ledger,
            families: families,
            applications: applications
        )
        return try PINOperations.prove(choice, on: connection, budget: budget, dialog: &dialog) { _, forms in
            self.ledger.expect(!self.ledger.isInTransaction, "a request made inside a transaction")
            self.offered = forms
            self.requests += 1
            return form(forms).map { SignatureJudge.request($0, for: Self.message, padding: padding) }
        }
    }

    /// How a proof ended: `ok` when OpenSSL says that the signature fits, `no` when it does not, or the error in words.
    func outcome(
        _ choice: CertificateChoice = .login,
        _ budget: TryBudget = TryBudget(),
        padding: SignatureJudge.Padding = .pkcs1,
        form: ([SigningForm]) -> SigningForm? = \.first
    ) -> String {
        do throws(ProofError) {
            return isAccepted(try prove(choice, budget, padding: padding, form: form), padding) ? "ok" : "no"
        } catch {
            return error.brief
        }
    }

    func isAccepted(_ proof: PossessionProof, _ padding: SignatureJudge.Padding = .pkcs1) -> Bool {
        SignatureJudge.accepts(
            proof.signature,
            of: Self.message,
            form: proof.request.form,
            padding: padding,
            certificate: proof.certificate.der
        )
    }

    func tries(_ role: CodeRole) -> Int? {
        image.codeRules.first { $0.role == role }.flatMap { card.state.codes[$0.name]?.remainingTries }
    }

    func maximum(_ role: CodeRole) -> Int? { image.codeRules.first { $0.role == role }?.maximumTries }

    /// Commands by which cards sign: COMPUTE DIGITAL SIGNATURE, INTERNAL and GENERAL AUTHENTICATE.
    var signatures: Int {
        reader.log.count { command in
            command.ins == 0x88 || command.ins == 0x87
                || command.ins == 0x2A && (command.p1, command.p2) == (0x9E, 0x9A)
        }
    }

    /// What holds after every proof, however it ended.
    func expectOrder(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(ledger.violations.isEmpty, sourceLocation: sourceLocation)
        #expect(ledger.begun == ledger.ended, sourceLocation: sourceLocation)
        #expect(dialog.isAtRest, sourceLocation: sourceLocation)
        #expect(!card.holdsSecurityStatus, "something stayed verified", sourceLocation: sourceLocation)
        let presented = reader.commandsWithSecret
        #expect(presented <= 1, "a code went out twice", sourceLocation: sourceLocation)
        #expect(dialog.drops.count == presented, sourceLocation: sourceLocation)
        for code in Array(CardState.defaultCodes.values) + [AnyCardBench.wrong] {
            #expect(wire.count(of: code) <= 1, sourceLocation: sourceLocation)
        }
    }
}

extension ProofError {
    var brief: String {
        switch self {
        case .operation(let error): error.brief
        case .noChallenge: "no challenge"
        case .noCertificate(let id): "no certificate \(id ?? "to log in with")"
        case .notForLogin(let certificate): "\(certificate.id) is not for login"
        case .noKnownPIN(let certificate): "no PIN for \(certificate.id)"
        case .otherKey(let certificate): "\(certificate.id) is of another key"
        case .notSupported(let certificate): "not supported \(certificate.id)"
        case .notSigned(let error): "not signed: \(error.brief)"
        }
    }
}

/// Keys and certificates of `Fixtures/pki` on software cards.
enum Pair {
    /// PEM of a private key; `name` with its folder, `keys/login`, `signing/p256`.
    static func key(_ name: String) throws -> String {
        let path = OperationBench.fixtures + "/pki/\(name).key.pem"
        return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    /// DER of a certificate.
    static func certificate(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: OperationBench.fixtures + "/pki/\(name).der")))
    }
}

extension SoftwareCardImage {
    /// Gives the card another login key.
    mutating func setLoginKey(_ pem: String) { self = withKeys { isLogin, old in isLogin ? pem : old } }

    /// Takes the signature key away, so that no card could use it.
    mutating func removeOtherKeys() { self = withKeys { isLogin, old in isLogin ? old : "" } }

    private func withKeys(_ edit: (_ isLogin: Bool, _ pem: String) -> String) -> Self {
        switch self {
        case var image as FileSystemImage:
            for index in image.keys.indices {
                let isLogin = ["01", "56"].contains(image.keys[index].reference.text)
                image.keys[index].privateKey = edit(isLogin, image.keys[index].privateKey)
            }
            return image as? Self ?? self
        case var image as PIVImage:
            for index in image.keys.indices {
                let isLogin = image.keys[index].slot.text == "9A"
                image.keys[index].privateKey = edit(isLogin, image.keys[index].privateKey)
            }
            return image as? Self ?? self
        case var image as GIDSImage:
            for index in image.keys.indices {
                let isLogin = image.keys[index].reference.text == "81"
                image.keys[index].privateKey = edit(isLogin, image.keys[index].privateKey)
            }
            return image as? Self ?? self
        case var image as OpenPGPImage:
            for index in image.keys.indices {
                let isLogin = image.keys[index].use == .authentication
                image.keys[index].privateKey = edit(isLogin, image.keys[index].privateKey)
            }
            return image as? Self ?? self
        default: return self
        }
    }

    /// Puts another certificate in the place of the login certificate.
    mutating func setLoginCertificate(_ der: [UInt8]) throws {
        switch self {
        case var image as FileSystemImage:
            // IDPrime's file is no longer than its index says; DER ends by itself.
            let places = ["3F004331", "3F00A0010211"]
            let index = try #require(image.files.firstIndex { places.contains($0.path.text) })
            let length = max(image.files[index].content?.bytes.count ?? 0, der.count)
            let rest = [UInt8](repeating: 0, count: length - der.count)
            image.files[index].content = HexBytes(der + rest)
            self = try #require(image as? Self)
        case var image as PIVImage:
            let index = try #require(image.objects.firstIndex { $0.tag.text == "5FC105" })
            image.objects[index].content = HexBytes(
                Self.object(0x53, Self.object(0x70, der) + [0x71, 0x01, 0x00, 0xFE, 0x00])
            )
            self = try #require(image as? Self)
        case var image as GIDSImage:
            let index = try #require(image.files.firstIndex { $0.identifier == "A010" })
            image.files[index].objects["DF24"] = HexBytes(der)
            self = try #require(image as? Self)
        case var image as OpenPGPImage:
            image.certificates[0] = HexBytes(der)
            self = try #require(image as? Self)
        default: Issue.record("an image of a kind without certificates")
        }
    }

    private static func object(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] {
        [tag, 0x82, UInt8(value.count >> 8), UInt8(value.count & 0xFF)] + value
    }
}
