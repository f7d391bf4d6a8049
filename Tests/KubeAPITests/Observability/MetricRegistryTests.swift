import Glibc
import KubeAPI
import Testing

@Suite("Metrics registry")
struct MetricRegistryTests {
    @Test("a counter is written with help, type and labels, and series stand sorted")
    func counter() {
        let registry = MetricRegistry()
        let requests = registry.counter("requests_total", help: "Requests.", labels: ["code", "method"])
        requests("500", "GET").increment()
        requests("200", "GET").increment(by: 2)
        #expect(
            registry.exposition() == """
                # HELP requests_total Requests.
                # TYPE requests_total counter
                requests_total{code="200",method="GET"} 2
                requests_total{code="500",method="GET"} 1

                """)
    }

    @Test("a metric asked for twice is one metric")
    func sharedByName() {
        let registry = MetricRegistry()
        registry.counter("adds_total", help: "Adds.")().increment()
        registry.counter("adds_total", help: "Adds.")().increment()
        #expect(registry.exposition().contains("adds_total 2\n"))
    }

    @Test("what has no labels shows its zero from the start, what has labels shows nothing before its first series")
    func zeros() {
        let registry = MetricRegistry()
        _ = registry.counter("plain_total", help: "Plain.")
        _ = registry.gauge("labelled", help: "Labelled.", labels: ["name"])
        #expect(registry.exposition().contains("plain_total 0\n"))
        #expect(!registry.exposition().contains("labelled"))
    }

    @Test("histogram buckets are cumulative and a bound belongs to its bucket")
    func histogram() {
        let registry = MetricRegistry()
        let time = registry.histogram("time_seconds", help: "Time.", bounds: [0.1, 1])()
        for value in [0.05, 0.1, 0.5, 7] { time.observe(value) }
        #expect(
            registry.exposition() == """
                # HELP time_seconds Time.
                # TYPE time_seconds histogram
                time_seconds_bucket{le="0.1"} 2
                time_seconds_bucket{le="1"} 3
                time_seconds_bucket{le="+Inf"} 4
                time_seconds_sum 7.65
                time_seconds_count 4

                """)
    }

    @Test("label values and help texts cannot break out of their line")
    func escaping() {
        let registry = MetricRegistry()
        registry.gauge("g", help: "a\\b\nc", labels: ["l"])("x\"y\\z\r\n").set(1)
        #expect(registry.exposition() == "# HELP g a\\\\b\\nc\n# TYPE g gauge\ng{l=\"x\\\"y\\\\z\r\\n\"} 1\n")
    }

    @Test(
        "numbers are written as Prometheus reads them",
        arguments: [
            (1, "1"), (0.25, "0.25"), (-3, "-3"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
            (1e20, "1e+20"),
        ] as [(Double, String)])
    func numbers(value: Double, want: String) {
        #expect(Exposition.number(value) == want)
    }

    @Test("an observed metric is read at each scrape, and several observers share one name")
    func observed() {
        let registry = MetricRegistry()
        registry.observe("depth", help: "Depth.", labels: ["name"]) { [.init("b", value: 2)] }
        registry.observe("depth", help: "Depth.", labels: ["name"]) { [.init("a", value: 1)] }
        #expect(
            registry.exposition() == """
                # HELP depth Depth.
                # TYPE depth gauge
                depth{name="a"} 1
                depth{name="b"} 2

                """)
    }

    @Test("counts from many tasks add up")
    func concurrency() async {
        let registry = MetricRegistry()
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 { registry.counter("c_total", help: "C.", labels: ["l"])("x").increment() }
                }
            }
        }
        #expect(registry.counter("c_total", help: "C.", labels: ["l"])("x").value == 8000)
    }

    @Test("process metrics tell of this process")
    func processMetrics() {
        let registry = MetricRegistry()
        ProcessMetrics.register(in: registry)
        var values: [String: Double] = [:]
        for line in registry.exposition().split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            values[String(parts[0])] = Double(parts[1])
        }
        #expect((values["process_resident_memory_bytes"] ?? 0) > 1_000_000)
        #expect((values["process_virtual_memory_bytes"] ?? 0) >= (values["process_resident_memory_bytes"] ?? .infinity))
        #expect((values["process_open_fds"] ?? 0) >= 3)
        #expect((values["process_max_fds"] ?? 0) > (values["process_open_fds"] ?? .infinity))
        #expect((values["process_cpu_seconds_total"] ?? 0) > 0)
        #expect((values["process_threads"] ?? 0) >= 1)
        let now = Double(time(nil))
        let start = values["process_start_time_seconds"] ?? 0
        #expect(start > now - 86400 && start <= now + 1)
    }
}
