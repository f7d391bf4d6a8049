import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension TestOperator {
    /// Runs the operator's part for environments while `body` runs.
    ///
    /// - Parameters:
    ///   - now: the wall clock, by which previews expire and pods age.
    ///   - time: by which the queue waits.
    static func runEnvironments(
        on cluster: TestCluster, copyingFrom sources: Set<String> = [], permissions: Permissions = Permissions(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now, time: TimeSource = TimeSource(),
        dyingAfter writes: Int? = nil, _ body: (TestOperator) async throws -> Void
    ) async throws {
        var permissions = permissions
        permissions.secretSourceNamespaces.formUnion(sources)
        try await run(
            on: cluster, permissions: permissions, time: time, dyingAfter: writes,
            making: { environment in
                let reconciler = EnvironmentReconciler(environment, now: now)
                return (reconciler.controller(in: environment), reconciler)
            }, body)
    }
}

// Environments of a test are named after its namespace, and so are theirs.
extension TestCluster {
    func environmentName(_ name: String) -> String { "\(namespace)-\(name)" }

    func inEnvironment(_ name: String, _ object: String) -> ObjectKey {
        ObjectKey(namespace: environmentName(name), name: object)
    }

    /// Makes an environment.
    ///
    /// - Parameter spec: YAML; `NAMESPACE` stands for the test's namespace.
    @discardableResult
    func makeEnvironment(_ name: String, _ spec: String) async throws -> DynamicObject {
        var object = try DynamicObject.fixture(
            "apiVersion: quartermaster.dev/v1alpha1\nkind: AppEnvironment\nmetadata: {name: \(environmentName(name))}")
        object["spec"] = try YAML.parseDocument(Array(spec.replacing("NAMESPACE", with: namespace).utf8))
        return try await client.create(object, as: AppEnvironment.resourceType)
    }

    func environment(_ name: String) async throws -> DynamicObject {
        try await client.get(AppEnvironment.resourceType, ObjectKey(name: environmentName(name)))
    }

    /// Waits until what is made next is younger: ages are in whole seconds.
    func waitUntilOlder(_ name: String) async throws {
        let text = try await environment(name)[path: "metadata", "creationTimestamp"]?.string
        let made = try #require(text.flatMap(Timestamp.init(rfc3339:)))
        try await eventually("a second has gone by") { Timestamp.now() >= made + .seconds(1) }
    }

    func changeEnvironment(_ name: String, _ patch: JSONValue) async throws {
        try await change(AppEnvironment.resourceType, ObjectKey(name: environmentName(name)), patch)
    }

    /// A condition of an environment that is of its present generation.
    func environmentCondition(_ type: ConditionType, of name: String) async throws -> Condition? {
        let environment = try await environment(name)
        guard environment[path: "status", "observedGeneration"]?.integer == environment.generation else { return nil }
        let conditions = environment[path: "status", "conditions"]?.elements ?? []
        return try conditions.map { try JSONValueDecoder().decode(Condition.self, from: $0) }
            .first { $0.type == type.rawValue }
    }

    @discardableResult
    func waitForEnvironment(_ name: String, _ type: ConditionType, _ reason: Reason) async throws -> Condition {
        var last: Condition?
        do {
            try await eventually("\(type.rawValue) of \(name) is \(reason.rawValue)", within: .seconds(60)) {
                last = try await environmentCondition(type, of: name)
                return last?.reason == reason.rawValue
            }
        } catch {
            Issue.record("\(error); it is \(String(describing: last))")
            throw error
        }
        return try #require(last)
    }

    /// Makes or replaces a Secret as its owner would.
    func putSecret(_ key: ObjectKey, _ data: [String: String], labels: [String: String] = [:]) async throws {
        var secret = try DynamicObject.fixture("apiVersion: v1\nkind: Secret\nmetadata: {}")
        secret[path: "metadata", "name"] = .string(key.name)
        secret[path: "metadata", "namespace"] = .string(key.namespace)
        if !labels.isEmpty { secret[path: "metadata", "labels"] = .strings(labels) }
        secret["stringData"] = .strings(data)
        _ = try await client.patch(
            .secret, key, .apply(secret.json, force: true), subresource: nil,
            options: WriteOptions(fieldManager: "test"))
    }

    func secret(_ key: ObjectKey) async throws -> DynamicObject? {
        do {
            return try await client.get(.secret, key)
        } catch let error as APIError where error.isNotFound {
            return nil
        }
    }

    func deployment(_ key: ObjectKey) async throws -> DynamicObject { try await client.get(.deployment, key) }

    func makeNamespace(_ name: String) async throws {
        _ = try await client.create(Namespace(metadata: ObjectMeta(name: name)).dynamicObject(), as: .namespace)
    }

    /// Leaves a shared cluster without the test's environments and their namespaces, whatever became of the operator.
    func tidyEnvironments() async throws {
        for environment in try await client.list(AppEnvironment.resourceType, namespace: nil).items
        where environment.name.hasPrefix(namespace) {
            _ = try? await client.patch(
                AppEnvironment.resourceType, environment.key, .merge(["metadata": ["finalizers": .null]]),
                subresource: nil)
            try? await client.delete(AppEnvironment.resourceType, environment.key)
        }
        for space in try await client.list(.namespace, namespace: nil).items
        where space.name.hasPrefix("\(namespace)-") {
            try? await client.delete(.namespace, space.key)
        }
    }
}
