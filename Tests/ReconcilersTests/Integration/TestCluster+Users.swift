import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension EmbeddedAPIServerOptions {
    /// Users may do what RBAC says.
    static var rbac: EmbeddedAPIServerOptions { EmbeddedAPIServerOptions(authorization: .rbac) }
}

/// Somebody who is no administrator.
struct TestUser: Sendable {
    let client: KubeClient

    /// Changes an object, with a patch and nothing else.
    @discardableResult
    func patch(_ type: ResourceType, _ key: ObjectKey, _ patch: JSONValue) async throws -> DynamicObject {
        try await client.patch(
            type, key, .merge(patch), subresource: nil, options: WriteOptions(fieldManager: "kubectl-edit"))
    }

    /// Makes a ConfigMap that looks like a child.
    @discardableResult
    func forgeConfigMap(
        _ key: ObjectKey, labels: [String: String], annotations: [String: String] = [:], finalizers: [String] = [],
        data: JSONObject = [:]
    ) async throws -> DynamicObject {
        var object = try DynamicObject.fixture("apiVersion: v1\nkind: ConfigMap\nmetadata: {}")
        object[path: "metadata", "name"] = .string(key.name)
        object[path: "metadata", "namespace"] = .string(key.namespace)
        object[path: "metadata", "labels"] = .strings(labels)
        if !annotations.isEmpty { object[path: "metadata", "annotations"] = .strings(annotations) }
        object["data"] = .object(data)
        if !finalizers.isEmpty { object[path: "metadata", "finalizers"] = .array(finalizers.map(JSONValue.string)) }
        return try await client.create(object, as: .configMap)
    }
}

extension TestCluster {
    /// What the role `edit` lets somebody write, as far as it is ours too.
    static let edit: [String] = [
        "configmaps", "services", "serviceaccounts", "persistentvolumeclaims", "secrets", "pods", "deployments",
        "horizontalpodautoscalers", "poddisruptionbudgets", "networkpolicies", "ingresses", "cronjobs", "jobs",
    ]

    /// Runs `body` as a user who may do so much in one namespace and nothing else.
    ///
    /// - Parameter verbs: on all of `resources`.
    func asUser(
        _ name: String, in namespace: String, verbs: [String] = ["*"], on resources: [String] = edit,
        _ body: (TestUser) async throws -> Void
    ) async throws {
        let rbac = "rbac.authorization.k8s.io"
        var role = try DynamicObject.fixture("apiVersion: \(rbac)/v1\nkind: Role\nmetadata: {name: \(name)}")
        role[path: "metadata", "namespace"] = .string(namespace)
        role["rules"] = [
            [
                "apiGroups": [
                    "", "apps", "autoscaling", "policy", "networking.k8s.io", "batch", "quartermaster.dev",
                    .string(rbac),
                ],
                "resources": .array(resources.map(JSONValue.string)), "verbs": .array(verbs.map(JSONValue.string)),
            ]
        ]
        var binding = try DynamicObject.fixture("apiVersion: \(rbac)/v1\nkind: RoleBinding\nmetadata: {name: \(name)}")
        binding[path: "metadata", "namespace"] = .string(namespace)
        binding["roleRef"] = ["apiGroup": .string(rbac), "kind": "Role", "name": .string(name)]
        binding["subjects"] = [["apiGroup": .string(rbac), "kind": "User", "name": .string(name)]]
        let roles = ResourceType(group: rbac, version: "v1", kind: "Role", plural: "roles")
        _ = try await client.create(role, as: roles)
        _ = try await client.create(binding, as: .roleBinding)
        var own = configuration
        own.impersonation = Impersonation(user: name)
        let user = TestUser(client: try Self.client(own))
        do {
            try await body(user)
        } catch {
            await user.client.shutdown()
            throw error
        }
        await user.client.shutdown()
    }
}
