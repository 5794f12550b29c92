package import X509

/// Whether a certificate is revoked, as far as it can be found out.
package enum RevocationStatus: Hashable, Sendable {
    /// A valid CRL or OCSP response says that it is not revoked.
    case good
    /// Revoked, since when and why; an absent reason was not given.
    case revoked(at: Instant, reason: RevocationReason?)
    /// It could not be found out; everything that stood in the way, never empty.
    case unknown([Revocation.Obstacle])
    /// Not checked, by the policy `off`.
    case unchecked

    /// Revoked, and not just on hold: nothing makes the certificate good again (RFC 5280, 5.3.1).
    var isFinal: Bool {
        if case .revoked(_, let reason) = self { reason != .certificateHold } else { false }
    }
}

/// What an entry of a CRL, the absence of one, or an OCSP SingleResponse says about one certificate.
package struct RevocationStatement: Hashable, Sendable {
    /// `good` or `revoked`.
    package let status: RevocationStatus
    package let thisUpdate: Instant
    /// `nil` where newer information is available at any time (RFC 6960, 4.2.2.1).
    package let nextUpdate: Instant?
    /// On hold, and out of date: no proof of anything, but what is older is none either.
    package let isOutdatedHold: Bool
    /// Signed by this certificate, which does not say that its own revocation is not to be asked for; `nil` as a rule.
    package var delegate: Certificate?

    /// Clocks of issuers, responders and workstations differ by so many seconds.
    package static let tolerance: Int64 = 300

    /// Judges when the statement counts.
    ///
    /// From thisUpdate to nextUpdate, and for `maximumAge` seconds after `signed` where there
    /// is no nextUpdate, with `grace` seconds more at the end. Revoked for good counts for ever.
    init<Problem: TimeProblem>(
        _ status: RevocationStatus,
        from thisUpdate: Instant,
        until nextUpdate: Instant?,
        signed: Instant,
        at instant: Instant,
        maximumAge: Int64,
        grace: Int64 = 0,
        or _: Problem.Type
    ) throws(Problem) {
        // A clock that is wrong makes nothing forgotten that is revoked for good.
        for begin in [thisUpdate, signed]
        where !status.isFinal && begin.seconds > instant.seconds + Self.tolerance {
            throw .notYetValid(from: begin)
        }
        // Times have four digits of years, so nothing overflows.
        let end = nextUpdate ?? Instant(seconds: signed.seconds + maximumAge)
        let isOver = end.seconds < instant.seconds - grace
        if isOver, status == .good {
            throw nextUpdate == nil ? .tooOld(made: signed) : .outOfDate(since: end)
        }
        (self.status, self.thisUpdate, self.nextUpdate) = (status, thisUpdate, nextUpdate)
        isOutdatedHold = isOver && !status.isFinal
    }

    /// Which of several counts: revoked for good outweighs everything; else the youngest, for a certificate may come off hold.
    static func isWeaker(_ one: RevocationStatement, than other: RevocationStatement) -> Bool {
        if one.status.isFinal != other.status.isFinal { return other.status.isFinal }
        if one.thisUpdate != other.thisUpdate { return one.thisUpdate < other.thisUpdate }
        return one.status == .good && other.status != .good
    }
}

/// Why a statement does not count at an instant.
protocol TimeProblem: Error {
    static func notYetValid(from: Instant) -> Self
    static func outOfDate(since: Instant) -> Self
    /// Without a nextUpdate it counts for a while only.
    static func tooOld(made: Instant) -> Self
}
