/// What `status` shows.
extension Texts {
    package var emptyReader: String { text("no card") }
    /// The name of an application, the same in every language; `family` is the one of JSON.
    package func applicationName(_ family: String) -> String {
        switch family {
        case "pkcs15": "PKCS#15"
        case "piv": "PIV"
        case "openpgp": "OpenPGP"
        case "gids": "GIDS"
        case "idprime": "IDPrime"
        default: family
        }
    }
    package func applicationInUse(_ application: String) -> String {
        text(
            "Another program is logged in to {application}, so that application is shown.",
            ["application": application]
        )
    }
    package func otherApplications(_ names: String) -> String {
        text("Other applications, shown with --application: {names}", ["names": names])
    }
    package func unknownProduct(_ family: String) -> String {
        text("Card without a known product name ({family})", ["family": family])
    }
    package var unknownCard: String { text("Card that is not recognised") }
    package func cardLine(label: String?, serialNumber: String?) -> String? {
        switch (label, serialNumber) {
        case (let label?, let serial?):
            text("Card: {label}, serial number {serial}", ["label": label, "serial": serial])
        case (let label?, nil): text("Card: {label}", ["label": label])
        case (nil, let serial?): text("Card: serial number {serial}", ["serial": serial])
        case (nil, nil): nil
        }
    }
    package func atrLine(_ atr: String) -> String { text("ATR: {atr}", ["atr": atr]) }
    package var codes: String { text("Codes") }
    package var certificates: String { text("Certificates") }
    package var noCertificates: String { text("none") }
    package func unblockWith(_ command: String) -> String {
        text("unblock with: {command}", ["command": command])
    }
    package func validUntil(_ date: String) -> String { text("valid until {date}", ["date": date]) }
    package func holder(_ name: String, _ number: String) -> String {
        text("{name}, {number}", ["name": name, "number": number])
    }
    package func heldBy(_ holder: String) -> String { text("held by {holder}", ["holder": holder]) }
    package func issuedBy(_ issuer: String) -> String { text("issued by {issuer}", ["issuer": issuer]) }
    package var forLogin: String { text("login") }
    package var forSignatures: String { text("signatures") }
    package var unreadableCertificate: String { text("certificate that cannot be read") }
    package func applicationLine(_ name: String) -> String {
        text("Application on the card: {name}", ["name": name])
    }
    package func tried(_ families: String) -> String { text("Tried: {families}", ["families": families]) }
}
