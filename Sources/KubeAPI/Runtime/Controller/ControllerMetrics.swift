/// The metrics of one controller, in controller-runtime's names.
struct ControllerMetrics: Sendable {
    enum Result: String, CaseIterable {
        case success, error, requeue
        case requeueAfter = "requeue_after"
    }

    let errors: Counter
    let timeouts: Counter
    let time: Histogram
    let active: Gauge
    private let results: [Result: Counter]

    init(registry: MetricRegistry, controller: String, workers: Int) {
        func counter(_ name: String, _ help: String) -> Counter {
            registry.counter(name, help: help, labels: ["controller"])(controller)
        }
        errors = counter(MetricName.reconcileErrors, "Total number of reconciliation errors per controller.")
        timeouts = counter(
            MetricName.reconcileTimeouts, "Total number of reconciliations cancelled at their deadline.")
        time = registry.histogram(
            MetricName.reconcileTime, help: "Length of time per reconciliation per controller.",
            labels: ["controller"], bounds: Histogram.reconcileBounds)(controller)
        active = registry.gauge(
            MetricName.activeWorkers, help: "Number of currently used workers per controller.",
            labels: ["controller"])(controller)
        registry.gauge(
            MetricName.maxConcurrentReconciles, help: "Maximum number of concurrent reconciles per controller.",
            labels: ["controller"])(controller).set(Double(workers))
        let total = registry.counter(
            MetricName.reconcileTotal, help: "Total number of reconciliations per controller.",
            labels: ["controller", "result"])
        // All from the start, so that rates exist before the first failure.
        results = Dictionary(uniqueKeysWithValues: Result.allCases.map { ($0, total(controller, $0.rawValue)) })
    }

    func count(_ result: Result) {
        results[result]?.increment()
        if result == .error { errors.increment() }
    }
}
