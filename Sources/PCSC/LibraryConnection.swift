internal import CPCSC
internal import CardCore

/// One context of libpcsclite, with at most one card in it, and every call of that library.
///
/// Everything here blocks, and nothing here is thread-safe: it belongs to one thread at a time. `Connection`
/// sees to both.
final class LibraryConnection: @unchecked Sendable {
    /// What is in a reader, and the number to wait for a change from.
    typealias Status = (status: ReaderStatus, state: DWORD)

    let context: SCARDCONTEXT
    private var card: SCARDHANDLE?
    private var isOpen = true
    private(set) var activeProtocol = TransmissionProtocol.raw
    private(set) var atr: [UInt8] = []
    /// `nil` where the reader has not been asked yet.
    private var askedReaderLimit: ReaderLimit?

    /// The longest data that the reader takes, as far as it says.
    var readerLimit: ReaderLimit { askedReaderLimit ?? .unknown }

    /// Wraps SCardEstablishContext.
    ///
    /// Holds a lock of the whole library while the service answers.
    init() throws(ReturnCodeError) {
        var context = SCARDCONTEXT()
        let code = unsafe ReturnCode(SCardEstablishContext(DWORD(SCARD_SCOPE_SYSTEM), nil, nil, &context))
        guard code == .success else { throw ReturnCodeError(code: code) }
        self.context = context
    }

    /// Disconnects, leaving the card as it is, and releases the context.
    ///
    /// Wraps SCardReleaseContext. There is no `deinit` that does so: these calls block while the service does
    /// not answer, and the last reference may be dropped anywhere.
    func close() {
        guard isOpen else { return }
        isOpen = false
        disconnect(reset: false)
        SCardReleaseContext(context)
    }

    /// Wraps SCardListReaders: called until the list fits: it may grow between the two calls.
    func readerNames() throws(PCSCError) -> [UInt8] {
        for _ in 0..<16 {
            var length = DWORD(0)
            let asked = unsafe ReturnCode(SCardListReaders(context, nil, nil, &length))
            if asked == .noReadersAvailable { return [] }
            if let error = asked.error { throw error }
            // The library's table holds 16 readers; a longer list than this is not one.
            guard length <= 1 << 20 else { throw .other(code: ReturnCode.noMemory.rawValue, name: nil) }
            var names = [CChar](repeating: 0, count: Int(length))
            let code = unsafe ReturnCode(SCardListReaders(context, nil, &names, &length))
            if code == .insufficientBuffer { continue }
            if code == .noReadersAvailable { return [] }
            if let error = code.error { throw error }
            return names.prefix(Int(length)).map { UInt8(bitPattern: $0) }
        }
        throw .readerUnavailable
    }

    /// Wraps SCardGetStatusChange, waiting at most `limit` for a change from `known`.
    ///
    /// `known` is 0 for "tell me at once".
    func status(
        of readers: [Reader],
        known: DWORD = DWORD(SCARD_STATE_UNAWARE),
        within limit: Duration = .zero
    ) throws(PCSCError) -> [Status] {
        // One buffer for all names, because the library keeps pointers into it during the call.
        let names = readers.flatMap(\.cString)
        var states = unsafe [SCARD_READERSTATE](repeating: SCARD_READERSTATE(), count: readers.count)
        let milliseconds = DWORD(clamping: Int64(max(limit, .zero) / .milliseconds(1)))
        let code = unsafe names.withUnsafeBufferPointer { names in
            var next = names.baseAddress
            for index in readers.indices {
                unsafe states[index].szReader = next
                unsafe states[index].dwCurrentState = known
                unsafe next = next?.advanced(by: readers[index].nameBytes.count + 1)
            }
            return unsafe ReturnCode(
                SCardGetStatusChange(context, milliseconds, &states, DWORD(readers.count))
            )
        }
        if code != .timeout, let error = code.error { throw error }
        var result: [Status] = []
        for index in readers.indices {
            let state = unsafe states[index]
            let atr = unsafe withUnsafeBytes(of: state.rgbAtr) { bytes in
                unsafe Array(bytes.prefix(Int(clamping: state.cbAtr)))
            }
            let event = unsafe state.dwEventState
            result.append((ReaderStatus(reader: readers[index], eventState: event, atr: atr), event))
        }
        return result
    }

    /// Wraps SCardConnect and, where the Answer-to-Reset is not known, SCardStatus.
    ///
    /// Blocks as long as another program holds a transaction.
    func connect(_ reader: Reader, share: ShareMode, knownATR: [UInt8]? = nil) -> ReturnCode {
        var handle = SCARDHANDLE()
        var active = DWORD()
        let mode = share == .shared ? SCARD_SHARE_SHARED : SCARD_SHARE_EXCLUSIVE
        let protocols = DWORD(SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
        let code = unsafe ReturnCode(
            SCardConnect(context, reader.cString, DWORD(mode), protocols, &handle, &active)
        )
        guard code == .success else { return code }
        card = handle
        setProtocol(active)
        if let knownATR {
            atr = knownATR
            askReaderLimit()
            return code
        }
        var bytes = [UInt8](repeating: 0, count: Int(MAX_ATR_SIZE))
        var length = DWORD(bytes.count)
        let status = unsafe ReturnCode(SCardStatus(handle, nil, nil, nil, nil, &bytes, &length))
        atr = status == .success ? Array(bytes.prefix(Int(clamping: length))) : []
        askReaderLimit()
        return status
    }

    /// Asks the reader how much data it takes, where the card takes extended length.
    ///
    /// Wraps SCardControl. The driver answers from what it knows of the reader; errors mean that it is unknown.
    /// While another program is in a transaction the service refuses, so it is asked again in ours.
    private func askReaderLimit() {
        guard askedReaderLimit == nil, activeProtocol != .t0,
            let atr = try? ATR(parsing: atr), atr.cardCapabilities?.extendedLength == true
        else { return }
        let features = control(kv_get_feature_request)
        guard features.code != .sharingViolation else { return }
        guard let property = ReaderLimit.propertyRequest(inFeatures: features.answer) else {
            askedReaderLimit = .unknown
            return
        }
        let properties = control(DWORD(property))
        guard properties.code != .sharingViolation else { return }
        askedReaderLimit = ReaderLimit(properties: properties.answer)
    }

    /// Sends a control code without data; the answer is empty after an error.
    private func control(_ request: DWORD) -> (code: ReturnCode, answer: [UInt8]) {
        guard let card else { return (.removedCard, []) }
        var answer = [UInt8](repeating: 0, count: Int(MAX_BUFFER_SIZE))
        var length = DWORD()
        let code = unsafe ReturnCode(
            SCardControl(card, request, nil, 0, &answer, DWORD(answer.count), &length)
        )
        return (code, code == .success ? Array(answer.prefix(Int(clamping: length))) : [])
    }

    /// Wraps SCardBeginTransaction.
    ///
    /// Blocks as long as another program holds a transaction. Where another program reset the card, a shared
    /// connection acknowledges that once with SCardReconnect and tries again. (SCardReconnect to exclusive
    /// would wait for ever inside the library.)
    func begin(share: ShareMode) -> (code: ReturnCode, wasReset: Bool) {
        guard let card else { return (.removedCard, false) }
        let code = ReturnCode(SCardBeginTransaction(card))
        if code == .success { askReaderLimit() }
        guard code == .resetCard, share == .shared else { return (code, false) }
        var active = DWORD()
        let protocols = DWORD(SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
        let reconnected = unsafe ReturnCode(
            SCardReconnect(card, DWORD(SCARD_SHARE_SHARED), protocols, DWORD(SCARD_LEAVE_CARD), &active)
        )
        guard reconnected == .success else { return (reconnected, true) }
        setProtocol(active)
        let again = ReturnCode(SCardBeginTransaction(card))
        if again == .success { askReaderLimit() }
        return (again, true)
    }

    /// Wraps SCardEndTransaction, leaving the card as it is.
    @discardableResult
    func end() -> ReturnCode {
        guard let card else { return .removedCard }
        return ReturnCode(SCardEndTransaction(card, DWORD(SCARD_LEAVE_CARD)))
    }

    /// Wraps SCardDisconnect.
    @discardableResult
    func disconnect(reset: Bool) -> ReturnCode {
        guard let card else { return .removedCard }
        self.card = nil
        return ReturnCode(SCardDisconnect(card, DWORD(reset ? SCARD_RESET_CARD : SCARD_LEAVE_CARD)))
    }

    /// Wraps SCardTransmit.
    ///
    /// Blocks until the card answers: making a key or typing on the reader may take minutes.
    func transmit(_ command: Span<UInt8>, into buffer: inout [UInt8]) -> (code: ReturnCode, length: Int) {
        guard let card else { return (.removedCard, 0) }
        var length = DWORD(buffer.count)
        let code = unsafe command.withUnsafeBufferPointer { bytes in
            let header =
                switch activeProtocol {
                case .t0: unsafe kv_pci_t0()
                case .t1: unsafe kv_pci_t1()
                case .raw: unsafe kv_pci_raw()
                }
            return unsafe ReturnCode(
                SCardTransmit(card, header, bytes.baseAddress, DWORD(bytes.count), nil, &buffer, &length)
            )
        }
        return (code, code == .success ? min(Int(clamping: length), buffer.count) : 0)
    }

    private func setProtocol(_ active: DWORD) {
        activeProtocol =
            switch active {
            case DWORD(SCARD_PROTOCOL_T0): .t0
            case DWORD(SCARD_PROTOCOL_T1): .t1
            default: .raw
            }
    }
}

/// A return code on its way through a `throws`.
struct ReturnCodeError: Error {
    let code: ReturnCode
}
