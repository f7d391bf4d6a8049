internal import CommandLineInterface
internal import KubeAPI

/// Makes the pods that `informer` and `memory` are measured with.
struct PodsCommand: Command {
    static let name = "pods"
    static let summary = "Make pods to measure with, about 4.5 KB each as JSON; nothing runs them"
    static let usage = "[--count N] [--namespace NAME]"
    static let flags =
        BenchmarkClient.flags + [
            Flag("count", "N", default: "10000", help: "how many"),
            Flag(
                "namespace", "NAME", default: "quartermaster-bench-pods",
                help: "made where it is missing; delete it afterwards"),
        ]

    private let arguments: Arguments
    private let count: Int
    private let namespace: String

    init(_ arguments: Arguments) throws(UsageError) {
        self.arguments = arguments
        count = try arguments.integer("count", in: 1...1_000_000)
        namespace = arguments.string("namespace") ?? "quartermaster-bench-pods"
    }

    func run() async throws -> CommandStatus {
        let client = try BenchmarkClient.make(arguments, qps: 0)
        let apply: @Sendable (DynamicObject, ResourceType) async throws -> Void = { object, type in
            do {
                _ = try await client.create(object, as: type)
            } catch let error as APIError where error.code == 409 {
                return  // it is there from before
            }
        }
        try await apply(Namespace(metadata: ObjectMeta(name: namespace)).dynamicObject(), .namespace)
        let account: JSONObject = [
            "apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": ["name": "default", "namespace": .string(namespace)],
        ]
        try await apply(DynamicObject(account), .serviceAccount)
        try await forEach(0..<count, inFlight: 32) { index in
            try await apply(pod(index), .pod)
            if (index + 1) % 1000 == 0 { eprint("\(index + 1) of \(count) pods") }
        }
        await client.shutdown()
        return .fine
    }

    /// As a Deployment's pod with two containers looks.
    private func pod(_ index: Int) -> DynamicObject {
        let labels: JSONValue = [
            "app.kubernetes.io/name": .string("app-\(index % 50)"), "app.kubernetes.io/part-of": "bench",
            "pod-template-hash": .string("hash\(index % 50)"),
        ]
        let variables = (0..<12).map { number -> JSONValue in
            [
                "name": .string("SETTING_\(number)"),
                "value": .string("https://service-\(number).example.com/path/\(number)"),
            ]
        }
        let containers = ["main", "sidecar"].map { name -> JSONValue in
            [
                "name": .string(name), "image": .string("registry.example.com/\(name):1.4.\(index % 50)"),
                "env": .array(variables),
                "resources": [
                    "requests": ["cpu": "100m", "memory": "128Mi"], "limits": ["cpu": "500m", "memory": "512Mi"],
                ],
                "readinessProbe": ["httpGet": ["path": "/ready", "port": 8080], "periodSeconds": 5],
            ]
        }
        let fields: JSONObject = [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": [
                "name": .string("pod-\(index)"), "namespace": .string(namespace), "labels": labels,
                "annotations": ["example.com/config-hash": .string("0123456789abcdef0123456789abcdef-\(index)")],
            ],
            "spec": ["containers": .array(containers), "nodeName": .string("node-\(index % 100)")],
        ]
        return DynamicObject(fields)
    }
}
