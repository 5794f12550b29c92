import CardTesting
import FoundationEssentials
import Glibc
import Testing

@testable import CertificateTrust
@testable import X509

/// Asking over the network, which ends on this machine.
@Suite struct RevocationTests {
    private func chain(_ name: String) throws -> [ChainLink] {
        [
            ChainLink(certificate: try Fixtures.certificate(name), origin: .subject),
            ChainLink(certificate: try Fixtures.certificate("issuer"), origin: .handedIn),
            ChainLink(certificate: try Fixtures.certificate("root"), origin: .file("root.der")),
        ]
    }

    private func check(
        _ name: String,
        _ policy: Revocation.Policy,
        cache: Folder?,
        proxy: String,
        at instant: Instant = .now
    ) throws -> [Revocation.Finding] {
        Revocation(
            policy: policy,
            cache: cache.map { RevocationCache(folders: ["\($0.path)/cache"]) },
            fetcher: CurlFetcher(proxy: proxy, limit: proxy == Self.nobody ? 1 : 5)
        ).check(try chain(name), at: instant)
    }

    /// Nobody listens on the discard port here.
    private static let nobody = "127.0.0.1:9"

    @Test func theWholeChainIsAskedForAndAnswered() async throws {
        try await WebServer.run { server in
            let found = try check("login", .online, cache: nil, proxy: server.address)
            #expect(found.map(\.status) == [.good, .good])
            #expect(found.map { $0.evidence?.kind } == [.ocsp, .crl])
            #expect(found.map { $0.evidence?.isFromCache } == [false, false])
            #expect(found.first?.evidence?.address == "http://ocsp1pp.siths.test")
        }
    }

    @Test func aRevokedOneIsRevokedByResponderAndList() async throws {
        try await WebServer.run { server in
            let found = try check("revoked", .online, cache: nil, proxy: server.address)
            let expected = RevocationStatus.revoked(
                at: Instant(seconds: 1_772_366_400),
                reason: .keyCompromise
            )
            #expect(found.first?.status == expected)
            #expect(found.first?.evidence?.kind == .ocsp)
        }
        try await WebServer.run(responder: "responder-not-allowed") { server in
            let found = try check("revoked", .online, cache: nil, proxy: server.address)
            #expect(found.first?.evidence?.kind == .crl)
            guard case .revoked = found.first?.status else {
                Issue.record("not revoked")
                return
            }
        }
    }

    /// An old answer that is still in force, or a responder that has forgotten.
    @Test func whatIsKnownToBeRevokedStaysSoWhateverTheNetworkSays() async throws {
        let folder = try Folder()
        try await WebServer.run { server in
            _ = try check("revoked", .online, cache: folder, proxy: server.address)
        }
        let forgetful = RevocationServer.index.replacing(
            "R\t491231235959Z\t260301120000Z,keyCompromise",
            with: "V\t491231235959Z\t"
        )
        try await WebServer.run(index: forgetful) { server in
            let alone = try check("revoked", .online, cache: nil, proxy: server.address)
            #expect(alone.first?.status == .good)
            for _ in 0..<2 {
                let found = try check("revoked", .online, cache: folder, proxy: server.address)
                guard case .revoked = found.first?.status else {
                    Issue.record("\(found.map(\.status))")
                    return
                }
            }
        }
        guard case .revoked = try check("revoked", .cached, cache: folder, proxy: Self.nobody).first?.status
        else {
            Issue.record("the cache was overwritten")
            return
        }
    }

    @Test func whoComesOffHoldIsGoodAgain() async throws {
        let folder = try Folder()
        try await WebServer.run { server in
            let held = try check("on-hold", .online, cache: folder, proxy: server.address)
            guard case .revoked(_, .certificateHold) = held.first?.status else {
                Issue.record("not on hold")
                return
            }
        }
        let released = try Fixtures.certificate("on-hold").serialNumber.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
        let index = RevocationServer.index + "V\t491231235959Z\t\t\(released)\tunknown\t/CN=on-hold\n"
        try await WebServer.run(index: index) { server in
            let found = try check("on-hold", .online, cache: folder, proxy: server.address)
            #expect(found.first?.status == .good)
        }
    }

    /// Whoever only keeps us waiting silences nobody else.
    @Test func aMuteResponderDoesNotHideTheList() async throws {
        try await WebServer.run(responder: "mute") { server in
            let found = try check("revoked", .online, cache: nil, proxy: server.address)
            guard case .revoked = found.first?.status, found.first?.evidence?.kind == .crl else {
                Issue.record("\(found.map(\.status))")
                return
            }
        }
    }

    @Test func inOneSessionAListIsFetchedOnceAndADeadServerAskedOnce() async throws {
        try await WebServer.run(responder: "responder-not-allowed") { server in
            let revocation = Revocation(
                policy: .online,
                cache: nil,
                fetcher: CurlFetcher(proxy: server.address, limit: 5)
            )
            let session = revocation.begin()
            for name in ["login", "revoked", "on-hold"] {
                _ = revocation.check(try chain(name), at: .now, in: session)
            }
            // Three questions to the responder, one list of the issuer, one of the root.
            #expect(server.count() == 5)
        }
        let dead = Revocation(policy: .online, cache: nil, fetcher: CurlFetcher(proxy: Self.nobody, limit: 2))
        let session = dead.begin()
        for name in ["login", "revoked", "on-hold"] {
            for finding in dead.check(try chain(name), at: .now, in: session) {
                guard case .unknown(let obstacles) = finding.status else {
                    Issue.record("\(finding.status)")
                    return
                }
                #expect(!obstacles.isEmpty)
            }
        }
    }

    @Test func whatTheResponderDoesNotKnowTheListMayKnow() async throws {
        try await WebServer.run { server in
            let found = try check("on-hold", .online, cache: nil, proxy: server.address)
            guard case .revoked(_, .certificateHold) = found.first?.status else {
                Issue.record("not on hold")
                return
            }
        }
    }

    @Test func withoutAnAnswerNothingIsGood() throws {
        let found = try check("login", .online, cache: nil, proxy: Self.nobody)
        for finding in found {
            guard case .unknown(let obstacles) = finding.status else {
                Issue.record("\(finding.status)")
                return
            }
            #expect(!obstacles.isEmpty)
            #expect(finding.evidence == nil)
        }
        guard case .unknown(let obstacles) = found.first?.status, obstacles.count == 2,
            case .notFetched("http://ocsp1pp.siths.test", .notConnected) = obstacles[0],
            case .notFetched = obstacles[1]
        else {
            Issue.record("other obstacles")
            return
        }
    }

    @Test func whatWasFetchedIsRememberedAndItsAgeKnown() async throws {
        let folder = try Folder()
        try await WebServer.run { server in
            let before = Instant.now
            let first = try check("login", .online, cache: folder, proxy: server.address)
            #expect(first.allSatisfy { $0.cacheFailure == nil })
            let asked = try #require(server.count())
            let second = try check("login", .cached, cache: folder, proxy: server.address)
            #expect(server.count() == asked)
            #expect(second.map(\.status) == [.good, .good])
            for finding in second {
                let evidence = try #require(finding.evidence)
                #expect(evidence.isFromCache)
                #expect(evidence.fetched >= before && evidence.fetched <= .now)
            }
        }
        // Where nobody answers any more, what is still valid counts.
        let third = try check("login", .online, cache: folder, proxy: Self.nobody)
        #expect(third.map(\.status) == [.good, .good])
        #expect(third.map { $0.evidence?.isFromCache } == [true, true])
        // In two days the answer is out of date, and nothing else is known of the login certificate.
        let later = Instant(seconds: Instant.now.seconds + 2 * 86_400)
        guard
            case .unknown(let obstacles) = try check(
                "login",
                .cached,
                cache: folder,
                proxy: Self.nobody,
                at: later
            ).first?.status
        else {
            Issue.record("still good")
            return
        }
        guard case .ocsp(_, .outOfDate) = obstacles.first else {
            Issue.record("\(obstacles)")
            return
        }
    }

    @Test func filesOfTheCacheAreWholeAndNobodyElsesToWrite() async throws {
        let folder = try Folder()
        try await WebServer.run { server in
            _ = try check("login", .online, cache: folder, proxy: server.address)
        }
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        // An answer tells who used the machine; lists are everybody's.
        for (kind, folderMode, fileMode) in [("ocsp", 0o700, 0o600), ("crl", 0o755, 0o644)] {
            let kept = "\(folder.path)/cache/\(kind)"
            #expect(try mode(kept) == folderMode)
            let names = try FileManager.default.contentsOfDirectory(atPath: kept)
            #expect(names.count == 1)
            for name in names {
                #expect(name.count == 64 && !name.contains("login"))
                #expect(try mode("\(kept)/\(name)") == fileMode)
                // A file that others may write to is not believed.
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o666],
                    ofItemAtPath: "\(kept)/\(name)"
                )
            }
        }
        let found = try check("login", .cached, cache: folder, proxy: Self.nobody)
        #expect(found.map(\.status) == [.unknown([.notCached]), .unknown([.notCached])])
    }

    @Test func aFolderThatCannotBeWrittenChangesNoAnswer() async throws {
        let folder = try Folder()
        try folder.write("a file", to: "cache")
        try await WebServer.run { server in
            let found = try check("login", .online, cache: folder, proxy: server.address)
            #expect(found.map(\.status) == [.good, .good])
            #expect(found.map(\.cacheFailure) == [ENOTDIR, ENOTDIR])
        }
    }

    @Test func anEmptyCacheKnowsNothing() throws {
        let found = try check("login", .cached, cache: Folder(), proxy: Self.nobody)
        #expect(found.map(\.status) == [.unknown([.notCached]), .unknown([.notCached])])
        let without = try check("login", .cached, cache: nil, proxy: Self.nobody)
        #expect(without.map(\.status) == [.unknown([.notCached]), .unknown([.notCached])])
    }

    @Test func offAsksNobody() throws {
        let found = try check("login", .off, cache: nil, proxy: Self.nobody)
        #expect(found.map(\.status) == [.unchecked, .unchecked])
    }

    @Test func aCertificateWithoutAUsableAddressIsUnknown() throws {
        let found = try check("no-address", .online, cache: nil, proxy: Self.nobody)
        let others = [CertificateText("ldap://katalog.siths.test/cn=TEST")]
        #expect(found.first?.status == .unknown([.noAddress(others: others)]))
    }

    @Test func httpsIsNotSpokenAndSaid() throws {
        let found = try check("addresses", .online, cache: nil, proxy: Self.nobody)
        guard case .unknown(let obstacles) = found.first?.status else {
            Issue.record("known")
            return
        }
        #expect(obstacles.first == .notFetched(address: "https://ocsp.siths.test/x", .secure))
    }
}
