internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// What a cluster costs on which nothing is to be done: a full resync, and standing still.
struct NoopBenchmark: Command {
    static let name = "noop"
    static let summary = "Reconcile converged pools again, then stand still: requests, CPU and memory"
    static let usage = "[--pools N] [--regions N] [--nodes N] [--rounds N] [--idle DURATION]"
    static let flags =
        BenchmarkClient.flags + BenchmarkPools.flags + [
            Flag("rounds", "N", default: "3", help: "full resyncs"),
            Flag("idle", "DURATION", default: "30s", help: "how long to stand still"),
        ]

    private let arguments: Arguments
    private let pools: BenchmarkPools
    private let rounds: Int
    private let idle: Duration

    init(_ arguments: Arguments) throws(UsageError) {
        self.arguments = arguments
        pools = try BenchmarkPools(arguments)
        rounds = try arguments.integer("rounds", in: 1...1000)
        idle = try arguments.duration("idle")
    }

    func run() async throws -> Int32 {
        let client = try BenchmarkClient.make(arguments, qps: pools.qps)
        var report: JSONObject = [
            "command": "noop", "pools": .integer(Int64(pools.pools)), "regions": .integer(Int64(pools.regions)),
            "nodes": .integer(Int64(pools.nodes)),
        ]
        try await pools.prepare(client)
        do {
            try await pools.create(pools.names, client)
            let process = BenchmarkOperator(client, workers: pools.workers)
            try await process.run {
                try await process.whileReconciling {
                    try await process.waitUntilQuiet(for: .seconds(5))
                    try await resync(process, in: &report)
                    try await standStill(in: &report)
                }
            }
        } catch {
            try? await pools.tidy(client)
            throw error
        }
        try await pools.tidy(client)
        print(JSONValue.object(report))
        await client.shutdown()
        return 0
    }

    private func resync(_ process: BenchmarkOperator, in report: inout JSONObject) async throws {
        process.api.forget()
        let before = ProcessUsage.now()
        for _ in 0..<rounds {
            for name in pools.names { process.controller.enqueue(pools.key(name), priority: .resync) }
            try await process.waitUntilQuiet(for: .zero)
        }
        let after = ProcessUsage.now()
        let cpu = after.userCPU + after.systemCPU - before.userCPU - before.systemCPU
        report["resync_wall_s"] = .number(((after.wall - before.wall) / Double(rounds)).rounded(to: 3))
        report["resync_cpu_ms_per_pool"] = .number((cpu * 1000 / Double(rounds * pools.pools)).rounded(to: 3))
        report["writes"] = .integer(Int64(process.api.writes))
        report["reads"] = .integer(Int64(process.api.requests.values.reduce(0, +) - process.api.writes))
    }

    private func standStill(in report: inout JSONObject) async throws {
        let before = ProcessUsage.now()
        try await Task.sleep(for: idle)
        let after = ProcessUsage.now()
        let cpu = after.userCPU + after.systemCPU - before.userCPU - before.systemCPU
        report["idle_cpu_percent"] = .number((cpu / (after.wall - before.wall) * 100).rounded(to: 3))
        report.add(after.fields.map { ($0, $1) })
    }
}
