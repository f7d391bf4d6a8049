internal import CommandLineInterface
internal import KubeAPI
internal import Synchronization

/// How soon handlers hear of changes while many come.
struct EventsBenchmark: Command {
    static let name = "events"
    static let summary = "Write at a rate, and measure from the answer of each write to its event in each handler"
    static let usage = "[--writes N] [--informers N] [--seconds N]"
    static let flags =
        BenchmarkClient.flags + [
            Flag("writes", "N", default: "250", help: "writes a second"),
            Flag("informers", "N", default: "20", help: "informers that each hear of every write"),
            Flag("seconds", "N", default: "10", help: "how long"),
            Flag("objects", "N", default: "200", help: "ConfigMaps that are written in turn"),
        ]

    private let arguments: Arguments
    private let writes: Int
    private let informers: Int
    private let seconds: Int
    private let objects: Int

    init(_ arguments: Arguments) throws(UsageError) {
        self.arguments = arguments
        writes = try arguments.integer("writes", in: 1...10_000)
        informers = try arguments.integer("informers", in: 1...1000)
        seconds = try arguments.integer("seconds", in: 1...3600)
        objects = try arguments.integer("objects", in: 1...10_000)
    }

    /// Events and answers of writes meet here, by the version that a write made.
    private final class Meeting: Sendable {
        private struct State {
            var answered: [String: ContinuousClock.Instant] = [:]
            var heard: [String: [ContinuousClock.Instant]] = [:]
        }

        private let state = Mutex(State())

        func answered(_ version: String) {
            let now = ContinuousClock.now
            state.withLock { $0.answered[version] = now }
        }

        func heard(_ version: String) {
            let now = ContinuousClock.now
            state.withLock { $0.heard[version, default: []].append(now) }
        }

        /// An event that comes before the answer counts as at once.
        var latencies: Latencies {
            state.withLock { state in
                var latencies = Latencies()
                for (version, answer) in state.answered {
                    for time in state.heard[version] ?? [] { latencies.add(max(answer.duration(to: time), .zero)) }
                }
                return latencies
            }
        }
    }

    func run() async throws -> CommandStatus {
        let client = try BenchmarkClient.make(arguments, qps: 0)
        let namespace = "quartermaster-bench-\(UInt16.random(in: .min ... .max))"
        let space = try Namespace(metadata: ObjectMeta(name: namespace)).dynamicObject()
        _ = try await client.create(space, as: .namespace)
        var report: JSONObject = ["command": "events", "informers": .integer(Int64(informers))]
        do {
            try await measure(client, namespace, in: &report)
        } catch {
            try? await client.delete(.namespace, ObjectKey(name: namespace))
            throw error
        }
        try await client.delete(.namespace, ObjectKey(name: namespace))
        print(JSONValue.object(report))
        await client.shutdown()
        return .fine
    }

    private func measure(_ client: KubeClient, _ namespace: String, in report: inout JSONObject) async throws {
        try await forEach(0..<objects, inFlight: 16) { index in
            let fields: JSONObject = [
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": ["name": .string("object-\(index)"), "namespace": .string(namespace)],
                "data": ["text": .string(String(repeating: "x", count: 1000))],
            ]
            _ = try await client.create(DynamicObject(fields), as: .configMap)
        }
        let meeting = Meeting()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<informers {
                let informer = Informer(Selection(.configMap, namespace: namespace), source: client)
                informer.addHandler { event in
                    if case .updated(_, let new) = event { meeting.heard(new.resourceVersion) }
                }
                group.addTask { try await informer.run() }
                try await informer.waitUntilSynced()
            }
            let before = ProcessUsage.now()
            try await write(client, namespace, meeting)
            let after = ProcessUsage.now()
            try await Task.sleep(for: .seconds(1))
            let latencies = meeting.latencies
            report["writes_per_s"] = .number((Double(writes * seconds) / (after.wall - before.wall)).rounded(to: 1))
            report["events"] = .integer(Int64(latencies.count))
            report["expected_events"] = .integer(Int64(writes * seconds * informers))
            report["events_per_s"] = .number((Double(latencies.count) / (after.wall - before.wall)).rounded(to: 1))
            report.add(latencies.fields())
            let cpu = after.userCPU + after.systemCPU - before.userCPU - before.systemCPU
            report["cpu_us_per_event"] = .number((cpu * 1e6 / Double(max(latencies.count, 1))).rounded(to: 1))
            group.cancelAll()
        }
    }

    /// Sends each write at its time; one that takes long does not hold up the next.
    private func write(_ client: KubeClient, _ namespace: String, _ meeting: Meeting) async throws {
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<(writes * seconds) {
                try await Task.sleep(until: start + .seconds(1) * number / writes)
                group.addTask {
                    let written = try await client.patch(
                        .configMap, ObjectKey(namespace: namespace, name: "object-\(number % objects)"),
                        .merge(["data": ["number": .string("\(number)")]]), subresource: nil, options: WriteOptions())
                    meeting.answered(written.resourceVersion)
                }
            }
            try await group.waitForAll()
        }
    }
}
