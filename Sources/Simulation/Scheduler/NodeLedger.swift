internal import KubeAPI

/// Which pods are on which node, bindings that the watch has not shown yet included.
struct NodeLedger: Sendable {
    private struct Placement: Sendable {
        var node: String
        var requests: ResourceAmounts
        var owner: String?
    }

    private struct Load: Sendable {
        var used = ResourceAmounts()
        var podCount = 0
        var owners: [String: Int] = [:]
    }

    private var placements: [ObjectKey: Placement] = [:]
    private var loads: [String: Load] = [:]

    /// Takes note of a pod: on `node`, or on the one that it names itself.
    mutating func record(_ pod: PodFacts, on node: String? = nil) {
        remove(pod.object.key)
        guard let node = node ?? pod.nodeName, !pod.isFinished else { return }
        let placement = Placement(node: node, requests: pod.requests, owner: pod.object.controller?.uid)
        placements[pod.object.key] = placement
        var load = loads[node] ?? Load()
        load.used = load.used + placement.requests
        load.podCount += 1
        if let owner = placement.owner { load.owners[owner, default: 0] += 1 }
        loads[node] = load
    }

    mutating func remove(_ key: ObjectKey) {
        guard let placement = placements.removeValue(forKey: key), var load = loads[placement.node] else { return }
        load.used = load.used - placement.requests
        load.podCount -= 1
        if let owner = placement.owner {
            load.owners[owner] = load.owners[owner].flatMap { $0 > 1 ? $0 - 1 : nil }
        }
        loads[placement.node] = load.podCount == 0 ? nil : load
    }

    func candidates(_ nodes: [NodeFacts], for pod: PodFacts) -> [PodPlacement.Candidate] {
        let owner = pod.object.controller?.uid
        return nodes.map { node in
            let load = loads[node.name] ?? Load()
            return PodPlacement.Candidate(
                node: node, used: load.used, podCount: load.podCount,
                siblings: owner.flatMap { load.owners[$0] } ?? 0)
        }
    }
}
