internal import CommandLineInterface
internal import KubeAPI

/// What somebody does to the cluster behind the operator's back, and what is to come of each deed.
struct DemoDamage: Sendable {
    /// Something that another program or person put on a node, and that is to stay.
    static let foreignTaint = Taint(key: "maintenance", value: "tonight", effect: .noSchedule)

    private struct Taken: Sendable {
        var node: String
        var taint: Taint
    }

    private struct Edited: Sendable {
        var node: String
        var label: String
        var value: String
    }

    private let cluster: DemoCluster
    private let pool: PoolFacts
    private let taken: Taken
    private let edited: Edited
    private let deleted: DynamicObject
    let foreignNode: String

    /// Chooses what to break: in each region something else, as far as there are regions.
    ///
    /// - Throws: `WaitFailure` where the pool has nothing of the kind.
    init(cluster: DemoCluster, pool: PoolFacts) async throws {
        let regions = pool.regions
        func region(_ index: Int) throws -> PoolFacts.Region {
            guard !regions.isEmpty else { throw WaitFailure(description: "the pool has no region") }
            return regions[index % regions.count]
        }
        func node(of region: PoolFacts.Region, last: Bool = false) async throws -> DynamicObject {
            let nodes = try await cluster.nodes(of: region)
            guard let node = last ? nodes.last : nodes.first else {
                throw WaitFailure(description: "no node carries \(region.regionLabelKey)=\(region.name)")
            }
            return node
        }
        let (first, second, third) = (try region(0), try region(1), try region(2))
        guard let taint = first.taints.first,
            let label = second.labels.first(where: { $0.key != second.regionLabelKey })
        else { throw WaitFailure(description: "the pool sets no taint or no label to break") }
        self.cluster = cluster
        self.pool = pool
        taken = Taken(node: try await node(of: first).name, taint: taint)
        edited = Edited(node: try await node(of: second).name, label: label.key, value: label.value)
        deleted = try await cluster.client.get(
            .deployment, ObjectKey(namespace: pool.key.namespace, name: third.deployment))
        foreignNode = try await node(of: first, last: true).name
    }

    func inflict() async throws {
        try await cluster.changeTaints(of: taken.node) { taints in taints.filter { $0.key != taken.taint.key } }
        say("   removed  taint \(taken.taint) from node \(taken.node)")
        try await cluster.setLabel(edited.label, to: "database", on: edited.node)
        say("   changed  label \(edited.label)=\(edited.value) to \(edited.label)=database on node \(edited.node)")
        try await cluster.client.delete(.deployment, deleted.key)
        say("   deleted  deployment \(deleted.key)")
        try await cluster.changeTaints(of: foreignNode) { taints in
            taints.filter { $0.key != Self.foreignTaint.key } + [Self.foreignTaint]
        }
        say("   added    taint \(Self.foreignTaint) to node \(foreignNode), which is none of the operator's business")
    }

    /// What is not repaired yet; `nil` where all is.
    func unrepaired() async throws -> String? {
        guard try await cluster.node(taken.node).taints.contains(taken.taint) else {
            return "node \(taken.node) has not got its taint \(taken.taint) back"
        }
        guard try await cluster.node(edited.node).labels[edited.label] == edited.value else {
            return "node \(edited.node) has not got its label \(edited.label)=\(edited.value) back"
        }
        guard let deployment = try await replacement() else {
            return "deployment \(deleted.key) has not been made again"
        }
        let wanted = deployment[path: "spec", "replicas"]?.integer ?? 1
        let available = deployment[path: "status", "availableReplicas"]?.integer ?? 0
        return available >= wanted ? nil : "deployment \(deleted.key) has \(available) of \(wanted) pods available"
    }

    /// What was repaired and what was left alone, as it is now.
    ///
    /// - Throws: `WaitFailure` where the operator touched what is not its own.
    func report() async throws -> TextTable {
        guard try await cluster.node(foreignNode).taints.contains(Self.foreignTaint) else {
            throw WaitFailure(
                description: "the operator removed the foreign taint \(Self.foreignTaint) from node \(foreignNode)")
        }
        let uid = try await replacement()?.uid ?? ""
        var table = TextTable("OBJECT", "VERDICT", "NOW")
        table.add("node/\(taken.node)", "repaired", "taint \(taken.taint) is back")
        table.add("node/\(edited.node)", "repaired", "label \(edited.label)=\(edited.value) is back")
        table.add("deployment/\(deleted.name)", "repaired", "made again (UID \(uid.prefix(8))), all pods available")
        table.add("node/\(foreignNode)", "left alone", "taint \(Self.foreignTaint) is still there")
        return table
    }

    private func replacement() async throws -> DynamicObject? {
        let deployment = try await cluster.find(.deployment, deleted.key)
        return deployment.flatMap { $0.uid == deleted.uid || $0.isBeingDeleted ? nil : $0 }
    }
}
