import CardApplications
import CardOperations
import Testing

/// What of PIV cards is no personal data and no reservkort.
@Suite struct HexadecimalTests {
    /// A FASC-N, a UUID and serial numbers whose digits could be dates and numbers of persons.
    @Test(arguments: [
        "D4E739DA739CED39CE739DA1685A1082108CE73984191212121212FC",
        "serialNumber=D1970010112345A1082108CE739841A191212121212B,CN=Card",
        "19700101-1234-4121-8121-1912121212AB", "urn:uuid:191212ab-1212-4191-9121-191212121212",
        "00A1212121212B19",
    ])
    func hexadecimalIsNeverHalfMasked(text: String) {
        #expect(PersonalData.masked(text) == text)
    }

    @Test(arguments: [
        ("Bea 191212121212", "Bea 19121212****"), ("ABE191212121212", "ABE19121212****"),
        ("191212121212ABEDEF", "19121212****ABEDEF"), ("DEAF-191212121212-ABE", "DEAF-19121212****-ABE"),
        ("19700101-1234-1212-1212-191212121212", "19700101-****-1212-1212-19121212****"),
    ])
    func numberOfAPersonBesideLettersIsMasked(text: String, expected: String) {
        #expect(PersonalData.masked(text) == expected)
    }

    @Test(arguments: ["piv", "openpgp", "gids", "idprime"])
    func shortValidityMakesNoReservkortOfOtherCards(family: String) throws {
        let der = try Pair.certificate("certificates/reservkort-login")
        let certificate = CardCertificate(id: "9A", label: "", pin: nil, der: der)
        #expect(TemporaryCard([certificate], family: family) == .no)
        #expect(TemporaryCard([certificate], family: "pkcs15") == .temporary(hasSignature: false))
    }
}
