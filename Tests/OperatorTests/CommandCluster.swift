import EmbeddedAPIServer
import Foundation
import KubeAPI
import Reconcilers
import Support

/// A cluster in memory with our CRDs and a namespace `workers`, for the length of a test.
struct CommandCluster {
    let client: KubeClient
    let server: EmbeddedAPIServer
    /// Of the administrator: for the program as a process of its own.
    let kubeconfig: String

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
        podLogs: @escaping @Sendable (ObjectKey, String) -> String? = { _, _ in nil },
        _ body: (CommandCluster) async throws -> Void
    ) async throws {
        let server = try EmbeddedAPIServer(
            options: EmbeddedAPIServerOptions(authorization: authorization, podLogs: podLogs))
        try server.start()
        let client = try KubeClient(configuration: server.clientConfiguration())
        let folder = FileManager.default.temporaryDirectory.appending(path: "qm-cluster-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let kubeconfig = folder.appending(path: "kubeconfig")
        try server.kubeconfig().write(to: kubeconfig, atomically: true, encoding: .utf8)
        let cluster = CommandCluster(client: client, server: server, kubeconfig: kubeconfig.path)
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

    /// Runs a command as whoever has the administrator's kubeconfig.
    func quartermaster(_ arguments: String...) throws -> ProgramRun {
        try ProgramRun(arguments, environment: ["KUBECONFIG": kubeconfig, "HOME": "/nowhere"])
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
