internal import CCurl
internal import Glibc

extension TransportError {
    /// What libcurl's result means, in one line for people.
    static func from(_ code: CURLcode, _ easy: borrowing EasyHandle, _ configuration: TransportConfiguration) -> Self {
        let server = configuration.server
        let text = oneLine(easy.errorText.isEmpty ? String(cString: curl_easy_strerror(code)) : easy.errorText)
        if let refusal = refusedCertificate(text) {
            return Self(.tls, "\(server) refused the client certificate: \(refusal)")
        }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            return Self(.connect, "cannot reach \(server): the name cannot be resolved")
        case CURLE_COULDNT_RESOLVE_PROXY:
            return Self(.connect, "cannot reach \(server): the proxy's name cannot be resolved")
        case CURLE_COULDNT_CONNECT:
            let number = easy.info(CURLINFO_OS_ERRNO)
            let path = (configuration.proxyURL ?? "").isEmpty ? "" : " through the proxy"
            return Self(.connect, "cannot reach \(server)\(path): \(number == 0 ? text : errorString(number))")
        case CURLE_PROXY:
            return Self(.connect, "cannot reach \(server) through the proxy: \(text)")
        case CURLE_OPERATION_TIMEDOUT:
            // All other time limits are the loop's; libcurl has only that of the connection's set-up.
            return Self(.timeout, "cannot reach \(server): no connection within \(configuration.connectTimeout)")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            return Self(.tls, untrusted(server, easy.info(CURLINFO_SSL_VERIFYRESULT), text))
        case CURLE_SSL_CERTPROBLEM:
            return Self(.tls, "the client certificate or its key cannot be used: \(text)")
        case CURLE_SSL_CACERT_BADFILE:
            return Self(.tls, "the certificate authority for \(server) holds no readable PEM certificate")
        case CURLE_SSL_CONNECT_ERROR:
            return Self(.tls, "no TLS connection to \(server): \(handshakeFailure(text))")
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2,
            CURLE_HTTP2_STREAM:
            return Self(.closed, "the connection to \(server) ended before the response was complete: \(text)")
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY:
            return Self(.protocol, "\(server) does not speak HTTP: \(text)")
        default:
            return Self(.protocol, "the exchange with \(server) failed: \(text)")
        }
    }

    private static func untrusted(_ server: ServerAddress, _ verifyResult: Int, _ text: String) -> String {
        // Numbers of OpenSSL's x509_vfy.h.
        let cause =
            switch verifyResult {
            case 9: "it is not valid yet; check this machine's clock"
            case 10: "it has expired; renew it, or check this machine's clock"
            case 18, 19, 20, 21: "it is not signed by the configured certificate authority"
            case 62, 64: Self.otherName
            case _ where text.contains("match") && text.contains("target host name"): Self.otherName
            default: text
            }
        return "the certificate of \(server) is not accepted: \(cause)"
    }

    private static let otherName = "it is for another name; check the server's address and tls-server-name"

    /// With TLS 1.3 the refusal arrives as an alert when the connection is already in use.
    private static func refusedCertificate(_ text: String) -> String? {
        guard text.contains(" alert ") else { return nil }
        let reasons = [
            "certificate expired": "it has expired", "certificate revoked": "it is revoked",
            "unknown ca": "the server does not know its issuer", "certificate required": "one is required",
            "bad certificate": "it is not accepted", "certificate unknown": "it is not accepted",
            "unsupported certificate": "its kind is not supported",
        ]
        return reasons.first { text.contains($0.key) }?.value
    }

    private static func handshakeFailure(_ text: String) -> String {
        if text.contains("SSL_ERROR_SYSCALL") { return "the server ended it during the TLS handshake" }
        if text.contains("wrong version number") { return "the server does not speak TLS on this port" }
        if text.contains("unsupported protocol") || text.contains("alert protocol version") {
            return "no common TLS version; 1.2 is the lowest allowed"
        }
        return text
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func errorString(_ number: Int) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(Int32(number), &buffer, buffer.count) == 0 else { return "error \(number)" }
        return buffer.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? "error \(number)"
        }
    }
}
