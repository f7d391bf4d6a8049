internal import KubeAPI
internal import Synchronization

/// On which nodes the pods of Deployments run, kept as pods come and go: a pass looks at each node once, however many pods a region
/// has. Pods that are ending or have ended, and those without a node, are on none.
final class PodPlaces: Sendable {
    private struct Place: Equatable {
        /// The Deployment, as far as the name of the ReplicaSet tells: see `Pod.isMade`.
        var deployment: ObjectKey
        var node: String
    }

    private struct State {
        /// The names of the pods, by the Deployment and the node.
        var pods: [ObjectKey: [String: Set<String>]] = [:]
        /// Those that were found on a node where they should not be, when somebody looked last.
        var misplaced: [ObjectKey: Set<String>] = [:]
    }

    private let state = Mutex(State())

    /// Takes a change of a pod.
    ///
    /// - Returns: whether a pod has left a place where it should not have been.
    func note(_ event: InformerEvent) -> Bool {
        var (before, after): (Place?, Place?)
        switch event {
        case .added(let pod, _): after = Self.place(of: pod)
        case .updated(let old, let new): (before, after) = (Self.place(of: old), Self.place(of: new))
        case .deleted(let pod): before = Self.place(of: pod)
        }
        guard before != after else { return false }
        let name = event.key.name
        return state.withLock { state in
            if let after { state.pods[after.deployment, default: [:]][after.node, default: []].insert(name) }
            guard let before else { return false }
            var nodes = state.pods[before.deployment] ?? [:]
            nodes[before.node]?.remove(name)
            if nodes[before.node]?.isEmpty == true { nodes[before.node] = nil }
            state.pods[before.deployment] = nodes.isEmpty ? nil : nodes
            let wasMisplaced = state.misplaced[before.deployment]?.contains(name) ?? false
            if nodes.isEmpty { state.misplaced[before.deployment] = nil }
            return wasMisplaced
        }
    }

    /// The pods of a Deployment on nodes where they should not be, by the node, both in the order of their names.
    ///
    /// - Parameter isForeign: whether they should not be on a node; called once for each.
    func misplaced(of deployment: ObjectKey, where isForeign: (_ node: String) -> Bool) -> [(
        node: String, pods: [String]
    )] {
        let nodes = state.withLock { $0.pods[deployment] ?? [:] }
        let foreign = nodes.filter { isForeign($0.key) }
        let names = Set(foreign.values.joined())
        state.withLock { $0.misplaced[deployment] = names.isEmpty ? nil : names }
        return foreign.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
    }

    private static func place(of pod: CachedObject) -> Place? {
        guard let node = pod.value(at: "spec", "nodeName")?.string, !node.isEmpty, !pod.isBeingDeleted,
            !["Succeeded", "Failed"].contains(pod.value(at: "status", "phase")?.string),
            let set = pod.ownerReferences.first(where: { $0.controller == true }), set.kind == "ReplicaSet",
            let hash = set.name.lastIndex(of: "-")
        else { return nil }
        let deployment = ObjectKey(namespace: pod.key.namespace, name: String(set.name[..<hash]))
        return Place(deployment: deployment, node: node)
    }
}
