internal import KubeAPI
internal import Synchronization

/// Puts pods on nodes, one pod at a time.
struct SchedulerController: SimulationController {
    let controller = SimulatedController.scheduler
    let workers = 1
    let cluster: SimulatedCluster
    let now: @Sendable () -> Timestamp
    private let ledger = Ledger()

    init(cluster: SimulatedCluster, now: @escaping @Sendable () -> Timestamp) {
        self.cluster = cluster
        self.now = now
    }

    func observe(_ queue: WorkQueue<ObjectKey>) {
        cluster.pods.addHandler { [ledger] event in
            let isFreed = ledger.note(event)
            if case .deleted = event {
                for key in ledger.waiting where isFreed { queue.add(key, priority: .initialList) }
                return
            }
            if event.object.value(at: "spec", "nodeName") == nil {
                queue.add(event.key)
            } else if isFreed {
                for key in ledger.waiting { queue.add(key, priority: .initialList) }
            }
        }
        cluster.nodes.addHandler { [ledger] event in
            if case .updated(let old, let new) = event, !Self.matters(old, new) { return }
            for key in ledger.waiting { queue.add(key, priority: .initialList) }
        }
    }

    func sync(_ key: ObjectKey) async throws -> Duration? {
        guard let pod = cluster.get(.pod, key).map(PodFacts.init), pod.isActive, pod.nodeName == nil else {
            ledger.stopWaiting(key)
            return nil
        }
        let nodes = cluster.nodes.store.list().map { NodeFacts($0.dynamic()) }
        let decision = PodPlacement.decide(pod: pod, candidates: ledger.candidates(nodes, for: pod), now: now())
        if case .bind(_, _, let node)? = decision.writes.first {
            ledger.place(pod, on: node)
            do {
                try await cluster.perform(decision.writes)
            } catch {
                ledger.release(key)
                throw error
            }
        } else {
            ledger.wait(key)
            try await cluster.perform(decision.writes)
        }
        return nil
    }

    /// Whether a change of a node can make room for a pod.
    private static func matters(_ old: CachedObject, _ new: CachedObject) -> Bool {
        old.labels != new.labels || old.value(at: "spec") != new.value(at: "spec")
            || old.value(at: "status", "allocatable") != new.value(at: "status", "allocatable")
    }
}

/// The scheduler's picture of who is where and who waits.
private final class Ledger: Sendable {
    private struct State {
        var nodes = NodeLedger()
        var waiting: Set<ObjectKey> = []
    }

    private let state = Mutex(State())

    var waiting: [ObjectKey] { state.withLock { Array($0.waiting) } }

    /// - Returns: whether a place has become free.
    func note(_ event: InformerEvent) -> Bool {
        if case .deleted(let object) = event {
            return state.withLock { state in
                state.nodes.remove(object.key)
                state.waiting.remove(object.key)
                return object.value(at: "spec", "nodeName") != nil
            }
        }
        guard event.object.value(at: "spec", "nodeName") != nil else { return false }
        let pod = PodFacts(event.object.dynamic())
        return state.withLock { state in
            state.nodes.record(pod)
            state.waiting.remove(event.key)
            return pod.isFinished
        }
    }

    func candidates(_ nodes: [NodeFacts], for pod: PodFacts) -> [PodPlacement.Candidate] {
        state.withLock { $0.nodes.candidates(nodes, for: pod) }
    }

    func place(_ pod: PodFacts, on node: String) {
        state.withLock { state in
            state.nodes.record(pod, on: node)
            state.waiting.remove(pod.object.key)
        }
    }

    func release(_ key: ObjectKey) { state.withLock { $0.nodes.remove(key) } }
    func wait(_ key: ObjectKey) { state.withLock { _ = $0.waiting.insert(key) } }
    func stopWaiting(_ key: ObjectKey) { state.withLock { _ = $0.waiting.remove(key) } }
}
