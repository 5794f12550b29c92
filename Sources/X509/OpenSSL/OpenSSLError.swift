internal import COpenSSL

/// What OpenSSL said when a call failed, oldest first.
///
/// For logs and reports; a person gets the reason that was made of it.
package struct OpenSSLError: Error, Hashable, Sendable {
    /// One line of OpenSSL's error queue.
    package struct Entry: Hashable, Sendable {
        package let code: UInt
        package let text: String
        /// What OpenSSL adds, such as an address or a status.
        package let detail: String

        package init(code: UInt, text: String, detail: String) {
            (self.code, self.text, self.detail) = (code, text, detail)
        }
    }

    package let entries: [Entry]

    package init(entries: [Entry]) { self.entries = entries }

    /// Whether one of the errors is this reason of this library (`ERR_LIB_…`).
    package func has(library: Int32, reason: Int32) -> Bool {
        entries.contains { entry in
            ERR_GET_LIB(entry.code) == library && ERR_GET_REASON(entry.code) == reason
        }
    }

    /// Empties this thread's queue of errors, and makes one where there is none.
    ///
    /// To be called before what may fail for want of memory: without a queue nothing tells that from any other failure.
    package static func prepareQueue() throws(OpenSSLError) {
        guard kv_error_queue_works() == 1 else { throw OpenSSLError(entries: []) }
    }

    /// Memory ran out, so that nothing is known of what was asked.
    package var isOutOfMemory: Bool { entries.contains { ERR_GET_REASON($0.code) == ERR_R_MALLOC_FAILURE } }

    /// Whether a signature was looked at and is wrong, and not a call could not be done.
    ///
    /// RSA says what is wrong with a signature (`ERR_LIB_RSA`); other kinds of keys leave nothing but that there was an error.
    package func isWrongSignature(isRSA: Bool) -> Bool {
        guard !isOutOfMemory else { return false }
        if isRSA { return entries.contains { ERR_GET_LIB($0.code) == ERR_LIB_RSA } }
        return !entries.contains { [ERR_LIB_EVP, ERR_LIB_CRYPTO].contains(ERR_GET_LIB($0.code)) }
    }

    /// OpenSSL keeps 16 errors a thread (`ERR_NUM_ERRORS`); more are not waited for.
    private static let maximumCount = 16

    /// Takes everything out of this thread's error queue.
    ///
    /// To be called right after the failing call, on the same thread, before anything else of OpenSSL. Wraps
    /// `ERR_get_error_all`.
    package static func drain() -> OpenSSLError {
        var entries: [Entry] = []
        while entries.count < maximumCount {
            var detail: UnsafePointer<CChar>?
            var flags: Int32 = 0
            let code = unsafe ERR_get_error_all(nil, nil, nil, &detail, &flags)
            guard code != 0 else { break }
            let text = unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
            entries.append(
                Entry(
                    code: UInt(code),
                    text: text ?? "error \(String(code, radix: 16))",
                    detail: unsafe detail.map { unsafe String(cString: $0) } ?? ""
                )
            )
        }
        ERR_clear_error()
        return OpenSSLError(entries: entries)
    }
}
