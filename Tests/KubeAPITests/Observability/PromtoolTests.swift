import Foundation
import KubeAPI
import Testing

/// `promtool` of Debian's package `prometheus`, where it is installed.
private let promtool = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first(
    where: FileManager.default.isExecutableFile)

private struct IdleReconciler: Reconciler {
    func reconcile(_ key: ObjectKey) -> Outcome { .done }
}

@Suite("Metrics as promtool sees them", .enabled(if: promtool != nil, "promtool is not installed"))
struct PromtoolTests {
    @Test("the metrics of queue, process, leader election and events are clean")
    func clean() throws {
        let registry = MetricRegistry()
        ProcessMetrics.register(in: registry)
        let cluster = FakeCluster()
        let controller = Controller(name: "pool", reconciler: IdleReconciler(), metrics: registry)
        let election = LeaderElection(
            api: cluster, options: .init(lease: ObjectKey(name: "lease"), identity: "a"), metrics: registry)
        let events = EventRecorder(
            api: cluster, gate: election.gate,
            options: .init(reportingController: "quartermaster.dev/operator", reportingInstance: "a"),
            metrics: registry)
        let text = withExtendedLifetime((controller, events)) { registry.exposition() }
        for name in ["workqueue_depth", "controller_runtime_active_workers", "leader_election_master_status"] {
            #expect(text.contains("\n\(name){"))
        }
        let (status, complaints) = try check(text)
        #expect(complaints == "")
        #expect(status == 0)
    }

    @Test("a metric against the conventions is found, so the check checks")
    func findsFaults() throws {
        let registry = MetricRegistry()
        registry.counter("requests", help: "Without the suffix.")().increment()
        let (status, complaints) = try check(registry.exposition())
        #expect(complaints.contains("_total"))
        #expect(status != 0)
    }

    private func check(_ metrics: String) throws -> (status: Int32, complaints: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(promtool))
        process.arguments = ["check", "metrics"]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(metrics.utf8))
        try input.fileHandleForWriting.close()
        let complaints = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: complaints, as: UTF8.self))
    }
}
