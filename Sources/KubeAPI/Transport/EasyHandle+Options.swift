internal import CCurl

extension EasyHandle {
    /// The options that follow from the configuration.
    func apply(_ configuration: TransportConfiguration) throws(TransportError) {
        try set(CURLOPT_NOSIGNAL, true)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, false)
        try set(CURLOPT_PATH_AS_IS, true)
        try set(CURLOPT_BUFFERSIZE, 128 << 10)
        try set(CURLOPT_CONNECTTIMEOUT_MS, configuration.connectTimeout.milliseconds)
        try set(CURLOPT_TCP_KEEPALIVE, true)
        let keepAlive = max(1, configuration.keepAliveInterval.milliseconds / 1000)
        try set(CURLOPT_TCP_KEEPIDLE, keepAlive)
        try set(CURLOPT_TCP_KEEPINTVL, keepAlive)
        if let proxyURL = configuration.proxyURL {
            try set(CURLOPT_PROXY, proxyURL)
            // The environment's exceptions are not meant for a proxy that the kubeconfig names.
            try set(CURLOPT_NOPROXY, "")
        } else if configuration.server.isLoopback {
            try set(CURLOPT_PROXY, "")
        }
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
        if configuration.server.usesTLS {
            try applyTLS(configuration)
        } else {
            try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        }
    }

    private func applyTLS(_ configuration: TransportConfiguration) throws(TransportError) {
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        // Without it a burst of requests opens a connection each, before the first one is known to multiplex.
        try set(CURLOPT_PIPEWAIT, true)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_SSL_VERIFYPEER, !configuration.skipsVerification)
        try set(CURLOPT_SSL_VERIFYHOST, configuration.skipsVerification ? 0 : 2)
        if let authority = configuration.certificateAuthority {
            // The system's authorities are the default of both options and would be trusted beside ours.
            try set(CURLOPT_CAINFO, nil)
            try set(CURLOPT_CAPATH, nil)
            try set(CURLOPT_CAINFO_BLOB, blob: authority)
        }
        if let identity = configuration.clientIdentity {
            try set(CURLOPT_SSLCERTTYPE, "PEM")
            try set(CURLOPT_SSLCERT_BLOB, blob: identity.certificate)
            try set(CURLOPT_SSLKEYTYPE, "PEM")
            try set(CURLOPT_SSLKEY_BLOB, blob: identity.key)
        }
    }

    /// The options of one request.
    mutating func apply(_ request: HTTPRequest, _ configuration: TransportConfiguration) throws(TransportError) {
        let server = configuration.server
        guard request.path.hasPrefix("/"), request.path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw TransportError(.protocol, "the path of a request is not percent-encoded: \(request.path)")
        }
        var headers: [String] = []
        // The URL carries the name that TLS is to see; the connection goes to the real host.
        if let name = configuration.tlsServerName, server.usesTLS {
            try set(CURLOPT_URL, server.url(path: request.path, host: name))
            try set(CURLOPT_CONNECT_TO, list: ["::\(server.bracketedHost):\(server.port)"])
            headers.append("Host: \(server.description)")
        } else {
            try set(CURLOPT_URL, server.url(path: request.path))
        }
        try applyMethod(request)
        for (name, value) in request.headers {
            guard !(name + value).utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) else {
                throw TransportError(.protocol, "header \(name.debugDescription) holds a line break")
            }
            headers.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        // libcurl would wait for a "100 Continue" that few servers send, and label bodies as forms.
        headers.append("Expect:")
        if !request.headers.contains(where: { $0.0.lowercased() == "content-type" }) { headers.append("Content-Type:") }
        try set(CURLOPT_HTTPHEADER, list: headers)
        if request.acceptsGzip { try set(CURLOPT_ACCEPT_ENCODING, "gzip") }
    }

    private func applyMethod(_ request: HTTPRequest) throws(TransportError) {
        switch (request.method, request.body) {
        case ("GET", nil): try set(CURLOPT_HTTPGET, true)
        case ("HEAD", nil): try set(CURLOPT_NOBODY, true)
        case ("DELETE", nil): try set(CURLOPT_CUSTOMREQUEST, "DELETE")
        default:
            try setBody(request.body ?? [])
            try set(CURLOPT_CUSTOMREQUEST, request.method)
        }
    }
}

extension Duration {
    /// Rounded up, so that a wait of this length is over when the time has come; never negative.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < Int64.max / 2000 else { return Int(Int32.max) }
        return max(0, Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
    }
}
