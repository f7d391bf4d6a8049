internal import KubeAPI
internal import Synchronization

/// Evicts pods from nodes whose `NoExecute` taints they do not tolerate.
struct TaintEvictionController: SimulationController {
    let controller = SimulatedController.taintEviction
    let workers = 1
    let cluster: SimulatedCluster
    let now: @Sendable () -> Timestamp
    private let limits = Limits()

    init(cluster: SimulatedCluster, now: @escaping @Sendable () -> Timestamp) {
        self.cluster = cluster
        self.now = now
    }

    func observe(_ queue: WorkQueue<ObjectKey>) {
        cluster.pods.addHandler { [limits] event in
            if case .deleted = event {
                limits.end(event.key)
            } else if event.object.value(at: "spec", "nodeName") != nil {
                queue.add(event.key)
            }
        }
        cluster.nodes.addHandler { [pods = cluster.pods.store] event in
            if case .updated(let old, let new) = event,
                old.value(at: "spec", "taints") == new.value(at: "spec", "taints")
            {
                return
            }
            for pod in pods.list(index: SimulatedCluster.byNode.name, value: event.key.name) { queue.add(pod.key) }
        }
    }

    func sync(_ key: ObjectKey) async throws -> Duration? {
        guard let pod = cluster.get(.pod, key).map(PodFacts.init), let name = pod.nodeName,
            let node = cluster.get(.node, ObjectKey(name: name)).map(NodeFacts.init),
            TaintEviction.stay(of: pod, on: node) != nil
        else {
            limits.end(key)
            return nil
        }
        let since = limits.begin(key, pod.object.uid, now: now())
        let decision = TaintEviction.decide(pod: pod, node: node, since: since, now: now())
        try await cluster.perform(decision.writes)
        return decision.checkAgain
    }
}

/// Since when pods stay for a limited time only.
private final class Limits: Sendable {
    private let since = Mutex<[ObjectKey: (uid: String, time: Timestamp)]>([:])

    func begin(_ key: ObjectKey, _ uid: String, now: Timestamp) -> Timestamp {
        since.withLock { since in
            if let known = since[key], known.uid == uid { return known.time }
            since[key] = (uid, now)
            return now
        }
    }

    func end(_ key: ObjectKey) { since.withLock { _ = $0.removeValue(forKey: key) } }
}
