import EmbeddedAPIServer
import Foundation
import KubeAPI
import Simulation
import Support
import Testing

@testable import Reconcilers

/// Where an integration test runs: always on the embedded server, and on a real one where there is one.
enum ClusterKind: String, CaseIterable, CustomTestStringConvertible {
    case embedded, real

    static let realKubeconfig = ProcessInfo.processInfo.environment["QM_TEST_KUBECONFIG"]
    static var available: [ClusterKind] { realKubeconfig == nil ? [.embedded] : [.embedded, .real] }

    var testDescription: String { rawValue }
}

/// A cluster with our CRDs and a namespace, for the length of one test. Names and labels of its nodes are its own, so
/// that it leaves alone what else a real cluster has.
struct TestCluster {
    let kind: ClusterKind
    let client: KubeClient
    let configuration: ClientConfiguration
    let server: EmbeddedAPIServer?
    let namespace: String

    /// - Parameters:
    ///   - options: of the embedded server.
    ///   - hasSpareNode: whether there is a node that no pool selects; a pool must not take the last one.
    static func run(
        _ kind: ClusterKind, options: EmbeddedAPIServerOptions = EmbeddedAPIServerOptions(), hasSpareNode: Bool = true,
        _ body: (TestCluster) async throws -> Void
    ) async throws {
        let server = kind == .embedded ? try EmbeddedAPIServer(options: options) : nil
        try server?.start()
        let configuration =
            try server?.clientConfiguration()
            ?? ClientConfiguration.load(
                kubeconfig: ClusterKind.realKubeconfig, context: nil, environment: [:], allowInsecure: false)
        let cluster = TestCluster(
            kind: kind, client: try client(configuration), configuration: configuration, server: server,
            namespace: "qm-\(UInt32.random(in: .min ... .max))")
        var failure: (any Error)?
        do {
            try await cluster.prepare()
            // Without room for pods: tests count on where theirs go.
            if hasSpareNode { try await cluster.makeNode("spare", zone: "none", room: 0) }
            try await body(cluster)
        } catch {
            failure = error
        }
        if kind == .real {
            do {
                try await cluster.tidy()
            } catch {
                // What went wrong first is what the test has to tell.
                failure = failure ?? error
            }
        }
        await cluster.client.shutdown()
        await server?.stop()
        if let failure { throw failure }
    }

    static func client(_ configuration: ClientConfiguration) throws -> KubeClient {
        var options = ClientOptions()
        options.qps = 0
        options.fieldManager = "test"
        return try KubeClient(configuration: configuration, options: options)
    }

    private func prepare() async throws {
        for resource in CustomResource.all {
            let definition = try DynamicObject(YAML.parseDocument(Array(resource.text.utf8)))
            _ = try await client.patch(
                .customResourceDefinition, definition.key, .apply(definition.json, force: true), subresource: nil,
                options: WriteOptions(fieldManager: "test"))
            try await eventually("\(resource.type.kind) is served") {
                (try? await client.list(resource.type, namespace: nil)) != nil
            }
        }
        let space = try Namespace(metadata: ObjectMeta(name: namespace)).dynamicObject()
        _ = try await client.create(space, as: .namespace)
    }

    /// Leaves a shared cluster as it was, pools that no operator cleans up any more included.
    private func tidy() async throws {
        for pool in try await client.list(RegionalWorkerPool.resourceType, namespace: namespace).items {
            _ = try? await client.patch(
                RegionalWorkerPool.resourceType, pool.key, .merge(["metadata": ["finalizers": .null]]),
                subresource: nil)
        }
        try await tidyEnvironments()
        for node in try await client.list(.node, namespace: nil).items where node.name.hasPrefix(namespace) {
            try? await client.delete(.node, node.key)
        }
        try await client.delete(.namespace, ObjectKey(name: namespace))
    }
}

extension TestCluster {
    /// The value of a label that only nodes of this test have.
    func zone(_ name: String) -> String { "\(namespace)-\(name)" }

    func nodeName(_ name: String) -> String { "\(namespace)-\(name)" }

    /// Makes a node that is ready, with the label `zone`.
    @discardableResult
    func makeNode(
        _ name: String, zone: String, labels: [String: String] = [:], taints: [Taint] = [], room: Int = 110
    ) async throws -> NodeSnapshot {
        var metadata = ObjectMeta(
            name: nodeName(name), labels: labels.merging(["zone": self.zone(zone)]) { own, _ in own })
        // The simulated kubelet's, where there is one.
        metadata.annotations = [SimulationAnnotation.node: "true"]
        let node = Node(
            metadata: metadata, spec: .init(taints: taints),
            status: .init(
                conditions: [.init(type: "Ready", status: .true, reason: "KubeletReady", message: "ready")],
                allocatable: [
                    "cpu": try #require(Quantity("8")), "memory": try #require(Quantity("32Gi")),
                    "pods": try #require(Quantity("\(room)")),
                ]))
        return NodeSnapshot(try await client.create(node.dynamicObject(), as: .node), sealedBy: .test)
    }

    func node(_ name: String) async throws -> NodeSnapshot {
        NodeSnapshot(try await client.get(.node, ObjectKey(name: nodeName(name))), sealedBy: .test)
    }

    /// Changes an object as a user would.
    @discardableResult
    func change(_ type: ResourceType, _ key: ObjectKey, _ patch: JSONValue, by manager: String = "kubectl-edit")
        async throws -> DynamicObject
    {
        try await client.patch(
            type, key, .merge(patch), subresource: nil, options: WriteOptions(fieldManager: manager))
    }

    func changeNode(_ name: String, _ patch: JSONValue, by manager: String = "kubectl-edit") async throws {
        try await change(.node, ObjectKey(name: nodeName(name)), patch, by: manager)
    }

    func key(_ name: String) -> ObjectKey { ObjectKey(namespace: namespace, name: name) }

    /// Makes a pool.
    ///
    /// - Parameter spec: YAML; `ZONE-x` stands for the zone `x` of this test. The template is added.
    @discardableResult
    func makePool(_ name: String = "pool", _ spec: String) async throws -> DynamicObject {
        var object = try DynamicObject.fixture(
            "apiVersion: quartermaster.dev/v1alpha1\nkind: RegionalWorkerPool\nmetadata: {name: \(name)}")
        object[path: "metadata", "namespace"] = .string(namespace)
        object["spec"] = try YAML.parseDocument(Array(spec.replacing("ZONE-", with: zone("")).utf8))
        if object[path: "spec", "template"] == nil {
            object[path: "spec", "template"] = ["spec": ["containers": [["name": "worker", "image": "worker:1"]]]]
        }
        return try await client.create(object, as: RegionalWorkerPool.resourceType)
    }

    /// Makes an object of a kind of core/v1.
    func make(_ kind: String, _ plural: String, _ spec: JSONValue) async throws {
        let type = ResourceType(group: "", version: "v1", kind: kind, plural: plural)
        var object = DynamicObject(JSONObject([("apiVersion", "v1"), ("kind", .string(kind)), ("spec", spec)]))
        object["metadata"] = ["name": "test", "namespace": .string(namespace)]
        _ = try await client.create(object, as: type)
    }

    func pool(_ name: String = "pool") async throws -> DynamicObject {
        try await client.get(RegionalWorkerPool.resourceType, key(name))
    }

    func changePool(_ name: String = "pool", _ patch: JSONValue) async throws {
        try await change(RegionalWorkerPool.resourceType, key(name), patch)
    }

    func deletePool(_ name: String = "pool") async throws {
        try await client.delete(RegionalWorkerPool.resourceType, key(name))
    }

    /// A condition of a pool that is of its present generation.
    func condition(_ type: String, of name: String = "pool") async throws -> Condition? {
        let pool = try await pool(name)
        guard pool[path: "status", "observedGeneration"]?.integer == pool.generation else { return nil }
        let conditions = pool[path: "status", "conditions"]?.elements ?? []
        return try conditions.map { try JSONValueDecoder().decode(Condition.self, from: $0) }.first { $0.type == type }
    }

    func waitForCondition(_ type: String, _ reason: Reason, of name: String = "pool") async throws {
        var last: Condition?
        do {
            try await eventually("\(type) of \(name) is \(reason.rawValue)", within: .seconds(30)) {
                last = try await condition(type, of: name)
                return last?.reason == reason.rawValue
            }
        } catch {
            Issue.record("\(error); it is \(String(describing: last))")
            throw error
        }
    }

    func waitUntilGone(_ type: ResourceType, _ key: ObjectKey) async throws {
        try await eventually("\(type.kind) \(key) is gone", within: .seconds(30)) {
            do {
                _ = try await client.get(type, key)
                return false
            } catch let error as APIError where error.isNotFound {
                return true
            }
        }
    }

    func waitForNode(_ name: String, _ what: String, _ holds: (NodeSnapshot) -> Bool) async throws {
        try await eventually("node \(name): \(what)", within: .seconds(30)) { holds(try await node(name)) }
    }
}

extension NodeSnapshot {
    /// Without what the cluster's own controllers set on nodes that no kubelet looks after.
    var ownTaintTexts: [String] { taintTexts.filter { !$0.hasPrefix("node.kubernetes.io/") } }
}
