import KubeAPI
import Synchronization

@testable import Reconcilers

/// How many pods of a test were ready at any time, as a watch has seen it.
final class PodLog: Sendable {
    private struct State {
        var ready: Set<String> = []
        /// Since `begin`.
        var fewest = Int.max
    }

    private let state = Mutex(State())

    /// The fewest that were ready since `begin`; those that are being deleted don't count.
    var fewest: Int { state.withLock { $0.fewest } }

    /// Watches while `body` runs.
    static func run(on cluster: TestCluster, _ body: (PodLog) async throws -> Void) async throws {
        let client = try TestCluster.client(cluster.configuration)
        let log = PodLog()
        let informer = Informer(Selection(.pod, namespace: cluster.namespace), source: client)
        informer.addHandler { log.note($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await informer.run() }
            try await informer.waitUntilSynced()
            defer { group.cancelAll() }
            try await body(log)
        }
        await client.shutdown()
    }

    /// From now on counts.
    func begin() { state.withLock { $0.fewest = $0.ready.count } }

    private func note(_ event: InformerEvent) {
        let pod = event.object
        let isReady = (pod.value(at: "status", "conditions")?.elements ?? []).contains {
            $0["type"] == "Ready" && $0["status"] == "True"
        }
        state.withLock { state in
            if case .deleted = event {
                state.ready.remove(pod.uid)
            } else if isReady, !pod.isBeingDeleted {
                state.ready.insert(pod.uid)
            } else {
                state.ready.remove(pod.uid)
            }
            state.fewest = min(state.fewest, state.ready.count)
        }
    }
}
