/// The metrics of one queue, in client-go's names.
struct WorkQueueMetrics: Sendable {
    let adds: Counter
    let retries: Counter
    let waited: Histogram
    let worked: Histogram
    private let name: String

    private static let labels = ["name", "controller"]

    init(registry: MetricRegistry, name: String) {
        self.name = name
        adds = registry.counter(
            MetricName.queueAdds, help: "Total number of adds handled by workqueue.", labels: Self.labels)(name, name)
        retries = registry.counter(
            MetricName.queueRetries, help: "Total number of retries handled by workqueue.", labels: Self.labels)(
                name, name)
        waited = registry.histogram(
            MetricName.queueDuration, help: "How long in seconds an item stays in workqueue before being requested.",
            labels: Self.labels, bounds: Histogram.queueBounds)(name, name)
        worked = registry.histogram(
            MetricName.workDuration, help: "How long in seconds processing an item from workqueue takes.",
            labels: Self.labels, bounds: Histogram.queueBounds)(name, name)
    }

    /// Metrics that are read at each scrape.
    func observe(
        registry: MetricRegistry, depth: @escaping @Sendable () -> Int?,
        running: @escaping @Sendable () -> [Duration]?
    ) {
        let name = name
        func observe(_ metric: String, _ help: String, _ read: @escaping @Sendable () -> Double?) {
            registry.observe(metric, help: help, labels: Self.labels) {
                read().map { [ObservedMetric.Sample(name, name, value: $0)] } ?? []
            }
        }
        observe(MetricName.queueDepth, "Current depth of workqueue.") { depth().map(Double.init) }
        observe(
            MetricName.unfinishedWork,
            "How many seconds of work has been done that is in progress and hasn't been observed by work_duration."
        ) { running()?.reduce(0) { $0 + $1.inSeconds } }
        observe(
            MetricName.longestRunningProcessor, "How many seconds has the longest running processor been running."
        ) { running().map { $0.map(\.inSeconds).max() ?? 0 } }
    }
}
