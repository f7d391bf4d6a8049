internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// What the caches of the whole operator hold.
struct MemoryBenchmark: Command {
    static let name = "memory"
    static let summary = "Fill every cache that the operator has, and tell what each costs"
    static let usage = ""
    static let flags = BenchmarkClient.flags

    private let arguments: Arguments

    init(_ arguments: Arguments) throws(UsageError) { self.arguments = arguments }

    func run() async throws -> CommandStatus {
        let client = try BenchmarkClient.make(arguments, qps: 0)
        let informers = InformerSet(source: client)
        let environment = ReconcilerEnvironment(
            api: client, informers: informers, gate: .alwaysOpen(), events: SilentEvents(),
            seal: Seal(key: secretBytes(Seal.keyLength)))
        // Never run: what they watch is what is measured.
        let controllers = Kinds.all.map { kind in
            kind.controller(
                in: environment, now: Timestamp.now, logger: .disabled, controllerOptions: Controller.Options())
        }
        let before = ProcessUsage.now()
        var report: JSONObject = ["command": "memory", "controllers": .integer(Int64(controllers.count))]
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await informers.run() }
            try await informers.waitUntilSynced()
            let after = ProcessUsage.now()
            report.add(after.fields.map { ($0, $1) })
            report["rss_before_mb"] = .number(megabytes(before.residentBytes))
            report["caches"] = .object(caches(informers))
            group.cancelAll()
        }
        print(JSONValue.object(report))
        await client.shutdown()
        return .fine
    }

    private func caches(_ informers: InformerSet) -> JSONObject {
        let all = informers.informers.sorted { "\($0.selection)" < "\($1.selection)" }
        return JSONObject(
            all.map { informer in
                let objects = informer.store.list()
                let bytes = objects.reduce(0) { $0 + $1.storedByteCount }
                return (
                    "\(informer.selection)",
                    ["objects": .integer(Int64(objects.count)), "stored_bytes": .integer(Int64(bytes))]
                )
            })
    }
}

private struct SilentEvents: EventSink {
    func emit(_: ObjectEvent) {}
}
