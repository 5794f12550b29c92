internal import COpenSSL
internal import X509

extension CertificatePath {
    /// Turns OpenSSL's codes into reasons.
    func outcome(result: Int32, error: Int32, chain: [UInt], findings: [Finding]) -> Outcome {
        var links: [ChainLink] = []
        var isComplete = !chain.isEmpty
        for identity in chain {
            guard let link = link(identity) else {
                isComplete = false
                break
            }
            links.append(link)
        }
        let first = ChainLink(certificate: certificate, origin: .subject)
        if links.isEmpty { links = [first] }
        var reasons = relevant(findings).sorted { $0.depth < $1.depth }.map { reason(for: $0, chain: links) }
        // Nothing is trusted that OpenSSL does not trust, or that does not end in an anchor of the store.
        let isTrusted = result == 1 && error == X509_V_OK && findings.isEmpty
        if reasons.isEmpty && !(isTrusted && isComplete && endsInAnchor(links)) {
            let code = error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error
            reasons = [.other(first, code: code, text: Self.text(code))]
        }
        return Outcome(chain: links, reasons: reasons)
    }

    private func endsInAnchor(_ chain: [ChainLink]) -> Bool {
        chain.last.map { last in store.anchors.contains { $0.certificate == last.certificate } } ?? false
    }

    private func link(_ identity: UInt) -> ChainLink? {
        if certificate.handle.identity == identity {
            return store.anchors.first { $0.certificate == certificate }.map {
                ChainLink(certificate: certificate, origin: .file($0.file))
            } ?? ChainLink(certificate: certificate, origin: .subject)
        }
        if let link = store.links[identity] { return link }
        return intermediates.first { $0.handle.identity == identity }.map {
            ChainLink(certificate: $0, origin: .handedIn)
        }
    }

    /// Without what only follows from something else.
    private func relevant(_ findings: [Finding]) -> [Finding] {
        let codes = Set(findings.map(\.code))
        let isCut = !codes.isDisjoint(with: Self.noIssuer)
        func has(_ code: Int32, _ finding: Finding) -> Bool {
            findings.contains { $0.code == code && $0.identity == finding.identity }
        }
        return findings.filter { finding in
            switch finding.code {
            // No issuer's key, so no signature of it either.
            case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
                return !isCut && codes.count == 1
            // The issuer may well be there where the search was cut short.
            case _ where Self.noIssuer.contains(finding.code):
                return !codes.contains(X509_V_ERR_CERT_CHAIN_TOO_LONG)
            // Of an authority both are said when only keyUsage is against it, of another certificate too.
            case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
                return isAuthority(finding) || !has(X509_V_ERR_INVALID_CA, finding)
            case X509_V_ERR_INVALID_CA:
                return !isAuthority(finding) || !has(X509_V_ERR_KEYUSAGE_NO_CERTSIGN, finding)
            default: return true
            }
        }
    }

    private func isAuthority(_ finding: Finding) -> Bool {
        finding.identity.flatMap { link($0) }?.certificate.extensions.isAuthority ?? false
    }

    private static let noIssuer: Set<Int32> = [
        X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
    ]

    private func reason(for finding: Finding, chain: [ChainLink]) -> Reason {
        let found = finding.identity.flatMap { link($0) }
        let atDepth = chain.indices.contains(Int(finding.depth)) ? chain[Int(finding.depth)] : nil
        guard let link = found ?? atDepth ?? chain.last else {
            return .other(nil, code: finding.code, text: Self.text(finding.code))
        }
        switch finding.code {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
            // OpenSSL finds no issuer of what it cannot read.
            if link.certificate.extensions.isMalformed { return .malformed(link) }
            let candidates = candidates(for: link)
            return candidates.isEmpty
                ? .issuerMissing(link, addresses: link.certificate.extensions.issuerAddresses)
                : .issuerKeyDiffers(link, candidates: candidates)
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return .rootNotTrusted(link)
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return .selfSigned(link)
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
            let position = chain.firstIndex(of: link).map { $0 + 1 }
            let issuer = position.flatMap { chain.indices.contains($0) ? chain[$0] : nil }
            return .signatureInvalid(link, issuer: issuer)
        case X509_V_ERR_CERT_NOT_YET_VALID: return .notYetValid(link, at: instant)
        case X509_V_ERR_CERT_HAS_EXPIRED: return .expired(link, at: instant)
        case X509_V_ERR_INVALID_CA:
            return link.certificate.extensions.isMalformed ? .malformed(link) : .notAnAuthority(link)
        case X509_V_ERR_KEYUSAGE_NO_CERTSIGN: return .mayNotIssue(link)
        case X509_V_ERR_PATH_LENGTH_EXCEEDED: return .pathTooLong(link)
        case X509_V_ERR_CERT_CHAIN_TOO_LONG: return .chainTooLong(limit: chainLimit)
        case X509_V_ERR_PERMITTED_VIOLATION: return .nameNotPermitted(link, .notPermitted)
        case X509_V_ERR_EXCLUDED_VIOLATION: return .nameNotPermitted(link, .excluded)
        case X509_V_ERR_SUBTREE_MINMAX, X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE,
            X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
            return .nameNotPermitted(link, .notComparable)
        case X509_V_ERR_NO_EXPLICIT_POLICY: return .policyMissing(found)
        case X509_V_ERR_INVALID_POLICY_EXTENSION, X509_V_ERR_INVALID_EXTENSION: return .malformed(link)
        case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
            return .unknownCriticalExtension(link, link.certificate.extensions.unknownCritical)
        // OpenSSL gives up at such a key without a code of its own.
        case X509_V_ERR_UNSPECIFIED where link.certificate.key.kind == .unreadable:
            return .unreadableKey(link)
        default: return .other(link, code: finding.code, text: Self.text(finding.code))
        }
    }

    /// Certificates that have the name of `link`'s issuer and yet have not issued it.
    private func candidates(for link: ChainLink) -> [ChainLink] {
        let handedIn = intermediates.map { ChainLink(certificate: $0, origin: .handedIn) }
        let stored = (store.anchors + store.intermediates).map {
            ChainLink(certificate: $0.certificate, origin: .file($0.file))
        }
        return (handedIn + stored).filter { candidate in
            candidate.certificate != link.certificate
                && candidate.certificate.subject.isSameName(as: link.certificate.issuer)
        }
    }

    /// Wraps `X509_verify_cert_error_string`.
    private static func text(_ code: Int32) -> String {
        unsafe X509_verify_cert_error_string(Int(code)).map { unsafe String(cString: $0) } ?? "\(code)"
    }
}
