internal import CommandLineInterface
internal import KubeAPI

/// From the start of the process to a synced informer of all pods, and what its objects cost.
struct InformerBenchmark: Command {
    static let name = "informer"
    static let summary = "Fill an informer of all pods; wall time counts from the start of the process"
    static let usage = "[--paged] [--relists N]"
    static let flags =
        BenchmarkClient.flags + [
            Flag("paged", help: "list page by page instead of streaming the initial state"),
            Flag("relists", "N", default: "0", help: "how often the watch is then made to fail with 410 Gone"),
        ]

    private let arguments: Arguments
    private let isPaged: Bool
    private let relists: Int

    init(_ arguments: Arguments) throws(UsageError) {
        self.arguments = arguments
        isPaged = try arguments.bool("paged")
        relists = try arguments.integer("relists", in: 0...1000)
    }

    func run() async throws -> CommandStatus {
        let client = try BenchmarkClient.make(arguments)
        print(JSONValue.object(try await measure(RelistSource(client))))
        await client.shutdown()
        return .fine
    }

    private func measure(_ source: RelistSource) async throws -> JSONObject {
        var options = InformerOptions()
        options.policy.usesWatchList = !isPaged
        let informer = Informer(Selection(.pod), source: source, options: options)
        let before = ProcessUsage.now()
        var report: JSONObject = ["command": "informer", "paged": .bool(isPaged)]
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await informer.run() }
            try await informer.waitUntilSynced()
            let synced = ProcessUsage.now()
            describe(informer, from: before, to: synced, in: &report)
            if relists > 0 { try await relist(informer, source, from: synced, in: &report) }
            group.cancelAll()
        }
        return report
    }

    private func describe(
        _ informer: Informer, from before: ProcessUsage, to synced: ProcessUsage, in report: inout JSONObject
    ) {
        let objects = informer.store.list()
        let count = max(objects.count, 1)
        for (name, value) in synced.fields { report[name] = value }
        report["objects"] = .integer(Int64(objects.count))
        report["rss_before_mb"] = .number(megabytes(before.residentBytes))
        report["rss_bytes_per_object"] = .integer(Int64((synced.residentBytes - before.residentBytes) / count))
        report["json_bytes_per_object"] = .integer(Int64(objects.reduce(0) { $0 + $1.byteCount } / count))
        report["stored_bytes_per_object"] = .integer(Int64(objects.reduce(0) { $0 + $1.storedByteCount } / count))
    }

    private func relist(
        _ informer: Informer, _ source: RelistSource, from synced: ProcessUsage, in report: inout JSONObject
    ) async throws {
        for round in 1...relists {
            source.expire()
            while source.syncCount <= round || informer.phase != .live { try await Task.sleep(for: .milliseconds(5)) }
        }
        let after = ProcessUsage.now()
        report["relists"] = .integer(Int64(relists))
        report["relist_cpu_s"] = .number(
            ((after.userCPU + after.systemCPU - synced.userCPU - synced.systemCPU) / Double(relists)).rounded(to: 3))
        report["relist_rss_mb"] = .number(megabytes(after.residentBytes))
        report["relist_peak_rss_mb"] = .number(megabytes(after.peakResidentBytes))
    }
}
