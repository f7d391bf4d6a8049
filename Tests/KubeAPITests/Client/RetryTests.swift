import Support
import Testing

@testable import KubeAPI

@Suite("Retries of the client", .timeLimit(.minutes(1)))
struct RetryTests {
    private let key = ObjectKey(namespace: "shop", name: "web")

    @Test("A read is repeated after errors of the network, a write is not")
    func network() async throws {
        let server = try LoopbackServer { _, connection in connection.reset() }
        let client = try KubeClient.fixture(server) { $0.retries.networkRetries = 2 }
        let read = await APIError.thrown { try await client.get(.configMap, key) }
        #expect(read?.transport?.code == .closed)
        #expect(server.requests.filter { $0.method == "GET" }.count == 3)
        for body in [
            { try await client.create(.configMap("web"), as: .configMap) },
            { try await client.update(.configMap("web"), as: .configMap) },
            { try await client.patch(.configMap, key, .apply([:], force: true)) },
        ] as [() async throws -> DynamicObject] {
            #expect(await APIError.thrown(by: body)?.isTransport == true)
        }
        #expect(server.requests.map(\.method) == ["GET", "GET", "GET", "POST", "PUT", "PATCH"])
        await client.shutdown()
    }

    @Test("Any verb is repeated on 429 and 503 that name a time, after that time", arguments: [429, 503])
    func throttled(status: Int) async throws {
        let server = try LoopbackServer { request, connection in
            if request.headers["X-Try"] == nil, connection.number == 1 {
                connection.respond(status, [("Retry-After", "7"), ("Connection", "close")])
                connection.finish()
            } else {
                connection.respond()
            }
        }
        let clock = ManualClock()
        let client = try KubeClient.fixture(server) { $0.clock = clock }
        let task = Task { try await client.create(.configMap("web"), as: .configMap) }
        try await clock.waitUntilSleeping()
        #expect(clock.timeToNextWake == .seconds(7))
        #expect(server.requests.count == 1)
        clock.advance(by: .seconds(7))
        _ = try await task.value
        #expect(server.requests.map(\.method) == ["POST", "POST"])
        await client.shutdown()
    }

    @Test("Without a time to wait, the answer is the caller's", arguments: [429, 500, 503, 504])
    func notThrottled(status: Int) async throws {
        let server = try LoopbackServer { _, connection in connection.respond(status) }
        let client = try KubeClient.fixture(server)
        let error = await APIError.thrown { try await client.get(.configMap, key) }
        #expect(error?.code == status)
        #expect(server.requests.count == 1)
        await client.shutdown()
    }

    @Test("A refused token is exchanged for a newer one once")
    func newerToken() async throws {
        let server = try LoopbackServer { request, connection in
            connection.respond(request.headers["Authorization"] == "Bearer t2" ? 200 : 401)
        }
        let credentials = FixtureCredentials(tokens: 3)
        let client = try KubeClient.fixture(server, credentials: credentials)
        _ = try await client.create(.configMap("web"), as: .configMap)
        #expect(server.requests.map { $0.headers["Authorization"] } == ["Bearer t1", "Bearer t2"])
        #expect(credentials.rejectedVersions == [1])
        await client.shutdown()
    }

    @Test("Where there is no newer token, or that one is refused too, 401 is the answer", arguments: [(1, 1), (9, 2)])
    func noNewerToken(tokens: Int, wantRequests: Int) async throws {
        let server = try LoopbackServer { _, connection in connection.respond(401, [], "no") }
        let client = try KubeClient.fixture(server, credentials: FixtureCredentials(tokens: tokens))
        let error = await APIError.thrown { try await client.get(.configMap, key) }
        #expect(error?.isUnauthorized == true)
        #expect(error?.description.contains("t1") == false)
        #expect(server.requests.count == wantRequests)
        await client.shutdown()
    }

    @Test("A stream's refused token is told to the provider before the next request")
    func refusedStream() async throws {
        let server = try LoopbackServer { request, connection in
            connection.respond(request.headers["Authorization"] == "Bearer t2" ? 200 : 401)
        }
        let credentials = FixtureCredentials(tokens: 2)
        let client = try KubeClient.fixture(server, credentials: credentials)
        for wantStatus in [401, 200] {
            let sink = RecordingSink()
            _ = try await client.watch(.pod, into: sink)
            try await eventually("the watch is over") { sink.isOver }
            #expect(sink.current.status == wantStatus)
        }
        #expect(credentials.rejectedVersions == [1])
        await client.shutdown()
    }

    @Test("Credentials that cannot be had are an error of the request")
    func noCredentials() async throws {
        let server = try LoopbackServer { _, connection in connection.respond() }
        let client = try KubeClient.fixture(server, credentials: BrokenCredentials())
        let error = await APIError.thrown { try await client.get(.configMap, key) }
        #expect(error?.description == "GET configmaps shop/web: the plugin is missing")
        #expect(server.requests.isEmpty)
        await client.shutdown()
    }

    @Test("The limiter spaces requests out, the lane for leases passes by it on its own connection")
    func limiter() async throws {
        let server = try LoopbackServer { _, connection in connection.respond() }
        let clock = ManualClock()
        let client = try KubeClient.fixture(server) { options in
            options.qps = 1
            options.burst = 2
            options.clock = clock
        }
        for _ in 0..<2 { _ = try await client.get(.configMap, key) }
        let task = Task { try await client.get(.configMap, key) }
        try await clock.waitUntilSleeping()
        #expect(clock.timeToNextWake == .seconds(1))
        let leases = try client.client(lane: .lease)
        for _ in 0..<5 { _ = try await leases.get(.lease, key) }
        #expect(server.connectionCount == 2)
        #expect(server.requests.count == 7)
        clock.advance(by: .seconds(1))
        _ = try await task.value
        await client.shutdown()
        await leases.shutdown()
    }

    @Test("Waiting for the limiter ends with the task and gives its place back")
    func cancelledWait() async throws {
        let clock = ManualClock()
        let limiter = RateLimiter(perSecond: 1, burst: 1, clock: clock)
        try await limiter.acquire()
        let task = Task { try await limiter.acquire() }
        try await clock.waitUntilSleeping()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let next = Task { try await limiter.acquire() }
        try await clock.waitUntilSleeping()
        #expect(clock.timeToNextWake == .seconds(1))
        clock.advance(by: .seconds(1))
        try await next.value
    }
}

private struct BrokenCredentials: CredentialProvider {
    func authorization() throws -> Credential? { throw ConfigurationError(.plugin, "the plugin is missing") }
    func rejected(_ credential: Credential) {}
    func tlsMaterial() -> TLSMaterial { TLSMaterial() }
    func certificateProblem() -> String? { nil }
}

@Suite("Retry policy and token bucket")
struct RetryPolicyTests {
    private let policy = RetryPolicy()

    @Test(
        "Only reads are repeated, and only for what may pass by itself",
        arguments: [
            ("GET", TransportError.Code.connect, true), ("GET", .closed, true), ("GET", .timeout, true),
            ("GET", .tls, false), ("GET", .cancelled, false), ("GET", .protocol, false), ("GET", .tooLarge, false),
            ("POST", .connect, false), ("PUT", .closed, false), ("DELETE", .timeout, false), ("PATCH", .closed, false),
        ])
    func network(method: String, code: TransportError.Code, wantRetry: Bool) {
        let delay = policy.delay(after: TransportError(code, ""), method: method, tries: 1, random: 0)
        #expect((delay != nil) == wantRetry)
    }

    @Test("Pauses double, are jittered and end", arguments: [(1, 100), (2, 200), (3, 400)])
    func backoff(tries: Int, wantMilliseconds: Int) {
        let error = TransportError(.closed, "")
        let most = Duration.milliseconds(wantMilliseconds)
        #expect(policy.delay(after: error, method: "GET", tries: tries, random: 0) == most / 2)
        #expect(policy.delay(after: error, method: "GET", tries: tries, random: 0.5) == most * 3 / 4)
        #expect(policy.delay(after: error, method: "GET", tries: policy.networkRetries + 1, random: 0) == nil)
    }

    @Test("A server's time is never cut short, and not waited for at any length")
    func retryAfter() {
        func delay(_ seconds: Int, tries: Int = 1, random: Double = 0) -> Duration? {
            policy.delay(afterStatus: 429, retryAfter: .seconds(seconds), tries: tries, random: random)
        }
        #expect(delay(5) == .seconds(5))
        #expect(delay(5, random: 0.5) == .milliseconds(5050))
        #expect(delay(0) == .milliseconds(100))
        #expect(delay(1, tries: 8) == .seconds(10))
        #expect(delay(61) == nil)
        #expect(delay(1, tries: 11) == nil)
        #expect(policy.delay(afterStatus: 500, retryAfter: .seconds(1), tries: 1, random: 0) == nil)
    }

    @Test("The bucket lets a burst through, then one at a time, and fills up again")
    func bucket() {
        var bucket = TokenBucket(perSecond: 10, burst: 3)
        #expect((0..<5).map { _ in bucket.reserve(at: .zero) } == [0, 0, 0, 100, 200].map { .milliseconds($0) })
        bucket.release()
        #expect(bucket.reserve(at: .zero) == .milliseconds(200))
        #expect((0..<4).map { _ in bucket.reserve(at: .seconds(60)) } == [0, 0, 0, 100].map { .milliseconds($0) })
    }
}
