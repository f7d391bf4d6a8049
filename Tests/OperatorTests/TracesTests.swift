import EmbeddedAPIServer
import KubeAPI
import Support
import Synchronization
import Testing

@Suite("Traces of the operator", .timeLimit(.minutes(5)))
struct TracesTests {
    /// A collector that keeps what it is sent, or never answers.
    private final class Collector: Sendable {
        private let received: Received
        private let server: HTTPServer
        let url: String

        private final class Received: Sendable {
            let bodies = Mutex<[JSONValue]>([])
        }

        init(hangs: Bool = false) throws {
            let received = Received()
            self.received = received
            server = try HTTPServer(options: HTTPServerOptions()) { request, responder in
                received.bodies.withLock { $0.append((try? JSONValue.parse(request.body)) ?? .null) }
                if !hangs { responder.respond(status: 200, headers: [], body: Array("{}".utf8)) }
            }
            url = "http://127.0.0.1:\(try server.start())"
        }

        var requests: Int { received.bodies.withLock(\.count) }

        /// The spans of all requests.
        var spans: [JSONValue] {
            received.bodies.withLock { $0 }.flatMap {
                $0["resourceSpans"]?[0]?["scopeSpans"]?[0]?["spans"]?.array ?? []
            }
        }

        func stop() async { await server.stop() }
    }

    private func attribute(_ name: String, of span: JSONValue) -> JSONValue? {
        span["attributes"]?.array?.first { $0["key"]?.string == name }?["value"]
    }

    @Test("A new pool is a trace with its writes, and what is under way at SIGTERM is still sent")
    func pool() async throws {
        let collector = try Collector()
        try await OperatorProgram.run { server, client in
            let program = try OperatorProgram(
                on: server, ["--otlp-endpoint=\(collector.url)"],
                environment: ["OTEL_EXPORTER_OTLP_HEADERS": "authorization=s3cret"])
            defer { program.end() }
            try await program.waitUntilReady()
            try await OperatorProgram.makePool(client)
            try await eventually("its Deployment is written") {
                try await !client.list(.deployment, namespace: "default").items.isEmpty
            }
            program.terminate()
            #expect(try await program.status() == 0)
            #expect(!program.output.contains("s3cret"))
            let spans = collector.spans
            let write = try #require(
                spans.first { $0["name"] == "PATCH deployments.apps" && $0["kind"] == 3 }, "\(program.output)")
            let root = try #require(spans.first { $0["spanId"] == write["parentSpanId"] })
            #expect(root["traceId"] == write["traceId"] && root["kind"] == 1)
            #expect(attribute("k8s.object.kind", of: root) == ["stringValue": "RegionalWorkerPool"])
            #expect(attribute("k8s.object.generation", of: root) == ["intValue": "1"])
            #expect(attribute("k8s.object.name", of: root) == ["stringValue": "pool"])
        }
        await collector.stop()
    }

    @Test("A collector that hangs holds up neither the work nor the end")
    func hangingCollector() async throws {
        let collector = try Collector(hangs: true)
        try await OperatorProgram.run { server, client in
            let program = try OperatorProgram(
                on: server, environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": collector.url])
            defer { program.end() }
            try await OperatorProgram.makePool(client)
            try await eventually("a batch waits for its answer") { collector.requests > 0 }
            try await eventually("the work goes on") {
                try await !client.list(.deployment, namespace: "default").items.isEmpty
            }
            let metrics = try await program.get("/metrics", of: "metrics").text
            #expect(metrics.contains("\nquartermaster_trace_spans_exported_total 0\n"))
            #expect(metrics.contains("quartermaster_trace_spans_dropped_total{reason=\"queue_full\"} 0\n"))
            program.terminate()
            #expect(try await program.status() == 0)
            #expect(program.records.contains { $0["message"] == "spans are lost at the end" })
        }
        await collector.stop()
    }
}
