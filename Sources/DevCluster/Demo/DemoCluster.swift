internal import KubeAPI

/// The cluster as the demo asks for it.
struct DemoCluster: Sendable {
    let client: KubeClient

    func nodes() async throws -> [DynamicObject] {
        try await client.list(.node).items.sorted { $0.name < $1.name }
    }

    func node(_ name: String) async throws -> DynamicObject { try await client.get(.node, ObjectKey(name: name)) }

    /// The objects that a pool has made, sorted by name.
    func children(_ type: ResourceType, of pool: PoolFacts) async throws -> [DynamicObject] {
        let options = ListOptions(labelSelector: "\(PoolFacts.childLabel)=\(pool.key.name)")
        return try await client.list(type, namespace: pool.key.namespace, options: options).items
            .sorted { $0.name < $1.name }
    }

    func pool(_ type: ResourceType, _ key: ObjectKey) async throws -> PoolFacts {
        PoolFacts(object: try await client.get(type, key))
    }

    /// The nodes that a region's labels stand on.
    func nodes(of region: PoolFacts.Region) async throws -> [DynamicObject] {
        try await nodes().filter { $0.labels[region.regionLabelKey] == region.name }
    }

    /// `nil` where the object is gone.
    func find(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject? {
        do {
            return try await client.get(type, key)
        } catch let error as APIError where error.isNotFound {
            return nil
        }
    }

    /// What the operator has told about corrected drift, the oldest first.
    func driftEvents() async throws -> [DynamicObject] {
        try await client.list(.event).items.filter { $0["reason"]?.string == "DriftCorrected" }
            .sorted { ($0["eventTime"]?.string ?? "") < ($1["eventTime"]?.string ?? "") }
    }

    /// Changes the taints of a node; as the list is one whole for the API, only at the version that was read.
    func changeTaints(of name: String, _ change: ([Taint]) -> [Taint]) async throws {
        for attempt in 1... {
            let node = try await node(name)
            let taints = change(node.taints)
            let patch: JSONValue = [
                "metadata": ["resourceVersion": .string(node.resourceVersion)],
                "spec": ["taints": .array(try taints.map { try JSONValueEncoder().encode($0) })],
            ]
            do {
                _ = try await client.patch(.node, node.key, .merge(patch))
                return
            } catch let error as APIError where error.isConflict && attempt < 10 {
                continue
            }
        }
    }

    func setLabel(_ key: String, to value: String, on name: String) async throws {
        let patch: JSONValue = ["metadata": ["labels": .object(JSONObject([(key, .string(value))]))]]
        _ = try await client.patch(.node, ObjectKey(name: name), .merge(patch))
    }
}
