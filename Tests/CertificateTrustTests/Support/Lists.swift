import Testing

@testable import CertificateTrust

/// The revocation lists of the test PKI, which stand in a cache, so that nothing is fetched.
enum Lists {
    static let issuerAddress = "http://crl1pp.siths.test/testsithseidpersonhsaid3cav1.crl"
    static let rootAddress = "http://crl1pp.siths.test/testsithseidrootcav2.crl"

    /// By their addresses.
    static let all = [issuerAddress: "issuer", rootAddress: "root"]
}

extension Fixtures {
    /// What everything about a certificate comes to.
    static func examine(
        _ name: String,
        _ purpose: Purpose = .login,
        anchors: [String] = ["root"],
        issuers: [String] = Fixtures.issuers,
        policy: Revocation.Policy = .cached,
        lists: [String: String] = Lists.all,
        requiresRevocation: Bool = false,
        possession: Possession? = nil
    ) throws -> Examination {
        let folder = try Folder()
        let cache = RevocationCache(folders: ["\(folder.path)/cache"])
        for (address, list) in lists {
            let issuer =
                list == "personid3" ? "personid3-ca" : address == Lists.rootAddress ? "root" : "issuer"
            #expect(cache.keep(try crl(list), as: .crl(address, of: try certificate(issuer))) == nil)
        }
        let examiner = Examiner(
            verification: Verification(store: try store(anchors)),
            revocation: Revocation(policy: policy, cache: cache),
            requiresRevocation: requiresRevocation
        )
        let helpers = try issuers.filter { $0 != name }.map(certificate)
        return examiner.examine(
            try certificate(name),
            intermediates: Array(helpers.prefix(Verification.maximumHandedIn)),
            purpose: purpose,
            at: instant,
            possession: possession
        )
    }
}
