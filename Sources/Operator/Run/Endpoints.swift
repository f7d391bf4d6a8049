internal import KubeAPI

/// `/metrics`, `/healthz` and `/readyz` of the operator.
struct Endpoints: Sendable {
    var metrics: MetricRegistry
    var liveness: HealthChecks
    var readiness: HealthChecks
    var metricsAddress: BindAddress?
    var healthAddress: BindAddress?
    var logger: Logger

    /// Serves until the task is cancelled.
    ///
    /// - Throws: `ConfigurationError` where an address cannot be had, `CancellationError`.
    func run() async throws {
        var servers: [HTTPServer] = []
        do {
            if let metricsAddress { servers.append(try serve("metrics", at: metricsAddress, answer: metricsAnswer)) }
            if let healthAddress { servers.append(try serve("health", at: healthAddress, answer: healthAnswer)) }
            try await sleepUntilCancelled()
        } catch {
            for server in servers { await server.stop() }
            throw error
        }
    }

    private typealias Answer = @Sendable (HTTPServerRequest) -> (status: Int, text: String)?

    private func serve(_ name: String, at address: BindAddress, answer: @escaping Answer) throws -> HTTPServer {
        let options = HTTPServerOptions(host: address.host, port: address.port, maximumBodyBytes: 1 << 16)
        do {
            let server = try HTTPServer(options: options) { request, responder in
                guard request.method == "GET" || request.method == "HEAD" else {
                    return responder.respond(status: 405, text: "only GET\n")
                }
                guard let (status, text) = answer(request) else {
                    return responder.respond(status: 404, text: "there is no \(request.path) here\n")
                }
                responder.respond(status: status, contentType: "text/plain; version=0.0.4; charset=utf-8", text: text)
            }
            let port = try server.start()
            logger.info("serving", ["endpoint": .string(name), "address": .string("\(address.host):\(port)")])
            return server
        } catch {
            throw ConfigurationError(
                .invalid, "\(error); choose another --\(name == "health" ? "health-probe" : name)-bind-address")
        }
    }

    private func metricsAnswer(_ request: HTTPServerRequest) -> (status: Int, text: String)? {
        request.path == "/metrics" ? (200, metrics.exposition()) : nil
    }

    private func healthAnswer(_ request: HTTPServerRequest) -> (status: Int, text: String)? {
        guard let endpoint = request.segments.first, request.segments.count <= 2 else { return nil }
        let checks: HealthChecks
        switch endpoint {
        case "healthz", "livez": checks = liveness
        case "readyz": checks = readiness
        default: return nil
        }
        let report =
            request.segments.count == 2
            ? checks.report(of: request.segments[1])
            : checks.report(
                verbose: request.parameter("verbose") != nil,
                excluding: Set(request.query.filter { $0.name == "exclude" }.map(\.value)))
        return (report.status, report.body)
    }
}

/// - Throws: `CancellationError`.
private func sleepUntilCancelled() async throws {
    while true { try await Task.sleep(for: .seconds(86_400)) }
}
