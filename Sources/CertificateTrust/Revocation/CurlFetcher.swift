internal import COpenSSL
internal import Glibc
package import X509

/// Fetches over http with OpenSSL's own client, bounded in time and size.
///
/// Revocation lists and answers are signed, so http needs no protection; https is not spoken (RFC 5280, 8, warns of it).
/// Redirections are not followed: only what a certificate names is asked. A call that OpenSSL does not end in time, such as
/// where a name is resolved, is given up (`GivenUpCall`). Wraps `OSSL_HTTP_open` and what belongs to it.
package struct CurlFetcher: Sendable {
    package enum Failure: Error, Hashable, Sendable {
        /// https, which would need a certificate to be checked for checking a certificate.
        case secure
        case notAnAddress
        case timedOut
        /// The time was over before it was this one's turn.
        case notAsked
        /// The server or proxy has no address, refuses, or does not answer within some seconds.
        case notConnected(OpenSSLError)
        case tooLarge(limit: Int)
        /// The server points elsewhere.
        case redirected
        /// Another status than 200, a broken connection, or an answer that is no DER.
        case failed(OpenSSLError)
    }

    /// OpenSSL tries a refused connection again until the time is over, so this is what a dead server costs, in seconds.
    private static let connectLimit: Int32 = 3

    /// In seconds, before a call is given up that OpenSSL should have ended.
    private static let grace: Int64 = 5

    /// For everything that one question to this library fetches.
    package static let standardLimit = 20

    /// `HOST:PORT` or a URL of a proxy; `nil` takes `http_proxy` and `no_proxy` of the environment.
    let proxy: String?
    /// In seconds.
    let limit: Int

    package init(proxy: String? = nil, limit: Int = standardLimit) {
        (self.proxy, self.limit) = (proxy, max(1, limit))
    }

    func deadline() -> ContinuousClock.Instant { .now + .seconds(limit) }

    /// GET, or POST where there is a `body`; the answer is one DER value of at most `maximumSize` bytes.
    func fetch(
        _ address: String,
        body: (type: String, bytes: [UInt8])? = nil,
        maximumSize: Int,
        deadline: ContinuousClock.Instant
    ) throws(Failure) -> [UInt8] {
        guard WebAddress.isUsable(address), let scheme = WebAddress.scheme(of: address) else {
            throw .notAnAddress
        }
        guard scheme == .http else { throw .secure }
        let left = deadline - ContinuousClock.now
        guard left > .zero else { throw .timedOut }
        // OpenSSL counts in whole seconds, and 0 would be without end.
        let seconds = Int32(clamping: left.components.seconds + 1)
        let parts = try Self.parts(of: address)
        // More than OpenSSL allows itself, so that on a busy machine too it is OpenSSL that tells what happened.
        let answer = GivenUpCall.run(within: .seconds(Int64(seconds) + Self.grace)) {
            Result { () throws(Failure) in
                try exchange(parts, body: body, maximumSize: maximumSize, seconds: seconds)
            }
        }
        guard let answer else { throw .timedOut }
        return try answer.get()
    }

    private func exchange(
        _ parts: (host: String, port: String, path: String),
        body: (type: String, bytes: [UInt8])?,
        maximumSize: Int,
        seconds: Int32
    ) throws(Failure) -> [UInt8] {
        var input: OpaquePointer?
        if let body {
            unsafe input = BIO_new(BIO_s_mem())
            let written = unsafe BIO_write(input, body.bytes, Int32(clamping: body.bytes.count))
            guard written == body.bytes.count else {
                unsafe BIO_free_all(input)
                throw .failed(.drain())
            }
        }
        let request = unsafe OpenSSLObject<BIOObject>(adopting: input)
        let opened = unsafe OSSL_HTTP_open(
            parts.host,
            parts.port,
            proxy,
            nil,
            0,
            nil,
            nil,
            nil,
            nil,
            0,
            min(seconds, Self.connectLimit)
        )
        guard let connection = unsafe OpenSSLObject<HTTPRequestObject>(adopting: opened) else {
            throw .notConnected(.drain())
        }
        let answer = unsafe connection.with { connection -> OpaquePointer? in
            func exchange(_ body: OpaquePointer?, _ type: String?) -> OpaquePointer? {
                guard
                    unsafe OSSL_HTTP_set1_request(
                        connection,
                        parts.path,
                        nil,
                        type,
                        body,
                        nil,
                        1,
                        maximumSize,
                        seconds,
                        0
                    ) == 1
                else { return nil }
                return unsafe OSSL_HTTP_exchange(connection, nil)
            }
            guard let body else { return unsafe exchange(nil, nil) }
            return unsafe request?.with { unsafe exchange($0, body.type) } ?? nil
        }
        // OpenSSL hands out a reference of its own.
        guard let answer = unsafe OpenSSLObject<BIOObject>(adopting: answer) else {
            throw Self.failure(maximumSize)
        }
        defer { ERR_clear_error() }
        return unsafe answer.with { unsafe Self.bytes(in: $0) }
    }

    private static func bytes(in bio: OpaquePointer) -> [UInt8] {
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe kv_memory_bio(bio, &start)
        guard count > 0, let start = unsafe start else { return [] }
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
        return unsafe Array(bytes)
    }

    /// Wraps `OSSL_HTTP_parse_url`.
    private static func parts(
        of address: String
    ) throws(Failure) -> (host: String, port: String, path: String) {
        var host: UnsafeMutablePointer<CChar>?
        var port: UnsafeMutablePointer<CChar>?
        var path: UnsafeMutablePointer<CChar>?
        var query: UnsafeMutablePointer<CChar>?
        var usesTLS: Int32 = 0
        let done = unsafe OSSL_HTTP_parse_url(address, &usesTLS, nil, &host, &port, nil, &path, &query, nil)
        defer {
            unsafe CRYPTO_free(host, #file, #line)
            unsafe CRYPTO_free(port, #file, #line)
            unsafe CRYPTO_free(path, #file, #line)
            unsafe CRYPTO_free(query, #file, #line)
        }
        guard done == 1, usesTLS == 0, let host = unsafe host, let port = unsafe port,
            let path = unsafe path
        else {
            ERR_clear_error()
            throw .notAnAddress
        }
        var target = unsafe String(cString: path)
        if let query = unsafe query, unsafe query.pointee != 0 {
            target += "?" + (unsafe String(cString: query))
        }
        return unsafe (String(cString: host), String(cString: port), target)
    }

    private static func failure(_ maximumSize: Int) -> Failure {
        let error = OpenSSLError.drain()
        func http(_ reason: Int32) -> Bool { error.has(library: ERR_LIB_HTTP, reason: reason) }
        if http(HTTP_R_MAX_RESP_LEN_EXCEEDED) || http(HTTP_R_ASN1_LEN_EXCEEDS_MAX_RESP_LEN) {
            return .tooLarge(limit: maximumSize)
        }
        if http(HTTP_R_REDIRECTION_NOT_ENABLED) || http(HTTP_R_REDIRECTION_FROM_HTTPS_TO_HTTP) {
            return .redirected
        }
        let timeouts = [BIO_R_CONNECT_TIMEOUT, BIO_R_TRANSFER_TIMEOUT]
        if timeouts.contains(where: { error.has(library: ERR_LIB_BIO, reason: $0) }) { return .timedOut }
        return .failed(error)
    }
}
