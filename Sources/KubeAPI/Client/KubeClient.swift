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

    let options: ClientOptions
    let transport: Transport
    let configuration: TransportConfiguration
    let authorizer: any RequestAuthorizer
    let discovery: DiscoveryCache
    /// Sent with each request: user agent, impersonation.
    let commonHeaders: [(String, String)]
    private let limiter: RateLimiter?
    /// Credentials that the server has refused to a stream; told to the authorizer before the next request.
    private let refused = Mutex<[RequestCredential]>([])

    /// - Throws: `TransportError` where the transport cannot be set up.
    package init(
        connectingTo configuration: TransportConfiguration, authorizer: any RequestAuthorizer = NoAuthorization(),
        extraHeaders: [(String, String)] = [], options: ClientOptions = ClientOptions(), lane: Lane = .standard
    ) throws {
        self.options = options
        self.configuration = configuration
        self.authorizer = authorizer
        transport = try Transport(configuration: configuration)
        discovery = DiscoveryCache(clock: options.clock)
        commonHeaders = [("User-Agent", options.userAgent), ("Accept", "application/json")] + extraHeaders
        let isLimited = lane == .standard && options.qps > 0
        limiter =
            isLimited
            ? RateLimiter(perSecond: options.qps, burst: options.burst, clock: options.clock) : nil
    }

    /// Another client for the same server with a connection and limits of its own.
    package func client(lane: Lane) throws -> KubeClient {
        try KubeClient(
            connectingTo: configuration, authorizer: authorizer, extraHeaders: Array(commonHeaders.dropFirst(2)),
            options: options, lane: lane)
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
        var hasNewCredential = false
        while true {
            let credential = try await admit(request)
            let response: HTTPResponse
            do {
                response = try await send(request, credential)
            } catch {
                networkTries += 1
                let delay = options.retries.delay(
                    after: error, method: request.method, tries: networkTries, random: options.random())
                guard let delay else { throw failure(error, request) }
                try await options.clock.sleep(for: delay)
                continue
            }
            if response.status < 400 { return response }
            let error = APIError(
                status: response.status, headers: response.headers, body: response.body, request: request.label)
            if response.status == 401, !hasNewCredential, let credential {
                hasNewCredential = try await renew(credential, request)
                if hasNewCredential { continue }
            }
            throttleTries += 1
            let delay = options.retries.delay(
                afterStatus: response.status, retryAfter: response.headers["Retry-After"].flatMap(retryAfter),
                tries: throttleTries, random: options.random())
            guard let delay else { throw error }
            try await options.clock.sleep(for: delay)
        }
    }

    /// Waits for the rate limit and gets the credentials.
    func admit(_ request: APIRequest) async throws -> RequestCredential? {
        try await limiter?.acquire()
        let refused = refused.withLock { refused in
            defer { refused = [] }
            return refused
        }
        for credential in refused { await authorizer.rejected(credential) }
        return try await credential(for: request)
    }

    private func credential(for request: APIRequest) async throws -> RequestCredential? {
        do {
            return try await authorizer.authorization()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw APIError(
                code: 0, reason: APIError.credentialsReason, message: "no credentials: \(error)",
                request: request.label)
        }
    }

    /// - Returns: whether there is another credential to try.
    private func renew(_ credential: RequestCredential, _ request: APIRequest) async throws -> Bool {
        await authorizer.rejected(credential)
        guard let newer = try await self.credential(for: request) else { return false }
        return newer.version != credential.version
    }

    /// Remembers a 401 that a stream met: the transport's thread cannot wait for the authorizer.
    func noteRefusal(of credential: RequestCredential?) {
        guard let credential else { return }
        refused.withLock { refused in
            if !refused.contains(credential) { refused.append(credential) }
        }
    }

    private func send(
        _ request: APIRequest, _ credential: RequestCredential?
    ) async throws(TransportError) -> HTTPResponse {
        let elapsed = stopwatch(options.clock)
        do {
            var http = httpRequest(request, credential)
            http.timeout = request.timeout ?? options.requestTimeout
            let response = try await transport.send(http)
            observe(request, code: String(response.status), duration: elapsed(), headers: response.headers)
            return response
        } catch {
            observe(request, code: "<error>", duration: elapsed())
            throw error
        }
    }

    func httpRequest(_ request: APIRequest, _ credential: RequestCredential?) -> HTTPRequest {
        var headers = commonHeaders + request.headers
        if let credential { headers.append(("Authorization", credential.headerValue)) }
        return HTTPRequest(
            method: request.method, path: request.pathWithQuery, headers: headers, body: request.body,
            timeout: request.timeout, idleTimeout: request.idleTimeout, acceptsGzip: options.acceptsGzip)
    }

    func observe(_ request: APIRequest, code: String, duration: Duration, headers: HTTPHeaders? = nil) {
        guard let observer = options.observer else { return }
        observer.requestFinished(
            RequestRecord(
                method: request.method, host: configuration.server.description, code: code, duration: duration,
                request: request.label))
        for value in headers?.values("Warning") ?? [] {
            if let text = warningText(value) { observer.serverWarned(text, request: request.label) }
        }
    }

    func failure(_ error: TransportError, _ request: APIRequest) -> any Error {
        if error.code == .cancelled, Task.isCancelled { return CancellationError() }
        return APIError(error, request: request.label)
    }
}

/// Whole seconds; the other form, a date, is not used by Kubernetes.
private func retryAfter(_ value: String) -> Duration? {
    Int(value).map { .seconds(max(0, $0)) }
}
