import EmbeddedAPIServer
import KubeAPI
import Reconcilers
import Support

/// A cluster in memory with our CRDs and a namespace `workers`, for the length of a test.
struct CommandCluster {
    let client: KubeClient

    static let pool = """
        apiVersion: quartermaster.dev/v1alpha1
        kind: RegionalWorkerPool
        metadata: {name: pool, namespace: workers}
        spec:
          replicas: 2
          regions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}]
          template: {spec: {containers: [{name: worker, image: "worker:1"}]}}
        """

    static func run(
        withCRDs: Bool = true, authorization: EmbeddedAPIServerOptions.Authorization = .open,
        _ body: (CommandCluster) async throws -> Void
    ) async throws {
        let server = try EmbeddedAPIServer(options: EmbeddedAPIServerOptions(authorization: authorization))
        try server.start()
        let client = try KubeClient(configuration: server.clientConfiguration())
        let cluster = CommandCluster(client: client)
        var failure: (any Error)?
        do {
            if withCRDs { try await cluster.installCRDs() }
            try await cluster.apply("{apiVersion: v1, kind: Namespace, metadata: {name: workers}}", as: .namespace)
            try await body(cluster)
        } catch {
            failure = error
        }
        await client.shutdown()
        await server.stop()
        if let failure { throw failure }
    }

    private func installCRDs() async throws {
        for resource in CustomResource.all {
            try await apply(resource.text, as: .customResourceDefinition)
            try await eventually("\(resource.type.kind) is served") {
                (try? await client.list(resource.type, namespace: nil)) != nil
            }
        }
    }

    /// Makes a ServiceAccount without any right, in a namespace of its own.
    func makeAccount(_ key: ObjectKey) async throws {
        try await apply("{apiVersion: v1, kind: Namespace, metadata: {name: \(key.namespace)}}", as: .namespace)
        try await apply(
            "{apiVersion: v1, kind: ServiceAccount, metadata: {name: \(key.name), namespace: \(key.namespace)}}",
            as: .serviceAccount)
    }

    @discardableResult
    func apply(_ yaml: String, as type: ResourceType) async throws -> DynamicObject {
        let object = try DynamicObject(YAML.parseDocument(Array(yaml.utf8)))
        return try await client.patch(type, object.key, .apply(object.json, force: true))
    }

    @discardableResult
    func setStatus(_ yaml: String, of type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject {
        let status = try YAML.parseDocument(Array(yaml.utf8))
        return try await client.patch(type, key, .merge(["status": status]), subresource: "status")
    }
}
