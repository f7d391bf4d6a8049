import EmbeddedAPIServer
import Support
import Synchronization
import Testing

@testable import KubeAPI

@Suite("The exporter of traces", .timeLimit(.minutes(2)))
struct TraceExporterTests {
    private let log = CapturedLog()
    private let metrics = MetricRegistry()

    private func settings(
        _ url: String, _ environment: [String: String] = [:]
    ) throws -> OTLPSettings {
        try #require(try OTLPSettings(endpoint: url, environment: environment))
    }

    /// Runs an exporter while `body` does, then ends it.
    ///
    /// - Returns: how long its end took.
    @discardableResult
    private func run(
        _ settings: OTLPSettings, _ change: (inout TraceExporter.Options) -> Void = { _ in },
        _ body: (TraceExporter) async throws -> Void
    ) async throws -> Duration {
        var options = TraceExporter.Options()
        options.interval = .milliseconds(10)
        options.initialBackOff = .milliseconds(10)
        options.flush = .seconds(1)
        change(&options)
        let exporter = try TraceExporter(
            settings, process: ["service.instance.id": "pod-1"], options: options, metrics: metrics,
            logger: Logger(to: log, minimum: .debug))
        let running = Task { try await exporter.run() }
        do {
            try await body(exporter)
        } catch {
            running.cancel()
            _ = await running.result
            throw error
        }
        let start = ContinuousClock.now
        running.cancel()
        _ = await running.result
        return ContinuousClock.now - start
    }

    private var exported: Double {
        metrics.counter(MetricName.spansExported, help: "Spans that the collector has accepted.")().value
    }

    private func dropped(_ reason: TraceExporter.DropReason) -> Double {
        metrics.counter(MetricName.spansDropped, help: "Spans that were not exported.", labels: ["reason"])(
            reason.rawValue
        ).value
    }

    private func names(_ requests: [LoopbackServer.Request]) throws -> [[String]] {
        try requests.map { request in
            let spans = try JSONValue.parse(request.body)["resourceSpans"]?[0]?["scopeSpans"]?[0]?["spans"]
            return spans?.array?.compactMap { $0["name"]?.string } ?? []
        }
    }

    @Test("Spans go out in batches, with the headers of the environment and what the process is")
    func batches() async throws {
        let server = try LoopbackServer { _, connection in connection.respond() }
        let environment = [
            "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20s3cret", "OTEL_SERVICE_NAME": "qm",
        ]
        try await run(settings("\(server.url)/base", environment), { $0.batch = 2 }) { exporter in
            exporter.recordSpans("a", "b", "c")
            try await eventually("all are accepted") { exported == 3 }
        }
        #expect(try names(server.requests).flatMap(\.self) == ["a", "b", "c"])
        #expect(try names(server.requests).allSatisfy { (1...2).contains($0.count) })
        let request = try #require(server.requests.first)
        #expect(request.method == "POST" && request.path == "/base/v1/traces")
        #expect(request.headers["Content-Type"] == "application/json")
        #expect(request.headers["Authorization"] == "Bearer s3cret")
        #expect(
            try JSONValue.parse(request.body)["resourceSpans"]?[0]?["resource"]?["attributes"] == [
                ["key": "service.instance.id", "value": ["stringValue": "pod-1"]],
                ["key": "service.name", "value": ["stringValue": "qm"]],
            ])
        #expect(!"\(log.records)".contains("s3cret"))
        server.stop()
    }

    @Test(
        "A collector that has no time is asked again with the same spans, and the log says so once",
        arguments: [
            429, 502, 503, 504,
        ])
    func busy(status: Int) async throws {
        let answers = Mutex(0)
        let server = try LoopbackServer { _, connection in
            let number = answers.withLock { answers in
                answers += 1
                return answers
            }
            connection.respond(number < 4 ? status : 200)
        }
        try await run(settings(server.url)) { exporter in
            exporter.recordSpans("a")
            try await eventually("it is accepted") { exported == 1 }
        }
        #expect(try names(server.requests) == [["a"], ["a"], ["a"], ["a"]])
        #expect(log.records.filter { $0.level == .warning }.map(\.message) == ["traces are not accepted and wait"])
        #expect(log.records.filter { $0.level == .info }.map(\.message) == ["traces are accepted again"])
        server.stop()
    }

    @Test("What a collector refuses is dropped and counted, and the next spans go on")
    func refused() async throws {
        let server = try LoopbackServer { request, connection in
            if request.text.contains(#""name":"bad""#) { return connection.respond(400) }
            connection.respond(200, [], #"{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}"#)
        }
        try await run(settings(server.url), { $0.batch = 1 }) { exporter in
            exporter.recordSpans("bad", "good", "bad")
            try await eventually("all have been tried") { server.requests.count == 3 && dropped(.refused) == 3 }
        }
        #expect(exported == 0)
        server.stop()
    }

    @Test("While a collector hangs nobody waits: what there is no room for is dropped, and the end is in time")
    func hangs() async throws {
        let server = try LoopbackServer { _, connection in connection.waitUntilClosed() }
        let end = try await run(
            settings(server.url),
            { options in
                options.batch = 4
                options.capacity = 10
                options.timeout = .seconds(3600)
            }
        ) { exporter in
            exporter.recordSpans("a", "b", "c", "d")
            try await eventually("the first batch is under way") { server.requests.count == 1 }
            let start = ContinuousClock.now
            for _ in 0..<10_000 { exporter.recordSpans("e") }
            #expect(ContinuousClock.now - start < .seconds(300))
            #expect(dropped(.queueFull) == 9_994)
        }
        #expect(end < .seconds(300))
        #expect(exported == 0)
        #expect(log.records.last?.message == "spans are lost at the end")
        server.stop()
    }

    @Test("While a collector is away spans wait, and the process ends without it")
    func away() async throws {
        let server = try LoopbackServer { _, connection in connection.respond() }
        server.stop()
        let url = server.url
        let end = try await run(
            settings(url),
            { options in
                options.initialBackOff = .seconds(3600)
                options.maxBackOff = .seconds(3600)
            }
        ) { exporter in
            exporter.recordSpans("a")
            try await eventually("it has been tried") { log.records.contains { $0.level == .warning } }
        }
        #expect(end < .seconds(300))
        #expect(dropped(.queueFull) == 0 && dropped(.refused) == 0 && exported == 0)
    }

    @Test("At the end what waits is sent")
    func flush() async throws {
        let server = try LoopbackServer { _, connection in connection.respond() }
        try await run(settings(server.url), { $0.interval = .seconds(600) }) { $0.recordSpans("a", "b") }
        #expect(try names(server.requests) == [["a", "b"]])
        #expect(exported == 2)
        server.stop()
    }

    @Test(
        "A collector's certificate is checked, by the authority that the environment names", arguments: [true, false])
    func certificate(isTrusted: Bool) async throws {
        let authority = try CertificateAuthority()
        let pair = try authority.server(names: ["127.0.0.1"])
        let tls = HTTPServerTLS(
            certificateChain: Array(pair.certificate.utf8), privateKey: Array(pair.privateKey.utf8))
        let requests = Mutex(0)
        let server = try HTTPServer(options: HTTPServerOptions(tls: tls)) { _, responder in
            requests.withLock { $0 += 1 }
            responder.respond(status: 200, headers: [], body: Array("{}".utf8))
        }
        let port = try server.start()
        var settings = try settings("https://127.0.0.1:\(port)")
        let trusted = isTrusted ? authority : try CertificateAuthority()
        settings.certificateAuthority = Array(trusted.pair.certificate.utf8)
        try await run(settings) { exporter in
            exporter.recordSpans("a")
            try await eventually("it has been tried") { exported == 1 || log.records.contains { $0.level == .warning } }
        }
        #expect(exported == (isTrusted ? 1 : 0))
        #expect(requests.withLock { $0 } == (isTrusted ? 1 : 0))
        await server.stop()
    }
}
