internal import Synchronization

/// The Kubernetes API of one server.
///
/// All methods throw `APIError`, or `CancellationError` where the task was cancelled. They wait for the client's
/// rate limit first and repeat what `RetryPolicy` allows.
package final class KubeClient: Sendable {
    /// Who a client's requests compete with.
    package enum Lane: Sendable {
        /// Everything: rate-limited, one connection.
        case standard
        /// Lease renewals: not limited, on a connection of their own, so that no burst of other work delays them.
        case lease
    }

    package let configuration: ClientConfiguration
    let options: ClientOptions
    let transport: Transport
    let server: ServerAddress
    let credentials: any CredentialProvider
    let discovery: DiscoveryCache
    /// Sent with each request: user agent, impersonation.
    let commonHeaders: [(String, String)]
    private let limiter: RateLimiter?
    /// The certificates that the transport works with.
    private let material = Mutex<TLSMaterial?>(nil)
    /// Credentials that the server has refused to a stream; told to the provider before the next request.
    private let refused = Mutex<[Credential]>([])

    /// Makes no connection yet; credentials are asked for with the first request.
    ///
    /// - Parameter credentials: `nil` for those that the configuration names.
    /// - Throws: `TransportError` where the server's URL is none.
    package init(
        configuration: ClientConfiguration, credentials: (any CredentialProvider)? = nil,
        options: ClientOptions = ClientOptions(), lane: Lane = .standard
    ) throws(TransportError) {
        self.configuration = configuration
        self.options = options
        self.credentials = credentials ?? makeCredentialProvider(for: configuration)
        let connection = try TransportConfiguration(configuration)
        server = connection.server
        transport = try Transport(configuration: connection)
        discovery = DiscoveryCache(clock: options.clock)
        commonHeaders =
            [("User-Agent", options.userAgent), ("Accept", "application/json")]
            + (configuration.impersonation?.headers ?? [])
        limiter =
            lane == .standard && options.qps > 0
            ? RateLimiter(perSecond: options.qps, burst: options.burst, clock: options.clock) : nil
    }

    /// Another client for the same server, with the same credentials, on a connection and with limits of its own.
    package func client(lane: Lane) throws(TransportError) -> KubeClient {
        try KubeClient(configuration: configuration, credentials: credentials, options: options, lane: lane)
    }

    /// Aborts what is under way and closes the connections.
    package func shutdown() async { await transport.shutdown() }

    /// Any request to the server, for what has no method of its own. `path` is percent-encoded.
    ///
    /// - Throws: `APIError` for a status of 400 and above, too.
    package func request(
        _ method: String, _ path: String, query: [(String, String)] = [], headers: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> HTTPResponse {
        var request = APIRequest(method, path: path, query: query)
        request.headers = headers
        request.body = body
        return try await perform(request)
    }
}

extension KubeClient {
    /// Sends a request until it has an answer that counts.
    func perform(_ request: APIRequest) async throws -> HTTPResponse {
        var networkTries = 0
        var throttleTries = 0
        var hasRenewed = false
        while true {
            let credential = try await admit(request)
            let response: HTTPResponse
            do {
                response = try await send(request, credential)
            } catch {
                networkTries += 1
                let delay = options.retries.delay(
                    after: error, method: request.method, tries: networkTries, random: options.random())
                guard let delay else { throw await failure(error, request) }
                try await options.clock.sleep(for: delay)
                continue
            }
            if response.status < 400 { return response }
            if response.status == 401, !hasRenewed, let credential {
                hasRenewed = try await renew(credential, request)
                if hasRenewed { continue }
            }
            throttleTries += 1
            let delay = options.retries.delay(
                afterStatus: response.status, retryAfter: response.headers["Retry-After"].flatMap(retryAfter),
                tries: throttleTries, random: options.random())
            guard let delay else { throw await failure(response, request) }
            try await options.clock.sleep(for: delay)
        }
    }

    /// Waits for the rate limit, gets the credentials and hands new certificates to the transport.
    func admit(_ request: APIRequest) async throws -> Credential? {
        try await limiter?.acquire()
        let refused = refused.withLock { refused in
            defer { refused = [] }
            return refused
        }
        for credential in refused { await credentials.rejected(credential) }
        do {
            try await renewMaterial()
            return try await credentials.authorization()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw APIError(
                code: 0, reason: APIError.credentialsReason, message: "\(error)", request: request.label)
        }
    }

    private func renewMaterial() async throws {
        let current = try await credentials.tlsMaterial()
        guard material.withLock({ $0 }) != current else { return }
        let connection = try TransportConfiguration(configuration, current)
        material.withLock { material in
            material = current
            // In the lock, so that the transport ends up with what is noted here. It only queues the change.
            transport.update(connection)
        }
    }

    /// - Returns: whether there is another credential to try.
    private func renew(_ credential: Credential, _ request: APIRequest) async throws -> Bool {
        await credentials.rejected(credential)
        guard let newer = try? await credentials.authorization() else { return false }
        return newer.version != credential.version
    }

    /// Remembers a 401 that a stream met: the transport's thread cannot wait for the provider.
    func noteRefusal(of credential: Credential?) {
        guard let credential else { return }
        refused.withLock { refused in
            if !refused.contains(credential) { refused.append(credential) }
        }
    }

    private func send(
        _ request: APIRequest, _ credential: Credential?
    ) async throws(TransportError) -> HTTPResponse {
        let elapsed = stopwatch(options.clock)
        let span = ActiveSpan.current?.child("\(request.method) \(request.resource)", .client)
        do {
            var http = httpRequest(request, credential)
            http.timeout = request.timeout ?? options.requestTimeout
            if let span { http.headers.append(("traceparent", span.context.traceparent)) }
            if request.writes, let admission = options.writeAdmission {
                http.maySend = { (try? admission.check()) != nil }
            }
            let response = try await transport.send(http)
            let lacksRight =
                response.status == 403
                && APIError(status: 403, headers: response.headers, body: response.body, request: "").isRightMissing
            observe(
                request, code: String(response.status), duration: elapsed(), headers: response.headers,
                lacksRight: lacksRight)
            span?.end(request, to: server, status: response.status, after: elapsed())
            return response
        } catch {
            observe(request, code: "<error>", duration: elapsed())
            span?.end(request, to: server, error: error, after: elapsed())
            throw error
        }
    }

    func httpRequest(_ request: APIRequest, _ credential: Credential?) -> HTTPRequest {
        var headers = commonHeaders + request.headers
        if let credential { headers.append(("Authorization", credential.header.value)) }
        return HTTPRequest(
            method: request.method, path: request.pathWithQuery, headers: headers, body: request.body,
            timeout: request.timeout, idleTimeout: request.idleTimeout, acceptsGzip: options.acceptsGzip)
    }

    func observe(
        _ request: APIRequest, code: String, duration: Duration, headers: HTTPHeaders? = nil, lacksRight: Bool = false
    ) {
        guard let observer = options.observer else { return }
        observer.requestFinished(
            RequestRecord(
                method: request.method, host: server.description, code: code, duration: duration,
                request: request.label, lacksRight: lacksRight))
        for value in headers?.values("Warning") ?? [] {
            if let text = warningText(value) { observer.serverWarned(text, request: request.label) }
        }
    }

    private func failure(_ error: TransportError, _ request: APIRequest) async -> any Error {
        if error.code == .cancelled, Task.isCancelled { return CancellationError() }
        if error.code == .withheld, let refusal = refusal(of: options.writeAdmission) { return refusal }
        var failure = APIError(error, request: request.label)
        if error.code == .tls { await addCertificateProblem(to: &failure) }
        return failure
    }

    private func failure(_ response: HTTPResponse, _ request: APIRequest) async -> APIError {
        var failure = APIError(
            status: response.status, headers: response.headers, body: response.body, request: request.label)
        if failure.isUnauthorized { await addCertificateProblem(to: &failure) }
        return failure
    }

    /// The server says only that it does not know us; that the certificate has expired is seen on this side.
    private func addCertificateProblem(to error: inout APIError) async {
        if let problem = await credentials.certificateProblem() { error.message += ": \(problem)" }
    }
}

private func refusal(of admission: (any WriteAdmission)?) -> (any Error)? {
    do {
        try admission?.check()
        return nil
    } catch {
        return error
    }
}

/// Whole seconds; the other form, a date, is not used by Kubernetes.
private func retryAfter(_ value: String) -> Duration? {
    Int(value).map { .seconds(max(0, $0)) }
}
