import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Children of any kind")
    struct ChildWriterIntegrationTests {
        private static let kinds: [ChildKind] = [
            .configMap, .persistentVolumeClaim, ChildKind(.priorityClass, .prerequisites), .serviceMonitor,
        ]

        /// A writer with the owner that it writes for.
        private struct Settle {
            let writer: ChildWriter
            let pool: RegionalWorkerPool
            let object: DynamicObject

            func callAsFunction(
                _ wanted: [DesiredChild], isSuspended: Bool = false, recorded: [InventoryEntry] = []
            ) async throws -> ChildWriter.Result {
                try await writer.apply(wanted, of: pool, object, recorded: recorded, isSuspended: isSuspended)
            }
        }

        /// A writer with its informers, and a pool that is looked at by nobody else.
        private func withWriter(
            _ kind: ClusterKind,
            _ body: (TestCluster, ReconcilerEnvironment, Settle, RegionalWorkerPool) async throws -> Void
        ) async throws {
            try await TestCluster.run(kind) { cluster in
                let client = try TestCluster.client(cluster.configuration)
                var options = InformerOptions()
                options.policy.firstDelay = .milliseconds(50)
                options.policy.absenceDelay = .milliseconds(50)
                let informers = InformerSet(source: client, options: options)
                let environment = ReconcilerEnvironment(
                    api: client, informers: informers, gate: .alwaysOpen(), events: CollectedEvents(), seal: .test)
                let writer = ChildWriter(environment, kinds: Self.kinds)
                let object = try await cluster.makePool(
                    "pool", "regions: [{name: eu, nodeSelector: {matchLabels: {zone: a}}}]")
                let pool = try RegionalWorkerPool(defaulting: object)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await informers.run() }
                    defer { group.cancelAll() }
                    try await informers.waitUntilSynced()
                    try await body(
                        cluster, environment, Settle(writer: writer, pool: pool, object: object), pool)
                }
                await client.shutdown()
            }
        }

        private func configMap(_ name: String, of pool: RegionalWorkerPool, value: String = "a") throws -> DesiredChild
        {
            try DesiredChild(.configMap, of: pool, named: name, ["data": ["key": .string(value)]])
        }

        @Test(
            "Of two children that come out with one name the first is written, and the other told",
            arguments: ClusterKind.available)
        func doubles(kind: ClusterKind) async throws {
            try await withWriter(kind) { cluster, _, apply, pool in
                let twins = [try configMap("twin", of: pool), try configMap("twin", of: pool, value: "b")]
                for _ in 0..<2 {
                    let result = try await apply(twins)
                    #expect(result.failures.map(\.failure.kind) == [.nameTaken])
                    #expect(result.failures.first?.failure.message.contains("wanted twice") == true)
                    #expect(result.inventory.count == 1)
                }
                let key = ObjectKey(namespace: pool.metadata.namespace ?? "", name: "twin")
                let live = try await cluster.client.get(.configMap, key)
                #expect(live["data"] == ["key": "a"])
            }
        }

        @Test(
            "A suspended owner's children are not written, and what would change is named",
            arguments: ClusterKind.available)
        func suspended(kind: ClusterKind) async throws {
            try await withWriter(kind) { cluster, _, apply, pool in
                let first = try await apply([configMap("a", of: pool), configMap("b", of: pool)])
                #expect(first.inventory.map(\.name) == ["a", "b"] && first.heldBack.isEmpty)
                let second = try await apply(
                    [configMap("a", of: pool, value: "changed"), configMap("new", of: pool)], isSuspended: true)
                let space = cluster.namespace
                #expect(second.heldBack == ["ConfigMap \(space)/a", "ConfigMap \(space)/new", "ConfigMap \(space)/b"])
                #expect(second.inventory.map(\.name) == ["a", "b"])
                #expect(try await cluster.client.get(.configMap, cluster.key("a"))["data"] == ["key": "a"])
                _ = try await cluster.client.get(.configMap, cluster.key("b"))
            }
        }

        @Test(
            "A recorded child without a seal gets one with one write, and a suspended owner says nothing of it",
            arguments: ClusterKind.available)
        func sealing(kind: ClusterKind) async throws {
            try await withWriter(kind) { cluster, environment, apply, pool in
                let store = environment.children(.configMap).store
                let wanted = [try configMap("a", of: pool)]
                let made = try await apply(wanted).inventory
                let seal = try await cluster.client.get(.configMap, cluster.key("a")).annotations[AnnotationKey.madeFor]
                #expect(seal?.count == 32)
                // As an operator that knew no seals has left it.
                let bare = try await cluster.change(
                    .configMap, cluster.key("a"),
                    ["metadata": ["annotations": [.init(AnnotationKey.madeFor): .null]]])
                try await eventually("the informer has it") {
                    store.get(cluster.key("a"))?.resourceVersion == bare.resourceVersion
                }
                let suspended = try await apply(wanted, isSuspended: true, recorded: made)
                #expect(suspended.heldBack.isEmpty && suspended.failures.isEmpty)
                for _ in 0..<2 { #expect(try await apply(wanted, recorded: made).failures.isEmpty) }
                let live = try await cluster.client.get(.configMap, cluster.key("a"))
                #expect(live.annotations[AnnotationKey.madeFor] == seal)
                for _ in 0..<3 { _ = try await apply(wanted, recorded: made) }
                let later = try await cluster.client.get(.configMap, cluster.key("a"))
                #expect(later.resourceVersion == live.resourceVersion)
            }
        }

        @Test(
            "A seal holds for one owner, kind, namespace and name: copied to another object it is none",
            arguments: ClusterKind.available)
        func copiedSeal(kind: ClusterKind) async throws {
            try await withWriter(kind) { cluster, environment, apply, pool in
                _ = try await apply([configMap("a", of: pool)])
                let real = try await cluster.client.get(.configMap, cluster.key("a"))
                var forged = real
                forged["metadata"] = [
                    "name": "b", "namespace": .string(cluster.namespace), "labels": .strings(real.labels),
                    "annotations": .strings(real.annotations),
                    "ownerReferences": real[path: "metadata", "ownerReferences"] ?? .null,
                ]
                _ = try await cluster.client.create(forged, as: .configMap)
                try await eventually("the informer has both") {
                    environment.children(.configMap).store.keys().count { $0.namespace == cluster.namespace } == 2
                }
                let result = try await apply([])
                #expect(result.inventory.map(\.name) == ["a"])
                try await cluster.waitUntilGone(.configMap, cluster.key("a"))
                #expect(try await cluster.exists(.configMap, cluster.key("b")))
            }
        }

        @Test(
            "A new owner of the same name finds the children that the old one has left behind",
            arguments: ClusterKind.available)
        func leftBehind(kind: ClusterKind) async throws {
            try await withWriter(kind) { cluster, environment, apply, pool in
                let wanted = [try configMap("a", of: pool)]
                let uid = try await apply(wanted).inventory.first?.uid
                try await cluster.client.delete(
                    RegionalWorkerPool.resourceType, cluster.key("pool"),
                    options: DeleteOptions(propagationPolicy: .orphan))
                try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                try await eventually("nobody controls it", within: .seconds(30)) {
                    environment.children(.configMap).store.get(cluster.key("a"))?.ownerReferences.isEmpty == true
                }
                let object = try await cluster.makePool(
                    "pool", "regions: [{name: eu, nodeSelector: {matchLabels: {zone: a}}}]")
                let again = try RegionalWorkerPool(defaulting: object)
                let result = try await apply.writer.apply(
                    [configMap("a", of: again)], of: again, object, recorded: [], isSuspended: false)
                #expect(result.failures.isEmpty && result.inventory.map(\.uid) == [uid])
                let live = try await cluster.client.get(.configMap, cluster.key("a"))
                #expect(live.ownerReferences.map(\.uid) == [object.uid])
            }
        }

        @Test("A held child stays as it is and is not pruned", arguments: ClusterKind.available)
        func held(kind: ClusterKind) async throws {
            try await withWriter(kind) { cluster, _, apply, pool in
                _ = try await apply([configMap("a", of: pool)])
                var child = try configMap("a", of: pool, value: "changed")
                child.isHeld = true
                let result = try await apply([child])
                #expect(result.inventory.map(\.name) == ["a"])
                #expect(try await cluster.client.get(.configMap, cluster.key("a"))["data"] == ["key": "a"])
            }
        }

        @Test(
            "A child without a namespace has no owner reference, is found by its labels and its seal, and pruned",
            arguments: ClusterKind.available)
        func labelled(kind: ClusterKind) async throws {
            try await withWriter(kind) { cluster, environment, apply, pool in
                let name = cluster.namespace
                let child = try DesiredChild(
                    .priorityClass, of: pool, named: name, in: .cluster, ["value": 5, "globalDefault": false])
                #expect(try await apply([child]).failures.isEmpty)
                let live = try await cluster.client.get(.priorityClass, ObjectKey(name: name))
                #expect(live.ownerReferences.isEmpty && live.labels[LabelKey.ownerNamespace] == cluster.namespace)
                try await eventually("the informer has it") {
                    environment.children(.priorityClass).store.keys().contains { $0.name == name }
                }
                // Nothing was recorded: a crash came between. Labels and seal lead to it all the same.
                let result = try await apply([])
                #expect(result.inventory.map(\.name) == [name])
                try await cluster.waitUntilGone(.priorityClass, ObjectKey(name: name))
            }
        }

        @Test(
            "Children that went with their owner are not made again, even where the cache still has the owner",
            arguments: ClusterKind.available)
        func ownerGone(kind: ClusterKind) async throws {
            try await withWriter(kind) { cluster, environment, apply, pool in
                let wanted = [try configMap("a", of: pool)]
                let store = environment.children(.configMap).store
                let made = try await apply(wanted).inventory
                try await eventually("the informer has it") { store.get(cluster.key("a")) != nil }

                // While the owner is there a child that somebody deletes is made again.
                try await cluster.client.delete(.configMap, cluster.key("a"))
                try await eventually("its end is noticed") { store.get(cluster.key("a")) == nil }
                let again = try await apply(wanted, recorded: made).inventory
                #expect(again.map(\.name) == ["a"] && again != made)

                try await cluster.client.delete(RegionalWorkerPool.resourceType, cluster.key("pool"))
                try await cluster.waitUntilGone(.configMap, cluster.key("a"))
                try await eventually("its end is noticed") { store.get(cluster.key("a")) == nil }
                await #expect {
                    _ = try await apply(wanted, recorded: again)
                } throws: { ($0 as? APIError)?.isConflict == true }
                await #expect(throws: APIError.self) {
                    _ = try await cluster.client.get(.configMap, cluster.key("a"))
                }
            }
        }

        @Test("A kind that holds data is never pruned", arguments: ClusterKind.available)
        func keeping(kind: ClusterKind) async throws {
            try await withWriter(kind) { cluster, environment, apply, pool in
                let claim = try DesiredChild(
                    .persistentVolumeClaim, of: pool, named: "data", keepsData: true,
                    [
                        "spec": [
                            "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]],
                        ]
                    ])
                #expect(try await apply([claim]).failures.isEmpty)
                try await eventually("the informer has it") {
                    environment.children(.persistentVolumeClaim).store.get(cluster.key("data")) != nil
                }
                let entry = InventoryEntry(cluster.key("data"), of: .persistentVolumeClaim, uid: "")
                #expect(try await apply([]).inventory.contains(entry) == false)
                let live = try await cluster.client.get(.persistentVolumeClaim, cluster.key("data"))
                #expect(live.ownerReferences.isEmpty && !live.isBeingDeleted)
            }
        }

        @Test("A missing API holds nothing up, and its children follow when it is installed")
        func missingAPI() async throws {
            try await withWriter(.embedded) { cluster, environment, apply, pool in
                let monitor = try DesiredChild.serviceMonitor(
                    of: pool, named: "pool", selecting: ["a": "b"], inNamespace: cluster.namespace, port: .name("http"))
                let wanted = [monitor, try configMap("a", of: pool)]
                let before = try await apply(wanted)
                #expect(before.missingAPIs == [.serviceMonitor] && before.failures.isEmpty)
                #expect(before.inventory.map(\.name) == ["a"])
                #expect(before.monitoringFinding?.reason == .crdNotInstalled)

                let definition = try DynamicObject.fixture(
                    """
                    apiVersion: apiextensions.k8s.io/v1
                    kind: CustomResourceDefinition
                    metadata: {name: servicemonitors.monitoring.coreos.com}
                    spec:
                      group: monitoring.coreos.com
                      scope: Namespaced
                      names: {kind: ServiceMonitor, plural: servicemonitors, singular: servicemonitor, listKind: ServiceMonitorList}
                      versions:
                        - name: v1
                          served: true
                          storage: true
                          schema:
                            openAPIV3Schema:
                              type: object
                              properties:
                                spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
                    """)
                _ = try await cluster.client.create(definition, as: .customResourceDefinition)
                try await eventually("the API is noticed") { environment.isServed(.serviceMonitor) }
                let after = try await apply(wanted)
                #expect(after.missingAPIs.isEmpty && after.failures.isEmpty && after.monitoringFinding == nil)
                #expect(after.inventory.map(\.kind) == ["ConfigMap", "ServiceMonitor"])

                try await cluster.client.delete(.customResourceDefinition, definition.key)
                try await eventually("its end is noticed", within: .seconds(30)) {
                    !environment.isServed(.serviceMonitor)
                }
                let end = try await apply(wanted)
                #expect(end.missingAPIs == [.serviceMonitor] && end.failures.isEmpty)
            }
        }
    }
}
