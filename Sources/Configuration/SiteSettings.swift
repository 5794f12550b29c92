/// The site's rules for new PINs.
package struct SitePINPolicy: Hashable, Sendable {
    /// Whether a new PIN may be one repeated digit or a plain sequence (`AllowTrivial=`).
    package var allowsTrivial = false

    package init() {}
}

/// How early the site warns that a certificate will expire, in days.
package struct SiteExpiryPolicy: Hashable, Sendable {
    /// `WarnDays=`.
    package var warnDays = 60
    /// `WarnDaysReservkort=`: of a card that is valid for some weeks altogether.
    package var warnDaysReservkort = 7

    package init() {}
}

/// What the site tells a person whose card is blocked, dead or not activated.
package struct Advice: Hashable, Sendable {
    package let text: String?
    /// A telephone number, an address or the like.
    package let contact: String?
}

/// What the administrator writes in `kortvakt.conf`.
package struct SiteSettings: Hashable, Sendable {
    package let pinPolicy: SitePINPolicy
    package let expiryPolicy: SiteExpiryPolicy
    /// `RevocationMaxAgeHours=`: how long a CRL or OCSP response counts that has no nextUpdate.
    package let revocationMaxAgeHours: Int
    package let lock: LockSettings
    /// By kind, `""` for all kinds, then by key as it is written.
    private let advice: [String: [String: String]]

    private static let standardRevocationMaxAgeHours = 24

    /// The defaults: no advice, trivial PINs refused, warnings 60 days and 7 days before.
    package init() {
        pinPolicy = SitePINPolicy()
        expiryPolicy = SiteExpiryPolicy()
        revocationMaxAgeHours = Self.standardRevocationMaxAgeHours
        lock = LockSettings()
        advice = [:]
    }

    /// Reads `ETC/kortvakt.conf`, then `ETC/kortvakt.conf.d/*.conf`; later files change single keys of earlier ones.
    ///
    /// A file that is not there is no error.
    package init(etc: String = Configuration.defaultFolder) throws(ConfigurationError) {
        var sections = Sections()
        try sections.mergeFile("\(etc)/kortvakt.conf", owners: Trust.administrator, schema: .settings)
        try sections.mergeFolder("\(etc)/kortvakt.conf.d", owners: Trust.administrator, schema: .settings)
        var policy = SitePINPolicy()
        if let value = sections["PINPolicy", "AllowTrivial"] { policy.allowsTrivial = value == "true" }
        pinPolicy = policy
        var expiry = SiteExpiryPolicy()
        // The schema has checked the ranges.
        func number(_ key: String) -> Int? { sections["Certificates", key].flatMap { Int($0) } }
        if let days = number("WarnDays") { expiry.warnDays = days }
        if let days = number("WarnDaysReservkort") { expiry.warnDaysReservkort = days }
        expiryPolicy = expiry
        revocationMaxAgeHours = number("RevocationMaxAgeHours") ?? Self.standardRevocationMaxAgeHours
        try sections.checkRequiredKeys(of: .settings)
        lock = LockSettings(sections)

        var advice: [String: [String: String]] = [:]
        for group in sections.names where group == "Advice" || group.hasPrefix("Advice ") {
            advice[String(group.dropFirst("Advice ".count))] = sections.values(in: group)
        }
        self.advice = advice
    }

    /// What the site says about cards of this kind, in this language where it can.
    ///
    /// Text and contact are looked up each for itself: the kind's in the language, the kind's without language, then the
    /// same of the group for all kinds. Bokmål and nynorsk stand in for each other. `nil` when there is neither.
    package func advice(kind: String?, language: String) -> Advice? {
        let languages =
            switch language {
            case "nb": ["nb", "nn"]
            case "nn": ["nn", "nb"]
            default: [language]
            }
        let suffixes = languages.map { "[\($0)]" } + [""]
        let groups = [kind ?? "", ""].compactMap { advice[$0] }
        let find = { (key: String) in
            groups.lazy.flatMap { group in suffixes.lazy.compactMap { group[key + $0] } }.first
        }
        let found = Advice(text: find("Text"), contact: find("Contact"))
        return found.text == nil && found.contact == nil ? nil : found
    }
}
