import Foundation
import KubeAPI
import Support
import Testing

@testable import Reconcilers

/// KEDA on a test's cluster: its definitions, and by hand what its operator does with a ScaledObject.
///
/// Source: KEDA, "ScaledObject specification", and how its operator treats HorizontalPodAutoscalers: it looks for one
/// under the name in the ScaledObject, rewrites what it finds, and is its controller from then on.
struct PlayedKEDA {
    private static let label = "quartermaster.dev/test"

    let cluster: TestCluster
    /// Where its objects are.
    let namespace: String

    init(cluster: TestCluster, namespace: String? = nil) {
        self.cluster = cluster
        self.namespace = namespace ?? cluster.namespace
    }

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: namespace, name: name) }

    /// Runs `body` on a cluster whose KEDA is the test's own.
    static func run(
        _ kind: ClusterKind, _ body: (TestCluster, PlayedKEDA) async throws -> Void
    ) async throws {
        try await TestCluster.run(kind) { cluster in
            let keda = PlayedKEDA(cluster: cluster)
            guard try await keda.isOurs() else { return }
            try await keda.remove()
            do {
                try await body(cluster, keda)
            } catch {
                try? await keda.remove()
                throw error
            }
            try await keda.remove()
        }
    }

    /// Whether the cluster's KEDA is the test's to install and remove.
    func isOurs() async throws -> Bool {
        guard
            let live = try? await cluster.client.get(
                .customResourceDefinition, ObjectKey(name: "scaledobjects.keda.sh"))
        else { return true }
        return live.labels[Self.label] != nil
    }

    /// - Parameter version: the only one that is served.
    func install(version: String = "v1alpha1") async throws {
        // KEDA's own definitions in a folder, in the place of those that were written after its documentation.
        let folder = ProcessInfo.processInfo.environment["QM_TEST_KEDA"]
        for plural in ["triggerauthentications", "scaledobjects"] {
            let text =
                try folder.map { try String(contentsOfFile: "\($0)/keda.sh_\(plural).yaml", encoding: .utf8) }
                ?? Repository.text("Tests/Fixtures/keda/\(plural).yaml")
            var definition = try DynamicObject(YAML.parseDocument(Array(text.utf8)))
            definition[path: "metadata", "labels", Self.label] = "true"
            var versions = definition[path: "spec", "versions"]?.elements ?? []
            for index in versions.indices { versions[index]["name"] = .string(version) }
            definition[path: "spec", "versions"] = .array(versions)
            _ = try await cluster.client.patch(
                .customResourceDefinition, definition.key, .apply(definition.json, force: true), subresource: nil,
                options: WriteOptions(fieldManager: "test"))
            let type = ResourceType(
                group: "keda.sh", version: version, kind: definition[path: "spec", "names", "kind"]?.string ?? "",
                plural: plural)
            try await eventually("\(plural) are served", within: .seconds(30)) {
                (try? await cluster.client.list(type, namespace: cluster.namespace)) != nil
            }
        }
    }

    /// All ScaledObjects go with it.
    func remove() async throws {
        for plural in ["scaledobjects", "triggerauthentications"] {
            let key = ObjectKey(name: "\(plural).keda.sh")
            do {
                try await cluster.client.delete(.customResourceDefinition, key)
                try await cluster.waitUntilGone(.customResourceDefinition, key)
            } catch let error as APIError where error.isNotFound {
                continue
            }
        }
    }

    func scaledObject(_ name: String) async throws -> DynamicObject {
        try await cluster.client.get(.scaledObject, key(name))
    }

    func waitForScaledObject(_ name: String) async throws -> DynamicObject {
        try await eventually("ScaledObject \(name) is there", within: .seconds(30)) {
            (try? await scaledObject(name)) != nil
        }
        return try await scaledObject(name)
    }

    /// What KEDA's operator does when it sees a ScaledObject: makes its autoscaler, or takes over the one that is there.
    func operate(on name: String) async throws {
        let object = try await waitForScaledObject(name)
        let hpaName =
            object[path: "spec", "advanced", "horizontalPodAutoscalerConfig", "name"]?.string ?? "keda-hpa-\(name)"
        var autoscaler = try DynamicObject.fixture(
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: \(hpaName)}")
        let labels = object.labels.merging(["scaledobject.keda.sh/name": name]) { $1 }
        autoscaler[path: "metadata", "namespace"] = .string(namespace)
        autoscaler[path: "metadata", "labels"] = .strings(
            ["app.kubernetes.io/managed-by": "keda-operator", "app.kubernetes.io/name": hpaName].merging(labels) { $1 })
        autoscaler[path: "metadata", "annotations"] = .strings(object.annotations)
        autoscaler[path: "metadata", "ownerReferences"] = [
            [
                "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "name": .string(name),
                "uid": .string(object.uid), "controller": true, "blockOwnerDeletion": true,
            ]
        ]
        autoscaler["spec"] = .compact([
            "scaleTargetRef": object[path: "spec", "scaleTargetRef"],
            "minReplicas": .integer(max(object[path: "spec", "minReplicaCount"]?.integer ?? 0, 1)),
            "maxReplicas": object[path: "spec", "maxReplicaCount"],
            "behavior": object[path: "spec", "advanced", "horizontalPodAutoscalerConfig", "behavior"],
            "metrics": [
                [
                    "type": "External",
                    "external": [
                        "metric": [
                            "name": "s0", "selector": ["matchLabels": ["scaledobject.keda.sh/name": .string(name)]],
                        ],
                        "target": ["type": "AverageValue", "averageValue": "5"],
                    ],
                ]
            ],
        ])
        let options = WriteOptions(fieldManager: "keda")
        if let live = try? await cluster.client.get(.horizontalPodAutoscaler, autoscaler.key) {
            autoscaler[path: "metadata", "resourceVersion"] = .string(live.resourceVersion)
            _ = try await cluster.client.update(
                autoscaler, as: .horizontalPodAutoscaler, subresource: nil, options: options)
        } else {
            _ = try await cluster.client.create(autoscaler, as: .horizontalPodAutoscaler, options: options)
        }
        try await report(name, ready: "True", reason: "ScaledObjectReady", message: "ready for scaling")
    }

    func report(_ name: String, ready: String, reason: String, message: String) async throws {
        let conditions: JSONValue = [
            ["type": "Ready", "status": .string(ready), "reason": .string(reason), "message": .string(message)],
            ["type": "Active", "status": "Unknown"], ["type": "Fallback", "status": "False"],
            ["type": "Paused", "status": "Unknown"],
        ]
        _ = try await cluster.client.patch(
            .scaledObject, key(name), .merge(["status": ["conditions": conditions]]), subresource: "status",
            options: WriteOptions(fieldManager: "keda"))
    }

    /// What an autoscaler does when it has decided.
    func scale(_ deployment: String, to replicas: Int64) async throws {
        _ = try await cluster.client.patch(
            .deployment, key(deployment), .merge(["spec": ["replicas": .integer(replicas)]]),
            subresource: "scale", options: WriteOptions(fieldManager: "kube-controller-manager"))
    }
}
