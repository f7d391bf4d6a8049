internal import KubeAPI

/// Counts the requests of a client, and logs what the server says to their author.
struct ClientMetrics: ClientObserver {
    private let requests: MetricSeries<Counter>
    private let durations: MetricSeries<Histogram>
    private let logger: Logger

    init(in registry: MetricRegistry, logger: Logger) {
        requests = registry.counter(
            MetricName.requests, help: "Requests to the API server, by status, method and host.",
            labels: ["code", "method", "host"])
        durations = registry.histogram(
            MetricName.requestDuration, help: "How long requests to the API server took, by method and host.",
            labels: ["method", "host"], bounds: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60])
        self.logger = logger
    }

    func requestFinished(_ record: RequestRecord) {
        requests(record.code, record.method, record.host).increment()
        durations(record.method, record.host).observe(record.duration / .seconds(1))
        // Not every 403: quotas, Pod Security and namespaces that are being deleted refuse objects, not users.
        if record.lacksRight {
            logger.warning("the API server refuses this for want of rights", ["request": .string(record.request)])
        }
    }

    func serverWarned(_ message: String, request: String) {
        logger.warning("the API server warns", ["warning": .string(message), "request": .string(request)])
    }
}
