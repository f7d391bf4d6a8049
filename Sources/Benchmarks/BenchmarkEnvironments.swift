internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// AppEnvironments, each with the namespace that it makes.
struct BenchmarkEnvironments: BenchmarkSubject {
    static let flags = [
        Flag("environments", "N", default: "200", help: "how many AppEnvironments"),
        Flag("components", "N", default: "5", help: "components of each"),
    ]
    static let noun = "environment"
    static let type = AppEnvironment.resourceType

    let count: Int
    private let components: Int
    private let prefix: String

    init(_ arguments: Arguments, prefix: String) throws(UsageError) {
        count = try arguments.integer("environments", in: 1...10_000)
        components = try arguments.integer("components", in: 1...30)
        self.prefix = prefix
    }

    var size: [(String, JSONValue)] {
        [("environments", .integer(Int64(count))), ("components", .integer(Int64(components)))]
    }

    func key(_ index: Int, _ part: BenchmarkPart) -> ObjectKey {
        ObjectKey(name: "\(prefix)-\(index)\(part.rawValue)")
    }

    func singleKey(_ index: Int) -> ObjectKey { ObjectKey(name: "\(prefix)-single-\(index)") }

    func manifest(_ key: ObjectKey) -> DynamicObject {
        let components = (0..<components).map { index -> JSONValue in
            var component = Self.shapes[index % Self.shapes.count]
            component["name"] = .string("component-\(index)")
            return .object(component)
        }
        let fields: JSONObject = [
            "apiVersion": .string(Self.type.apiVersion), "kind": .string(Self.type.kind),
            "metadata": ["name": .string(key.name)],
            "spec": ["tier": "staging", "quota": ["mode": "Auto"], "components": .array(components)],
        ]
        return DynamicObject(fields)
    }

    /// A front end with a configuration, a back end, a worker of two pods, a cache, and a database with a volume.
    private static let shapes: [JSONObject] = [
        [
            "image": "registry.example.com/web:1.4.2", "ports": [["name": "http", "port": 80]],
            "config": ["LOG_LEVEL": "info"],
        ],
        ["image": "registry.example.com/api:1.4.2", "ports": [["name": "http", "port": 8080]]],
        ["image": "registry.example.com/worker:1.4.2", "replicas": 2],
        ["image": "registry.example.com/cache:7.2", "ports": [["name": "redis", "port": 6379]]],
        [
            "image": "registry.example.com/database:16.3", "ports": [["name": "postgres", "port": 5432]],
            "volumes": [["name": "data", "path": "/data", "size": "1Gi"]],
        ],
    ]

    /// The PriorityClass of the tier is no child: all environments share it.
    func children(of manifest: DynamicObject) throws -> [DesiredChild] {
        try AppEnvironment(defaulting: manifest).rendered()
            .filter { !$0.type.isOptional && !$0.isHeld && $0.type != .priorityClass }
    }

    func prepare(_: KubeClient) async throws {}

    func tidy(_: KubeClient) async throws {}

    func controller(in environment: ReconcilerEnvironment, options: Controller.Options) -> Controller {
        AppEnvironment.controller(in: environment, controllerOptions: options)
    }
}
