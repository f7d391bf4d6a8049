internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// What a cluster costs on which nothing is to be done: a full resync, and standing still.
struct NoopBenchmark: Command {
    static let name = "noop"
    static let summary = "Reconcile converged objects again, then stand still: requests, CPU and memory"
    static let usage = "\(BenchmarkFleet.usage) [--rounds N] [--idle DURATION]"
    static let flags =
        BenchmarkClient.flags + BenchmarkFleet.flags + [
            Flag("rounds", "N", default: "3", help: "full resyncs"),
            Flag("idle", "DURATION", default: "30s", help: "how long to stand still"),
        ]

    private let arguments: Arguments
    private let fleet: BenchmarkFleet
    private let rounds: Int
    private let idle: Duration

    init(_ arguments: Arguments) throws(UsageError) {
        self.arguments = arguments
        fleet = try BenchmarkFleet(arguments)
        rounds = try arguments.integer("rounds", in: 1...1000)
        idle = try arguments.duration("idle")
    }

    func run() async throws -> CommandStatus {
        let client = try BenchmarkClient.make(arguments, qps: fleet.qps)
        var report: JSONObject = ["command": "noop"]
        report.add(fleet.subject.size)
        try await fleet.prepare(client)
        do {
            try await fleet.create(client)
            let process = BenchmarkOperator(client, for: fleet)
            try await process.run {
                try await process.whileReconciling {
                    try await process.waitUntilQuiet(for: .seconds(5))
                    try await resync(process, in: &report)
                    try await standStill(in: &report)
                }
            }
        } catch {
            try? await fleet.tidy(client)
            throw error
        }
        try await fleet.tidy(client)
        print(JSONValue.object(report))
        await client.shutdown()
        return .fine
    }

    private func resync(_ process: BenchmarkOperator, in report: inout JSONObject) async throws {
        process.api.forget()
        let before = ProcessUsage.now()
        for _ in 0..<rounds {
            for key in fleet.keys { process.controller.enqueue(key, priority: .resync) }
            try await process.waitUntilQuiet(for: .zero)
        }
        let after = ProcessUsage.now()
        let cpu = after.userCPU + after.systemCPU - before.userCPU - before.systemCPU
        report["resync_wall_s"] = .number(((after.wall - before.wall) / Double(rounds)).rounded(to: 3))
        report["resync_cpu_ms_per_\(fleet.noun)"] = .number(
            (cpu * 1000 / Double(rounds * fleet.subject.count)).rounded(to: 3))
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
