internal import CPCSC

/// A reader whose change is waited for.
struct WaitedReader: Hashable {
    let reader: Reader
    /// What the library shall take as known (`dwCurrentState`); 0 asks for an answer at once.
    let known: DWORD
}

/// What the library says of a waited reader.
struct WaitedState: Hashable {
    /// `dwEventState`: flags, and the event counter in bits 16 to 31.
    let event: DWORD
    let atr: [UInt8]

    func has(_ flag: Int32) -> Bool { event & DWORD(flag) != 0 }
}

extension Reader {
    /// The name that stands for the list of readers itself (SCardGetStatusChange in libpcsclite's
    /// documentation).
    static let notification = Reader(nameBytes: Array(#"\\?PnP?\Notification"#.utf8))

    /// How many readers libpcsclite waits for in one call (PCSCLITE_MAX_READERS_CONTEXTS), the notification
    /// included.
    static let maximumCount = 16
}

extension LibraryConnection {
    /// Waits at most `limit` until one of `readers` is not as known; the states are in the same order.
    ///
    /// Wraps SCardGetStatusChange. The states mean something with `success` and `timeout` only. On a time-out
    /// they were true when the wait began.
    func wait(
        for readers: [WaitedReader],
        within limit: Duration
    ) -> (code: ReturnCode, states: [WaitedState]) {
        // One buffer for all names, because the library keeps pointers into it during the call.
        let names = readers.flatMap(\.reader.cString)
        var states = unsafe [SCARD_READERSTATE](repeating: SCARD_READERSTATE(), count: readers.count)
        // Rounded up, so that the time is up afterwards.
        let milliseconds = DWORD(clamping: Int64(max(limit, .zero) / .milliseconds(1) + 0.999))
        let code = unsafe names.withUnsafeBufferPointer { names in
            var next = names.baseAddress
            for index in readers.indices {
                unsafe states[index].szReader = next
                unsafe states[index].dwCurrentState = readers[index].known
                unsafe next = next?.advanced(by: readers[index].reader.nameBytes.count + 1)
            }
            return unsafe ReturnCode(
                SCardGetStatusChange(context, milliseconds, &states, DWORD(states.count))
            )
        }
        let answers = unsafe states.map { state in
            let atr = unsafe withUnsafeBytes(of: state.rgbAtr) { bytes in
                unsafe Array(bytes.prefix(Int(clamping: state.cbAtr)))
            }
            return unsafe WaitedState(event: state.dwEventState, atr: atr)
        }
        return (code, answers)
    }

    /// The readers, in one question to the service.
    ///
    /// Wraps SCardListReaders, with more than enough room for as many names as there can be, of at most 128 bytes
    /// each with its zero (MAX_READERNAME).
    func listedReaders() throws(PCSCError) -> [Reader] {
        var names = [CChar](repeating: 0, count: Reader.maximumCount * 256)
        var length = DWORD(names.count)
        let code = unsafe ReturnCode(SCardListReaders(context, nil, &names, &length))
        if code == .noReadersAvailable { return [] }
        if let error = code.error { throw error }
        let bytes = names.prefix(Int(clamping: length)).map { UInt8(bitPattern: $0) }
        return Reader.parsing(multiString: bytes)
    }

    /// Ends a wait that is in progress in another thread; where none is, nothing happens.
    ///
    /// Wraps SCardCancel, the one call that may be made while another thread uses the context. It connects to
    /// the service, and blocks while that does not answer.
    func cancelWait() { SCardCancel(context) }
}
