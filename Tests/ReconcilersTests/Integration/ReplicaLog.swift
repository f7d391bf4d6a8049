import KubeAPI
import Synchronization

@testable import Reconcilers

/// Every number of pods that a Deployment ever wanted, as a watch has seen it.
final class ReplicaLog: Sendable {
    private let seen = Mutex<[Int64]>([])

    /// Without repetitions.
    var numbers: [Int64] { seen.withLock { $0 } }

    /// Watches while `body` runs.
    static func run(
        on cluster: TestCluster, _ deployment: String, in namespace: String? = nil,
        _ body: (ReplicaLog) async throws -> Void
    ) async throws {
        let client = try TestCluster.client(cluster.configuration)
        let log = ReplicaLog()
        let informer = Informer(Selection(.deployment, namespace: namespace ?? cluster.namespace), source: client)
        informer.addHandler { event in
            if event.key.name == deployment { log.note(event.object.value(at: "spec", "replicas")?.integer ?? -1) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await informer.run() }
            try await informer.waitUntilSynced()
            defer { group.cancelAll() }
            try await body(log)
        }
        await client.shutdown()
    }

    private func note(_ number: Int64) {
        seen.withLock { if $0.last != number { $0.append(number) } }
    }
}
