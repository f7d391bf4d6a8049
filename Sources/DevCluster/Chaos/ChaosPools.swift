internal import KubeAPI

/// The pools of a round as their users want them, and what users and others do to them.
actor ChaosPools {
    private struct Pool {
        var regions: [String]
        var isOn: [Bool]
        var image = 1
        var replicas = 2
    }

    static let type = ResourceType(
        group: "quartermaster.dev", version: "v1alpha1", kind: "RegionalWorkerPool", plural: "regionalworkerpools")
    static let nodeLabel = "workload"

    nonisolated let namespace: String
    private let client: KubeClient
    private var pools: [Pool]
    /// What users want to do next; they try again while the server is away.
    private var pending: [@Sendable (KubeClient) async throws -> Void] = []
    /// Nobody wants the pools any more.
    private var areUnwanted = false

    /// - Parameters:
    ///   - namespace: of the pools; begins the names of the regions too.
    ///   - regions: how many each pool has.
    init(client: KubeClient, namespace: String, regions: [Int]) {
        self.client = client
        self.namespace = namespace
        pools = regions.enumerated().map { index, count in
            Pool(
                regions: (0..<count).map { Self.region(namespace, index, $0) },
                isOn: Array(repeating: true, count: count))
        }
    }

    static func region(_ namespace: String, _ pool: Int, _ region: Int) -> String { "\(namespace)-p\(pool)r\(region)" }

    nonisolated func name(_ pool: Int) -> String { "pool-\(pool)" }

    var keys: [ObjectKey] { pools.indices.map(key) }

    /// Applies all pools, as soon as the server takes them.
    func apply() {
        for pool in pools.indices { apply(pool) }
    }

    /// Does one of the steps that users do, as soon as the server takes it; all others do nothing.
    func perform(_ step: ChaosStep) {
        switch step {
        case .newImage(let pool):
            pools[pool].image += 1
            apply(pool)
        case .scale(let pool, let replicas):
            pools[pool].replicas = replicas
            apply(pool)
        case .toggleRegion(let pool, let region):
            pools[pool].isOn[region].toggle()
            // A pool has at least one region.
            if !pools[pool].isOn.contains(true) { pools[pool].isOn[region].toggle() }
            apply(pool)
        case .recreate(let pool):
            let key = key(pool)
            // Made again when it is gone, which takes an operator.
            pending.append { client in try await client.delete(Self.type, key) }
        case .deleteChild(let pool, let region):
            let key = childKey(pool, region)
            pending.append { client in try await client.delete(.deployment, key) }
        case .editChild(let pool, let region):
            edit(.deployment, childKey(pool, region), ["spec": ["replicas": 7]])
        case .stripNode(let pool, let region):
            edit(
                .node, ObjectKey(name: "\(pools[pool].regions[region])-node-1"),
                ["metadata": ["labels": ["workload": .null, "region": .null]], "spec": ["taints": .null]])
        default: break
        }
    }

    /// Tries what could not be done yet, in its order, and makes again what is gone; `nil` where nothing is left to do.
    func waitUntilAtRest() async throws -> String? {
        while let action = pending.first {
            do {
                try await action(client)
            } catch let error as APIError where error.isNotFound {
                // As it was wanted, or nothing to break.
            } catch let error as APIError where error.isTransient {
                return "\(error)"
            }
            pending.removeFirst()
        }
        guard !areUnwanted else { return nil }
        for (index, key) in keys.enumerated() {
            do {
                let pool = try await client.get(Self.type, key)
                if pool.isBeingDeleted { return "\(key) is being deleted" }
            } catch let error as APIError where error.isNotFound {
                apply(index)
                return "\(key) is made again"
            }
        }
        return nil
    }

    /// Deletes all pools.
    func delete() {
        areUnwanted = true
        for key in keys { pending.append { client in try await client.delete(Self.type, key) } }
    }

    private func key(_ pool: Int) -> ObjectKey { ObjectKey(namespace: namespace, name: name(pool)) }

    private func childKey(_ pool: Int, _ region: Int) -> ObjectKey {
        ObjectKey(namespace: namespace, name: "\(name(pool))-\(pools[pool].regions[region])")
    }

    private func apply(_ index: Int) {
        let (key, manifest) = (key(index), manifest(index))
        pending.append { client in _ = try await client.patch(Self.type, key, .apply(manifest, force: true)) }
    }

    private func edit(_ type: ResourceType, _ key: ObjectKey, _ patch: JSONValue) {
        pending.append { client in
            _ = try await client.patch(type, key, .merge(patch), options: WriteOptions(fieldManager: "somebody"))
        }
    }

    private func manifest(_ index: Int) -> JSONValue {
        let pool = pools[index]
        let regions = zip(pool.regions, pool.isOn).filter(\.1).map { region, _ -> JSONValue in
            [
                "name": .string(region),
                "nodeSelector": ["matchLabels": ["topology.kubernetes.io/region": .string(region)]],
            ]
        }
        let label: JSONValue = .string(name(index))
        return [
            "apiVersion": .string(Self.type.apiVersion), "kind": .string(Self.type.kind),
            "metadata": ["name": label, "namespace": .string(namespace)],
            "spec": [
                "regions": .array(regions), "replicas": .integer(Int64(pool.replicas)),
                "nodes": [
                    "labels": ["workload": label],
                    "taints": [["key": "workload", "value": label, "effect": "NoSchedule"]],
                ],
                "template": [
                    "spec": [
                        "terminationGracePeriodSeconds": 1,
                        "containers": [
                            ["name": "worker", "image": .string("registry.example.com/worker:\(pool.image)")]
                        ],
                    ]
                ],
            ],
        ]
    }
}
