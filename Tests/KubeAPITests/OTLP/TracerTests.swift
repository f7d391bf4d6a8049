import Support
import Testing

@testable import KubeAPI

@Suite("Traces of reconciles")
struct TracerTests {
    private struct Work: Reconciler {
        let work: @Sendable (ObjectKey) async throws -> Outcome

        func reconcile(_ key: ObjectKey) async throws -> Outcome { try await work(key) }
    }

    private let spans = RecordedSpans()
    private let key = ObjectKey(namespace: "shop", name: "web")

    /// The spans of the first attempt, the root last.
    private func trace(
        traced: Bool = true, _ work: @escaping @Sendable (ObjectKey) async throws -> Outcome
    ) async throws -> [Span] {
        let registry = MetricRegistry()
        var options = Controller.Options()
        options.resync = nil
        options.backOff.initialDelay = .seconds(600)
        if traced { options.tracer = Tracer(to: spans) }
        let controller = Controller(
            name: "pool", reconciler: Work(work: work), options: options, metrics: registry,
            randomness: Randomness { 0.5 })
        controller.enqueue(key)
        let running = Task { try await controller.run() }
        try await eventually("the attempt has ended") {
            controller.queue.keysInProgress.isEmpty
                && registry.exposition().split(separator: "\n").contains {
                    $0.hasPrefix("controller_runtime_reconcile_total") && $0.hasSuffix(" 1")
                }
        }
        running.cancel()
        _ = await running.result
        return spans.all
    }

    @Test("Identifiers are of the length and alphabet that W3C Trace Context wants, and none comes twice")
    func identifiers() throws {
        for _ in 0..<100 { spans.recordSpans("a") }
        for span in spans.all {
            let parts = span.context.traceparent.split(separator: "-").map(String.init)
            #expect(parts == ["00", span.context.traceID, span.context.spanID, "01"])
            #expect(parts[1].count == 32 && parts[2].count == 16)
            #expect((parts[1] + parts[2]).allSatisfy { "0123456789abcdef".contains($0) })
        }
        #expect(Set(spans.all.map(\.context.traceID)).count == 100)
        #expect(Set(spans.all.map(\.context.spanID)).count == 100)
    }

    @Test("As many traces begin as the ratio says")
    func ratio() {
        #expect(Tracer(to: spans, ratio: 0).begin("a") == nil)
        let begun = (0..<1000).count { _ in Tracer(to: spans, ratio: 0.5).begin("a") != nil }
        #expect((350...650).contains(begun))
    }

    @Test("Each try of a request is a span below the attempt's, and the server is told which")
    func requests() async throws {
        let server = try LoopbackServer { request, connection in
            switch (request.method, connection.number) {
            case ("PATCH", _): connection.respond(409, [], #"{"kind":"Status","reason":"Conflict","code":409}"#)
            default: connection.respond(200, [], #"{"metadata":{"name":"web","namespace":"shop"}}"#)
            }
        }
        let client = try KubeClient.fixture(server)
        let spans = try await trace { key in
            _ = try await client.get(.deployment, key)
            _ = try await client.patch(.deployment, key, .merge([:]), subresource: "status")
            return .done
        }
        await client.shutdown()
        try #require(spans.map(\.name) == ["GET deployments.apps", "PATCH deployments.apps/status", "reconcile pool"])
        let root = spans[2]
        for (span, request) in zip(spans, server.requests) {
            #expect(span.kind == .client && span.parent == root.context)
            #expect(span.context.traceID == root.context.traceID && span.context.spanID != root.context.spanID)
            #expect(request.headers["traceparent"] == span.context.traceparent)
            #expect(span["http.request.method"] == .string(request.method))
            #expect(span["url.path"]?.text == request.path.split(separator: "?").first.map(String.init))
            #expect(span["server.port"] == .integer(Int64(server.port)))
            #expect(span.start >= root.start && span.duration <= root.duration)
        }
        #expect(spans[0]["http.response.status_code"] == 200 && spans[0].error == nil)
        #expect(spans[1]["http.response.status_code"] == 409 && spans[1].error == "" && spans[1]["error.type"] == "409")
        #expect(spans[1]["k8s.resource"] == "deployments.apps/status")
        #expect(root.kind == .internal && root.parent == nil && root.error == nil)
        // A conflict is no error of the attempt: it comes back by itself.
        #expect(root["reconcile.outcome"] == "requeue")
        server.stop()
    }

    @Test("A request without an answer is a failed span with the kind of its error")
    func unanswered() async throws {
        let server = try LoopbackServer { _, connection in connection.reset() }
        let client = try KubeClient.fixture(server) { $0.retries = .none }
        let spans = try await trace { key in
            _ = try await client.get(.deployment, key)
            return .done
        }
        await client.shutdown()
        try #require(spans.count == 2)
        #expect(spans[0]["error.type"] == "closed" && spans[0].error?.isEmpty == false)
        #expect(spans[0]["http.response.status_code"] == nil)
        #expect(spans[1]["reconcile.outcome"] == "error" && spans[1].error?.contains("127.0.0.1") == true)
        #expect(spans[1]["reconcile.requeue_seconds"] != nil)
        server.stop()
    }

    @Test("The span of an attempt names the object, and when it is looked at again")
    func attempt() async throws {
        let spans = try await trace { _ in .requeue(after: .seconds(90)) }
        let root = try #require(spans.first)
        #expect(root["k8s.object.name"] == "web" && root["k8s.namespace.name"] == "shop")
        #expect(root["reconcile.outcome"] == "requeue_after" && root["reconcile.requeue_seconds"] == 90.0)
        #expect(root["reconcile.retries"] == 0 && root["reconcile.id"]?.text?.count == 13)
    }

    @Test("Without a tracer there are no spans, and requests say nothing of traces")
    func off() async throws {
        let server = try LoopbackServer { _, connection in
            connection.respond(200, [], #"{"metadata":{"name":"web","namespace":"shop"}}"#)
        }
        let client = try KubeClient.fixture(server)
        let spans = try await trace(traced: false) { key in
            #expect(ActiveSpan.current == nil)
            _ = try await client.get(.deployment, key)
            return .done
        }
        await client.shutdown()
        #expect(spans.isEmpty)
        #expect(server.requests.map { $0.headers["traceparent"] } == [nil])
        server.stop()
    }
}

extension LogValue {
    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
}
