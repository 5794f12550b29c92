internal import CardOperations
internal import Texts
internal import X509

/// Text that somebody else wrote, as a person may see it: personal identity numbers masked unless they are asked for.
struct ShownText {
    let showPersonalData: Bool

    /// For a terminal: nothing in it steers one.
    func line(_ text: String) -> String { Texts.printable(json(text)) }

    func line(_ name: DistinguishedName) -> String { Texts.printable(json(name)) }

    /// For a place in a line where separators follow: those in the text have a backslash (RFC 4514, 2.4).
    func value(_ text: CertificateText) -> String {
        Texts.printable(CertificateText(json(text.raw)).escaped)
    }

    /// In hexadecimal, up to the 20 octets that one may have (RFC 5280, 4.1.2.2).
    func line(serialNumber certificate: Certificate) -> String {
        Texts.printable(HexDigits.text(of: certificate.serialNumber, uppercase: true), limit: 40)
    }

    /// For JSON, which escapes by itself.
    func json(_ text: String) -> String { showPersonalData ? text : PersonalData.masked(text) }

    func json(_ name: DistinguishedName) -> String { name.description(masking: json) }
}
