internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// RegionalWorkerPools, in a namespace of their own.
struct BenchmarkPools: BenchmarkSubject {
    static let flags = [
        Flag("pools", "N", default: "500", help: "how many RegionalWorkerPools"),
        Flag("regions", "N", default: "3", help: "regions of each"),
        Flag("nodes", "N", default: "0", help: "nodes to make and to spread over the regions"),
    ]
    static let noun = "pool"
    static let type = RegionalWorkerPool.resourceType

    let count: Int
    private let regions: Int
    private let nodes: Int
    private let namespace: String

    init(_ arguments: Arguments, prefix: String) throws(UsageError) {
        count = try arguments.integer("pools", in: 1...10_000)
        regions = try arguments.integer("regions", in: 1...32)
        nodes = try arguments.integer("nodes", in: 0...10_000)
        namespace = prefix
    }

    var size: [(String, JSONValue)] {
        [
            ("pools", .integer(Int64(count))), ("regions", .integer(Int64(regions))),
            ("nodes", .integer(Int64(nodes))),
        ]
    }

    func key(_ index: Int, _ part: BenchmarkPart) -> ObjectKey {
        ObjectKey(namespace: namespace + part.rawValue, name: "pool-\(index)")
    }

    func singleKey(_ index: Int) -> ObjectKey { ObjectKey(namespace: namespace, name: "single-\(index)") }

    func manifest(_ key: ObjectKey) -> DynamicObject {
        let regions = (0..<regions).map { index -> JSONValue in
            [
                "name": .string("region-\(index)"),
                "nodeSelector": ["matchLabels": ["example.com/bench": .string(place(key.name, index))]],
            ]
        }
        let fields: JSONObject = [
            "apiVersion": .string(Self.type.apiVersion),
            "kind": .string(Self.type.kind),
            "metadata": ["name": .string(key.name), "namespace": .string(key.namespace)],
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

    /// The value of the label by which a region selects its nodes.
    private func place(_ pool: String, _ region: Int) -> String { "\(namespace).\(pool).\(region)" }

    func children(of manifest: DynamicObject) throws -> [DesiredChild] {
        try RegionalWorkerPool(defaulting: manifest).rendered().filter { !$0.type.isOptional }
    }

    func prepare(_ client: KubeClient) async throws {
        for part in BenchmarkPart.allCases {
            let object = try Namespace(metadata: ObjectMeta(name: namespace + part.rawValue)).dynamicObject()
            _ = try await client.create(object, as: .namespace)
        }
        let places = (0..<count).flatMap { pool in (0..<regions).map { place("pool-\(pool)", $0) } }
        // With one more that no pool selects: they must not take the last one.
        try await forEach(0..<(nodes == 0 ? 0 : nodes + 1), inFlight: 16) { [namespace, nodes] index in
            let place = index < nodes ? places[index % places.count] : "none"
            let metadata = ObjectMeta(name: "\(namespace)-\(index)", labels: ["example.com/bench": place])
            let ready = ObservedCondition(type: "Ready", status: .true, reason: "KubeletReady", message: "ready")
            let node = Node(metadata: metadata, status: .init(conditions: [ready]))
            _ = try await client.create(node.dynamicObject(), as: .node)
        }
    }

    func tidy(_ client: KubeClient) async throws {
        try await forEach(0..<(nodes + 1), inFlight: 16) { [namespace] index in
            try? await client.delete(.node, ObjectKey(name: "\(namespace)-\(index)"))
        }
    }

    func controller(in environment: ReconcilerEnvironment, options: Controller.Options) -> Controller {
        RegionalWorkerPool.controller(in: environment, controllerOptions: options)
    }
}
