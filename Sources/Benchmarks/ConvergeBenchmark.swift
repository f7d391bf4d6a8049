internal import CommandLineInterface
internal import Glibc
internal import KubeAPI

/// How fast objects of ours become children: one at a time, and all at once against a plain loop of the same writes.
struct ConvergeBenchmark: Command {
    static let name = "converge"
    static let summary = "From objects of ours to their children, and the same server-side applies by a plain loop"
    static let usage = "\(BenchmarkFleet.usage) [--single N] [--rounds N]"
    static let flags =
        BenchmarkClient.flags + BenchmarkFleet.flags + [
            Flag("single", "N", default: "100", help: "objects that are applied one at a time, at idle"),
            Flag("in-flight", "N", default: "16", help: "requests that the plain loop has under way"),
            Flag("rounds", "N", default: "1", help: "how often all is done, each time with new objects"),
        ]

    private let arguments: Arguments
    private let qps: Double
    private let single: Int
    private let inFlight: Int
    private let rounds: Int

    init(_ arguments: Arguments) throws(UsageError) {
        self.arguments = arguments
        qps = try BenchmarkFleet(arguments).qps
        single = try arguments.integer("single", in: 0...10_000)
        inFlight = try arguments.integer("in-flight", in: 1...256)
        rounds = try arguments.integer("rounds", in: 1...1000)
    }

    func run() async throws -> CommandStatus {
        let plain = try BenchmarkClient.make(arguments, qps: 0)
        let client = try BenchmarkClient.make(arguments, qps: qps)
        var reports: [JSONObject] = []
        for _ in 0..<rounds {
            let round = ConvergeRound(
                fleet: try BenchmarkFleet(arguments), plain: plain, client: client, inFlight: inFlight, single: single)
            let report = try await round.run()
            print(JSONValue.object(report))
            // A round takes a minute and more: whoever reads through a pipe is to see it now.
            fflush(nil)
            reports.append(report)
        }
        if rounds > 1 { print(JSONValue.object(Self.summary(of: reports))) }
        await client.shutdown()
        await plain.shutdown()
        return .fine
    }

    /// One round says little: a machine that others use as well is a fifth slower from one second to the next.
    private static func summary(of reports: [JSONObject]) -> JSONObject {
        var summary: JSONObject = ["command": .string(name), "rounds": .integer(Int64(reports.count))]
        for field in ["ratio", "ratio_of_all_writes", "cpu_ms_per_child"] {
            let values = reports.compactMap { $0[field]?.number }
            guard let lowest = values.min(), let highest = values.max() else { continue }
            summary.add([
                ("\(field)_median", .number(median(of: values).rounded(to: 3))),
                ("\(field)_lowest", .number(lowest)), ("\(field)_highest", .number(highest)),
            ])
        }
        return summary
    }
}
