internal import KubeAPI

/// `/metrics`, `/healthz` and `/readyz` of the operator.
struct Endpoints: Sendable {
    var metrics: MetricRegistry
    var liveness: HealthChecks
    var readiness: HealthChecks
    var metricsAddress: BindAddress?
    /// Who may get the metrics, and by which certificate; `nil`: everybody, without TLS.
    var metricsGuard: (access: MetricsAccess, certificate: MetricsCertificate)?
    var healthAddress: BindAddress?
    var logger: Logger

    /// Serves until the task is cancelled.
    ///
    /// - Throws: `ConfigurationError` where an address cannot be had, `CancellationError`.
    func run() async throws {
        var servers: [HTTPServer] = []
        do {
            if let healthAddress { servers.append(try serve("health", at: healthAddress, handler: healthHandler)) }
            if let metricsAddress {
                let tls = try metricsTLS()
                let server = try serve("metrics", at: metricsAddress, tls: tls, handler: metricsHandler)
                servers.append(server)
                if let tls, let certificate = metricsGuard?.certificate {
                    try await certificate.renew(server, first: tls, logger: logger)
                }
            }
            try await sleepUntilCancelled()
        } catch {
            for server in servers { await server.stop() }
            throw error
        }
    }

    private func metricsTLS() throws -> HTTPServerTLS? {
        do {
            return try metricsGuard?.certificate.current()
        } catch {
            throw ConfigurationError(.invalid, "\(error); see --metrics-cert-file")
        }
    }

    private func serve(
        _ name: String, at address: BindAddress, tls: HTTPServerTLS? = nil, handler: @escaping HTTPServer.Handler
    ) throws -> HTTPServer {
        let options = HTTPServerOptions(
            host: address.host, port: address.port, tls: tls, maximumBodyBytes: 1 << 16)
        do {
            let server = try HTTPServer(options: options) { request, responder in
                guard request.method == "GET" || request.method == "HEAD" else {
                    return responder.respond(status: 405, text: "only GET\n")
                }
                handler(request, responder)
            }
            let port = try server.start()
            logger.info(
                "serving",
                ["endpoint": .string(name), "address": .string("\(address.host):\(port)"), "tls": .bool(tls != nil)])
            return server
        } catch {
            throw ConfigurationError(
                .invalid, "\(error); choose another --\(name == "health" ? "health-probe" : name)-bind-address")
        }
    }

    private func metricsHandler(_ request: HTTPServerRequest, _ responder: HTTPResponder) {
        guard request.path == "/metrics" else { return Self.nothing(request, responder) }
        guard let access = metricsGuard?.access else { return exposition(to: responder) }
        Task {
            switch await access.verdict(on: request) {
            case .allowed: exposition(to: responder)
            case .unknown:
                responder.respond(
                    status: 401, headers: [("WWW-Authenticate", "Bearer"), ("Content-Type", "text/plain")],
                    body: Array("the metrics want the token of a ServiceAccount: Authorization: Bearer TOKEN\n".utf8))
            case .forbidden(let user):
                responder.respond(
                    status: 403,
                    text: "\(user) may not get /metrics; bind them the ClusterRole quartermaster-metrics-reader\n")
            case .unanswered(let reason): responder.respond(status: 503, text: "\(reason)\n")
            }
        }
    }

    private func exposition(to responder: HTTPResponder) {
        responder.respond(
            status: 200, contentType: Exposition.contentType, text: metrics.exposition())
    }

    private static func nothing(_ request: HTTPServerRequest, _ responder: HTTPResponder) {
        responder.respond(status: 404, text: "there is no \(request.path) here\n")
    }

    private func healthHandler(_ request: HTTPServerRequest, _ responder: HTTPResponder) {
        guard let (status, text) = healthAnswer(request) else { return Self.nothing(request, responder) }
        responder.respond(status: status, text: text)
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
