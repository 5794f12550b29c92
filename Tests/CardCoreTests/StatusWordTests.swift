import CardCore
import Testing

@Suite struct StatusWordTests {
    @Test("T18: 63C0 to 63CF say how many tries are left", arguments: 0...15 as ClosedRange<UInt16>)
    func triesAreReadFrom63CX(tries: UInt16) {
        #expect(StatusWord(rawValue: 0x63C0 + tries).remainingTries == Int(tries))
    }

    @Test("T18: no other status says anything about tries")
    func onlySixteenStatusWordsReportTries() {
        let reporting = (0...UInt16.max).filter { StatusWord(rawValue: $0).remainingTries != nil }
        #expect(reporting == Array(0x63C0...0x63CF))
    }

    @Test(
        "T18: the statuses of failed codes are told apart",
        arguments: [
            (0x6300, .verificationFailed), (0x6983, .authenticationMethodBlocked),
            (0x6984, .referenceDataNotUsable), (0x6985, .conditionsNotSatisfied), (0x6A80, .incorrectData),
            (0x6700, .wrongLength), (0x6B00, .wrongParameters), (0x6982, .securityStatusNotSatisfied),
        ] as [(UInt16, StatusWord)]
    )
    func namedStatusesHaveTheirNumbers(raw: UInt16, status: StatusWord) {
        #expect(StatusWord(rawValue: raw) == status)
        #expect(!status.isSuccess)
        #expect(status.remainingTries == nil)
    }

    @Test(arguments: [0x6301, 0x6303, 0x630F, 0x6400, 0x64FF, 0x6BC3] as [UInt16])
    func unknownStatusesPassUnchanged(raw: UInt16) {
        let status = StatusWord(rawValue: raw)
        #expect(Hex.bytes(of: status.description) == [status.sw1, status.sw2])
        #expect(status.remainingTries == nil)
    }
}
