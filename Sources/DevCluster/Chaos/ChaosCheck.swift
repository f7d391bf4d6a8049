internal import CommandLineInterface
internal import KubeAPI

/// Whether a cluster is as its pools want it: each Ready, each child there and as `quartermaster render` has it, nothing
/// beside it, and marks of the operator on the nodes of the pools only.
struct ChaosCheck: Sendable {
    private static let managedBy = "app.kubernetes.io/managed-by"
    private static let claim = "quartermaster.dev/claim"
    private static let childTypes: [ResourceType] = [.deployment, .podDisruptionBudget]

    let client: KubeClient
    let namespace: String
    /// The operator's program, for `render`.
    let program: String
    let folder: String

    /// What is not as it has to be; `nil` where all is.
    func shortcoming(of keys: [ObjectKey]) async throws -> String? {
        var pools: [DynamicObject] = []
        for key in keys {
            let pool = try await client.get(ChaosPools.type, key)
            if let shortcoming = PoolFacts(object: pool).shortcoming { return "\(key): \(shortcoming)" }
            pools.append(pool)
        }
        if let wrong = try await childrenShortcoming(pools) { return wrong }
        return try await nodesShortcoming(pools)
    }

    /// What is left of pools that are deleted; `nil` where nothing is.
    func remains() async throws -> String? {
        let left = try await client.list(ChaosPools.type, namespace: namespace).items
        if let pool = left.first { return "\(pool.key) is still there" }
        for type in Self.childTypes {
            if let child = try await children(type).first { return "\(type.kind) \(child.key) is left behind" }
        }
        return try await nodesShortcoming([])
    }

    private func children(_ type: ResourceType) async throws -> [DynamicObject] {
        try await client.list(
            type, namespace: namespace, options: ListOptions(labelSelector: "\(Self.managedBy)=quartermaster")
        ).items
    }

    private func childrenShortcoming(_ pools: [DynamicObject]) async throws -> String? {
        let wanted = try await rendered(pools)
        for type in Self.childTypes {
            let live = try await children(type)
            let wanted = wanted.filter { $0.kind == type.kind }
            if let orphan = live.first(where: { child in !wanted.contains { $0.key == child.key } }) {
                return "\(type.kind) \(orphan.key) is nobody's"
            }
            for child in wanted {
                guard let found = live.first(where: { $0.key == child.key }) else {
                    return "\(type.kind) \(child.key) is missing"
                }
                guard pools.contains(where: { $0.uid == found.controllerUID }) else {
                    return "\(type.kind) \(child.key) belongs to a pool that is gone"
                }
                if let difference = Comparison.differences(desired: child, live: found).first {
                    return "\(type.kind) \(child.key): \(difference)"
                }
            }
        }
        return nil
    }

    /// The children as the operator's own program prints them, without what only a cluster can tell.
    private func rendered(_ pools: [DynamicObject]) async throws -> [DynamicObject] {
        let (manifests, output) = ("\(folder)/pools.yaml", "\(folder)/children.yaml")
        let specs = pools.map { pool -> JSONValue in
            var copy = pool
            copy["status"] = nil
            copy["metadata"] = ["name": .string(pool.name), "namespace": .string(pool.namespace)]
            return copy.json
        }
        try PrivateFile.write(YAML.write(specs).utf8, to: manifests)
        FileSystem.remove(output)
        let status = try await Spawn.wait(for: try Spawn.run(program, ["render", "-f", manifests], log: output))
        let text = try FileSystem.read(output)
        guard status == 0 else {
            throw WaitFailure(description: "render ended with \(status): \(String(decoding: text, as: UTF8.self))")
        }
        return try YAML.parse(text).map { document in
            var object = try DynamicObject(document)
            object[path: "metadata", "ownerReferences"] = nil
            return object
        }
    }

    private func nodesShortcoming(_ pools: [DynamicObject]) async throws -> String? {
        let regions = pools.flatMap { pool in
            (pool[path: "spec", "regions"]?.array ?? []).compactMap { region in
                region["name"]?.string.map { ($0, pool.name) }
            }
        }
        let owners = Dictionary(regions, uniquingKeysWith: { first, _ in first })
        for node in try await client.list(.node).items where node.name.hasPrefix("\(namespace)-") {
            let region = node.labels["topology.kubernetes.io/region"] ?? ""
            let owner = owners[region]
            let isClaimed = node.annotations[Self.claim] != nil
            if isClaimed != (owner != nil) { return "node \(node.name) is\(isClaimed ? "" : " not") claimed" }
            if node.labels[ChaosPools.nodeLabel] != owner {
                return "node \(node.name) has the label \(node.labels[ChaosPools.nodeLabel] ?? "of nobody")"
            }
            let taints = node.taints.filter { $0.key == "workload" }.map(\.value)
            if taints != (owner.map { [$0] } ?? []) { return "node \(node.name) has the taints \(taints)" }
        }
        return nil
    }
}

extension DynamicObject {
    /// Of the owner that controls it.
    fileprivate var controllerUID: String? {
        let owners = self[path: "metadata", "ownerReferences"]?.array ?? []
        return owners.first { $0["controller"]?.bool == true }?["uid"]?.string
    }
}
