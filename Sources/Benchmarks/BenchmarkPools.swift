internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// The pools that a benchmark works with, in a namespace of its own that it makes and removes.
struct BenchmarkPools: Sendable {
    static let flags = [
        Flag("pools", "N", default: "500", help: "how many RegionalWorkerPools"),
        Flag("regions", "N", default: "3", help: "regions of each"),
        Flag("nodes", "N", default: "0", help: "nodes to make and to spread over the regions"),
        Flag("workers", "N", default: "4", help: "objects worked on at a time, as --max-concurrent-reconciles"),
        Flag("qps", "NUMBER", default: "0", help: "the operator's own limit of requests a second; 0 for none"),
        Flag("crds", help: "install our CRDs first, or bring them to this version"),
    ]

    let pools: Int
    let regions: Int
    let nodes: Int
    let workers: Int
    let qps: Double
    let installsCRDs: Bool
    let namespace: String
    /// Where a plain loop writes the same children.
    var twinNamespace: String { "\(namespace)-twin" }

    init(_ arguments: Arguments) throws(UsageError) {
        pools = try arguments.integer("pools", in: 1...10_000)
        regions = try arguments.integer("regions", in: 1...32)
        nodes = try arguments.integer("nodes", in: 0...10_000)
        workers = try arguments.integer("workers", in: 1...256)
        qps = try arguments.number("qps", in: 0...100_000)
        installsCRDs = try arguments.bool("crds")
        namespace = "quartermaster-bench-\(UInt16.random(in: .min ... .max))"
    }

    func manifest(_ name: String) -> DynamicObject {
        let regions = (0..<regions).map { index -> JSONValue in
            [
                "name": .string("region-\(index)"),
                "nodeSelector": ["matchLabels": ["example.com/bench": .string("\(namespace).\(name).\(index)")]],
            ]
        }
        let fields: JSONObject = [
            "apiVersion": .string(RegionalWorkerPool.resourceType.apiVersion),
            "kind": .string(RegionalWorkerPool.resourceType.kind),
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "spec": [
                "regions": .array(regions), "replicas": 2,
                "template": [
                    "spec": [
                        "containers": [
                            [
                                "name": "worker", "image": "registry.example.com/worker:1.4.2",
                                "ports": [["name": "http", "containerPort": 8000]],
                            ]
                        ]
                    ]
                ],
            ],
        ]
        return DynamicObject(fields)
    }

    var names: [String] { (0..<pools).map { "pool-\($0)" } }

    func key(_ name: String) -> ObjectKey { ObjectKey(namespace: namespace, name: name) }

    /// The children that the operator makes for a pool.
    func children(_ name: String) throws -> [DesiredChild] {
        try RegionalWorkerPool(defaulting: manifest(name)).children().filter { !$0.type.isOptional }
    }

    /// Makes namespaces and nodes, and the CRDs where asked to.
    func prepare(_ client: KubeClient) async throws {
        if installsCRDs {
            for resource in CustomResource.all {
                let definition = try DynamicObject(YAML.parseDocument(Array(resource.text.utf8)))
                _ = try await client.patch(
                    .customResourceDefinition, definition.key, .apply(definition.json, force: true), subresource: nil,
                    options: WriteOptions())
                while (try? await client.list(resource.type)) == nil { try await Task.sleep(for: .milliseconds(50)) }
            }
        }
        for name in [namespace, twinNamespace] {
            let object = try Namespace(metadata: ObjectMeta(name: name)).dynamicObject()
            _ = try await client.create(object, as: .namespace)
        }
        let (count, places) = (nodes, names.flatMap { name in (0..<regions).map { "\(namespace).\(name).\($0)" } })
        try await forEach(0..<count, inFlight: 16) { [namespace] index in
            let metadata = ObjectMeta(
                name: "\(namespace)-\(index)", labels: ["example.com/bench": places[index % places.count]])
            let ready = ObservedCondition(type: "Ready", status: .true, reason: "KubeletReady", message: "ready")
            let node = Node(metadata: metadata, status: .init(conditions: [ready]))
            _ = try await client.create(node.dynamicObject(), as: .node)
        }
    }

    func create(_ names: [String], _ client: KubeClient) async throws {
        try await forEach(names, inFlight: 16) { name in
            _ = try await client.create(manifest(name), as: RegionalWorkerPool.resourceType)
        }
    }

    /// Removes everything again. The operator has to run no more.
    func tidy(_ client: KubeClient) async throws {
        let pools = try await client.listAll(RegionalWorkerPool.resourceType, namespace: namespace).items
        try await forEach(pools.map(\.key), inFlight: 16) { key in
            _ = try? await client.patch(
                RegionalWorkerPool.resourceType, key, .merge(["metadata": ["finalizers": .null]]), subresource: nil)
        }
        let count = nodes
        try await forEach(0..<count, inFlight: 16) { [namespace] index in
            try? await client.delete(.node, ObjectKey(name: "\(namespace)-\(index)"))
        }
        for name in [namespace, twinNamespace] { try? await client.delete(.namespace, ObjectKey(name: name)) }
    }
}
