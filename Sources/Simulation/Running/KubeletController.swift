internal import KubeAPI
internal import Synchronization

/// The kubelets of all simulated nodes.
struct KubeletController: SimulationController {
    let controller = SimulatedController.kubelet
    let workers = 8
    let cluster: SimulatedCluster
    let options: SimulationOptions
    let now: @Sendable () -> Timestamp
    let time: TimeSource
    private let arrivals = Arrivals()

    init(
        cluster: SimulatedCluster, options: SimulationOptions, now: @escaping @Sendable () -> Timestamp,
        time: TimeSource
    ) {
        self.cluster = cluster
        self.options = options
        self.now = now
        self.time = time
    }

    func observe(_ queue: WorkQueue<ObjectKey>) {
        cluster.pods.addHandler { [arrivals] event in
            if case .deleted(let pod) = event {
                arrivals.forget(pod.uid)
            } else if event.object.value(at: "spec", "nodeName") != nil {
                queue.add(event.key)
            }
        }
        cluster.nodes.addHandler { [pods = cluster.pods.store] event in
            guard event.object.annotations[SimulationAnnotation.node] == "true" else { return }
            // Heartbeats change nothing for pods; what a node runs is looked at when it comes, and when it comes back.
            if case .updated(let old, let new) = event,
                old.annotations[SimulationAnnotation.nodeReady] == new.annotations[SimulationAnnotation.nodeReady]
            {
                return
            }
            for pod in pods.list(index: SimulatedCluster.byNode.name, value: event.key.name) { queue.add(pod.key) }
        }
    }

    func sync(_ key: ObjectKey) async throws -> Duration? {
        guard let pod = cluster.get(.pod, key).map(PodFacts.init), let nodeName = pod.nodeName,
            let node = cluster.get(.node, ObjectKey(name: nodeName)).map(NodeFacts.init), node.isSimulated
        else { return nil }
        let age = arrivals.age(of: pod, time: time.now, now: now())
        let missing = try await missingReferences(of: pod)
        var decision = PodLifecycle.decide(
            pod: pod, node: node, age: age, missing: missing, now: now(), options: options)
        // Secrets and ConfigMaps are not watched, so what is missing is asked for now and then.
        if !missing.isEmpty { decision.checkAgain(in: .seconds(1)) }
        try await cluster.perform(decision.writes)
        return decision.checkAgain
    }

    /// What a pod that has yet to start refers to and is not there.
    private func missingReferences(of pod: PodFacts) async throws -> [PodReference] {
        guard pod.phase == "Pending", !pod.object.isBeingDeleted else { return [] }
        var missing: [PodReference] = []
        for reference in PodReference.references(of: pod) {
            do {
                let key = ObjectKey(namespace: pod.object.namespace, name: reference.name)
                _ = try await cluster.client.get(reference.type, key)
            } catch let error as APIError where error.isNotFound {
                missing.append(reference)
            }
        }
        return missing
    }
}

/// When each pod came to its node. The API's times count whole seconds, too coarse to start a pod by.
private final class Arrivals: Sendable {
    private let times = Mutex<[String: Duration]>([:])

    func age(of pod: PodFacts, time: Duration, now: Timestamp) -> Duration {
        times.withLock { times in
            if let arrival = times[pod.object.uid] { return time - arrival }
            // A pod that a kubelet has started before this process did goes on where it was.
            let started = pod.status["startTime"]?.string.flatMap { Timestamp(rfc3339: $0) }
            let age = started.map { max(.zero, now - $0) } ?? .zero
            times[pod.object.uid] = time - age
            return age
        }
    }

    func forget(_ uid: String) { times.withLock { $0[uid] = nil } }
}
