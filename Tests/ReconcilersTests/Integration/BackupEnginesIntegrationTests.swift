import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Engines and rights of BackupPolicy")
    struct BackupEnginesIntegrationTests {
        private static func definition(_ kind: String, _ plural: String) throws -> DynamicObject {
            try DynamicObject.fixture(
                """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: \(plural).velero.io}
                spec:
                  group: velero.io
                  scope: Namespaced
                  names: {kind: \(kind), plural: \(plural), singular: \(plural.dropLast()), listKind: \(kind)List}
                  versions:
                    - name: v1
                      served: true
                      storage: true
                      schema:
                        openAPIV3Schema:
                          type: object
                          x-kubernetes-preserve-unknown-fields: true
                """)
        }

        @Test(
            "Velero that is installed later gets its Schedule, and its backups are the policy's",
            arguments: ClusterKind.available)
        func velero(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runBackups(on: cluster) { _ in
                    try await cluster.makePolicy(
                        "nightly",
                        """
                        schedule: 0 2 * * *
                        timeZone: Europe/Berlin
                        sources: [{name: all, velero: {includedNamespaces: [web], excludedResources: [events]}}]
                        """)
                    try await cluster.waitForVerdicts([
                        .ready: "False EngineNotInstalled", .scheduled: "False EngineNotInstalled", .stalled: "none",
                    ])
                    for (kind, plural) in [("Schedule", "schedules"), ("Backup", "backups")] {
                        _ = try await cluster.client.create(
                            Self.definition(kind, plural), as: .customResourceDefinition)
                    }
                    try await cluster.waitForVerdicts([.ready: "True Ready", .scheduled: "True Converged"])
                    let key = cluster.key("nightly-all")
                    let schedule = try await cluster.client.get(.veleroSchedule, key)
                    #expect(schedule[path: "spec", "schedule"] == "CRON_TZ=Europe/Berlin 0 2 * * *")
                    #expect(schedule[path: "spec", "template", "ttl"] == "720h")
                    // Velero's part.
                    try await cluster.change(
                        .veleroSchedule, key, ["status": ["phase": "Enabled"]], by: "velero")
                    var backup = try DynamicObject.fixture(
                        """
                        apiVersion: velero.io/v1
                        kind: Backup
                        metadata: {name: nightly-all-20260110020000, labels: {velero.io/schedule-name: nightly-all}}
                        """)
                    backup[path: "metadata", "namespace"] = .string(cluster.namespace)
                    let now = JSONValue.string(Timestamp.now().rfc3339)
                    backup["status"] = ["phase": "Completed", "startTimestamp": now, "completionTimestamp": now]
                    _ = try await cluster.client.create(backup, as: .veleroBackup)
                    try await cluster.waitForVerdicts([
                        .ready: "True Ready", .backupSucceeded: "True Succeeded", .fresh: "True WithinMaxAge",
                    ])
                    let target = try #require(try await cluster.policy().status?.targets?.first)
                    #expect(target.artifact == "nightly-all-20260110020000" && target.destination == "velero")
                    try await cluster.change(
                        BackupPolicy.resourceType, cluster.key("nightly"), ["spec": ["suspend": true]])
                    try await eventually("the Schedule is paused") {
                        try await cluster.client.get(.veleroSchedule, key)[path: "spec", "paused"] == true
                    }
                    // Velero's backups are data: they stay.
                    try await cluster.client.delete(BackupPolicy.resourceType, cluster.key("nightly"))
                    try await cluster.waitUntilGone(.veleroSchedule, key)
                    _ = try await cluster.client.get(.veleroBackup, backup.key)
                }
                for plural in ["schedules", "backups"] {
                    try? await cluster.client.delete(
                        .customResourceDefinition, ObjectKey(name: "\(plural).velero.io"))
                }
            }
        }

        @Test(
            "Destinations are made ready once: one job at a time, another where one failed, none of what is ready",
            arguments: ClusterKind.available)
        func prepared(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runBackups(on: cluster) { process in
                    try await cluster.makePolicy(
                        "nightly",
                        """
                        schedule: 0 2 * * *
                        sources: [{name: db, pvc: {claimName: data}}]
                        destinations:
                        - {name: box, credentialsSecretRef: {name: box}, rclone: {remote: box, path: b}}
                        - {name: restic, credentialsSecretRef: {name: restic}, restic: {repository: "rest:http://r:8000/"}}
                        """)
                    try await cluster.waitForVerdicts([.ready: "False Preparing", .scheduled: "False Preparing"])
                    let first = try await cluster.preparation()
                    let uid = try await cluster.client.get(.namespace, ObjectKey(name: "kube-system")).uid
                    let variables = first[path: "spec", "template", "spec", "containers"]?[0]?["env"]?.elements ?? []
                    #expect(variables.contains(["name": "QM_CLUSTER", "value": .string(uid)]))
                    // What is wanted changes meanwhile: what is at work is let be.
                    try await cluster.change(
                        BackupPolicy.resourceType, cluster.key("nightly"),
                        ["spec": ["podTemplate": ["images": ["backup": "registry.example.org/backup:2"]]]])
                    try await eventually("the change is seen") {
                        let policy = try await cluster.policy()
                        return policy.status?.observedGeneration == policy.metadata.generation
                    }
                    try await process.settled()
                    #expect(try await cluster.preparation().uid == first.uid)
                    try await cluster.prepare("nightly", ["prepare-restic": report("Failed", message: "no route")])
                    // By the image of before nothing counts: another job looks again.
                    try await eventually("another job is made") {
                        let jobs = try await cluster.client.list(.job, namespace: cluster.namespace).items
                        return jobs.contains { $0.name != first.name && !$0.isBeingDeleted }
                    }
                    try await cluster.prepare("nightly", ["prepare-restic": report("Failed", message: "no route")])
                    try await cluster.waitForVerdicts([
                        .ready: "False DestinationNotReady", .scheduled: "False DestinationNotReady",
                    ])
                    // What failed is told at once, and what is ready when its job has ended.
                    try await eventually("one is ready, and the other is not") {
                        let known = try await cluster.policy().status?.destinations ?? []
                        return known.map { $0.preparedTime != nil } == [true, false] && known[1].message == "no route"
                    }
                    try await eventually("the next job is about the other alone") {
                        let last = try await cluster.preparation()
                        let containers = last[path: "spec", "template", "spec", "containers"]?.elements ?? []
                        return containers.map { $0["name"] } == ["prepare-restic"]
                    }
                    try await cluster.prepare()
                    try await cluster.waitForVerdicts([.ready: "True Ready", .scheduled: "True Converged"])
                    try await eventually("no job is left") {
                        try await cluster.client.list(.job, namespace: cluster.namespace).items.isEmpty
                    }
                    try await eventually("nothing is written any more") {
                        try await process.settled()
                        process.requests.forgetWrites()
                        for _ in 0..<5 { _ = try await process.reconciler.reconcile(cluster.key("nightly")) }
                        return process.requests.writes.isEmpty
                    }
                }
            }
        }

        @Test(
            "In a namespace that is not privileged etcd and foreign namespaces are refused, and the rest goes on",
            arguments: ClusterKind.available)
        func notPermitted(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runBackups(on: cluster) { _ in
                    try await cluster.makePolicy(
                        "nightly",
                        """
                        schedule: 0 2 * * *
                        sources: [{name: etcd, etcd: {}}, {name: own, manifests: {}}]
                        destinations: [{name: box, credentialsSecretRef: {name: box}, rclone: {remote: box, path: b}}]
                        """)
                    try await cluster.waitForVerdicts([
                        .ready: "False NotPermitted", .scheduled: "False NotPermitted", .stalled: "True NotPermitted",
                    ])
                    _ = try await cluster.client.get(.cronJob, cluster.key("nightly-own"))
                    try await cluster.waitUntilGone(.cronJob, cluster.key("nightly-etcd"))
                }
            }
        }

        @Test(
            "A privileged policy waits for a server with etcd, may read other namespaces, and takes that right back",
            arguments: ClusterKind.available)
        func privileged(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let other = "\(cluster.namespace)-web"
                _ = try await cluster.client.create(
                    try Namespace(metadata: ObjectMeta(name: other)).dynamicObject(), as: .namespace)
                let permissions = Permissions(privilegedNamespaces: [cluster.namespace])
                try await TestOperator.runBackups(on: cluster, permissions: permissions) { process in
                    try await cluster.makePolicy(
                        "nightly",
                        """
                        schedule: 0 2 * * *
                        sources:
                        - {name: etcd, etcd: {nodeSelector: {zone: \(cluster.zone("etcd"))}}}
                        - {name: all, manifests: {namespaces: [\(other)]}}
                        destinations: [{name: box, credentialsSecretRef: {name: box}, rclone: {remote: box, path: b}}]
                        """)
                    try await cluster.waitForVerdicts([
                        .ready: "False UnsupportedDatastore", .scheduled: "False UnsupportedDatastore",
                    ])
                    try await cluster.makeNode("server", zone: "etcd")
                    try await cluster.prepare()
                    try await cluster.waitForVerdicts([.ready: "True Ready", .scheduled: "True Converged"])
                    let binding = ObjectKey(namespace: other, name: "\(cluster.namespace).nightly-reader")
                    _ = try await cluster.client.get(.roleBinding, binding)
                    #expect(
                        try await cluster.client.get(.cronJob, cluster.key("nightly-etcd"))[
                            path: "spec", "jobTemplate", "spec", "template", "spec", "hostNetwork"] == true)
                    // A status that was put off may still come; converged, nothing is written again.
                    try await eventually("nothing is written any more") {
                        try await process.settled()
                        process.requests.forgetWrites()
                        for _ in 0..<20 { _ = try await process.reconciler.reconcile(cluster.key("nightly")) }
                        return process.requests.writes.isEmpty
                    }

                    try await cluster.client.delete(BackupPolicy.resourceType, cluster.key("nightly"))
                    try await cluster.waitUntilGone(BackupPolicy.resourceType, cluster.key("nightly"))
                    try await cluster.waitUntilGone(.roleBinding, binding)
                }
                try await cluster.client.delete(.namespace, ObjectKey(name: other))
            }
        }
    }
}
