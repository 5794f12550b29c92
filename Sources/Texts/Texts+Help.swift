/// What `--help` says of commands and options.
extension Texts {
    package var helpRoot: String {
        text(
            "Looks after the smart cards of health care: shows a card, checks, changes and unblocks its PINs."
        )
    }
    package var helpStatus: String {
        text("Show every reader and its card: codes, tries left, certificates.")
    }
    package var helpPIN: String { text("Check, change or unblock a PIN.") }
    package var helpList: String { text("Show the codes of the card and the tries left.") }
    package var helpVerify: String { text("Check whether a PIN is right.") }
    package var helpChange: String { text("Replace a PIN by a new one.") }
    package var helpUnblock: String {
        text("Unblock a PIN, with the PUK or with your service desk, and set a new one.")
    }
    package var helpCert: String { text("Show, verify and export the certificates of the card.") }
    package var helpCertList: String { text("Show the certificates of the card.") }
    package var helpCertShow: String { text("Show everything that a certificate says.") }
    package var helpCertVerify: String {
        text("Find out whether certificates are to be trusted, and why not; without ID all of the card.")
    }
    package var helpCertExport: String { text("Give certificates to other programs, as PEM or DER.") }
    package var helpCertID: String { text("The certificate, as cert list shows it.") }
    package var helpTrust: String {
        text("The certificates that are trusted: a folder of PEM or DER files, or one file.")
    }
    package var helpRevocation: String {
        text(
            "Whether a certificate is revoked: do not ask (off), look at what was fetched before (cached), or ask now (online)."
        )
    }
    package var helpRequireRevocation: String {
        text("Do not trust a certificate of which it cannot be found out whether it is revoked.")
    }
    package var helpProve: String {
        text(
            "Have the card show, with the login PIN, that it holds the key; without ID of the login certificate."
        )
    }
    package var helpVerbose: String { text("Name the files of the certificates that vouch for it, too.") }
    package var helpExportAll: String { text("Every certificate of the card.") }
    package var helpExportFormat: String { text("pem or der.") }
    package var helpExportOutput: String {
        text("Write to FILE; - is standard output. A file that is there is left alone without --force.")
    }
    package var helpExportForce: String { text("Replace FILE if it is there.") }
    package var helpAPDU: String { text("Send raw commands to the card, for administrators.") }
    package var helpDemo: String {
        text("Walk through the story of a blocked card with a software card, without hardware.")
    }
    package func helpApplication(_ names: String) -> String {
        text(
            "The application on the card: {names}. Default: the first of these that the card has.",
            ["names": names]
        )
    }
    package var helpReader: String { text("The reader, by name or by number as shown by status.") }
    package var helpJSON: String { text("Print JSON.") }
    package var helpLang: String { text("Language: sv, nb, nn or en.") }
    package var helpTrace: String {
        text(
            "Write the commands to the card and its answers to FILE, codes replaced; names on the card are in it."
        )
    }
    package var helpPersonal: String { text("Show personal identity numbers in full.") }
    package var helpPINRole: String {
        text("Which code: auth, sign, puk, admin, or its id or label as shown by status.")
    }
    package var helpStdin: String {
        text("Read the codes from standard input, one on each line, in the order asked.")
    }
    package var helpLastTry: String { text("Allow what could use up the last try of a PIN.") }
    package var helpLastPUKTry: String { text("Allow what could use up the last try of the PUK.") }
    package var helpUntested: String {
        text("Allow presenting or unblocking a code in a form that is not known for this card.")
    }
    package var helpWith: String { text("Which code unblocks it, where there are several.") }
    package var helpRetired: String { text("Show certificates of retired keys too.") }
    package var helpHex: String { text("Commands in hexadecimal; write a code as {pin}, {puk} or {new}.") }
    package var helpInteractive: String { text("Stay in a shell where kortvakt talks to the software card.") }
}
