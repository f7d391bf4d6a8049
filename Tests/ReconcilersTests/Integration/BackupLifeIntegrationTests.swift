import BackupModel
import EmbeddedAPIServer
import KubeAPI
import Support
import Synchronization
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("BackupPolicy on an API server")
    struct BackupLifeIntegrationTests {
        private let spec = """
            schedule: 0 2 * * *
            backoffLimit: 0
            sources:
            - {name: db, postgres: {host: pg.data.svc, databases: [app], credentialsSecretRef: {name: pg}}}
            - {name: files, pvc: {claimName: uploads}}
            - {name: objects, manifests: {}}
            destinations:
            - {name: bucket, credentialsSecretRef: {name: bucket}, s3: {endpoint: "https://s3.example.com", bucket: backups}}
            - {name: box, credentialsSecretRef: {name: box}, rclone: {remote: box, path: backups}}
            """
        private static let wellDone: [ConditionType: String] = [
            .ready: "True Ready", .scheduled: "True Converged", .backupSucceeded: "True Succeeded",
            .fresh: "True WithinMaxAge", .verified: "True Passed", .pruned: "True Done",
        ]

        @Test(
            "Three sources and two destinations: applied, run, failed, recovered, suspended, resumed, deleted",
            arguments: ClusterKind.available)
        func life(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await keepData(on: cluster)
                try await TestOperator.runBackups(on: cluster) { process in
                    try await cluster.makePolicy("nightly", spec)
                    try await cluster.prepare()
                    try await applied(cluster)
                    try await runs(cluster, process)
                    try await fails(cluster, process)
                    try await recovers(cluster, process)
                    try await suspended(cluster)
                    try await deleted(cluster, process)
                }
            }
        }

        private func applied(_ cluster: TestCluster) async throws {
            try await cluster.waitForVerdicts([
                .ready: "True Ready", .scheduled: "True Converged", .backupSucceeded: "Unknown NeverRan",
                .fresh: "False NeverRan", .verified: "Unknown NeverRan",
            ])
            let policy = try await cluster.policy()
            // The job that made the destinations ready goes by and by.
            let inventory = policy.status?.inventory?.filter { $0.kind != "Job" }.map { "\($0.kind) \($0.name)" } ?? []
            #expect(
                Set(inventory).subtracting(["PrometheusRule nightly-backup"]) == [
                    "ServiceAccount nightly-backup", "RoleBinding nightly-reader",
                    "NetworkPolicy nightly-backup", "NetworkPolicy nightly--db-reach",
                    "NetworkPolicy nightly--objects-reach",
                    "CronJob nightly-db", "CronJob nightly-files", "CronJob nightly-objects",
                ])
            let next = try #require(policy.status?.nextRunTime)
            #expect(next.rfc3339.hasSuffix("T02:00:00Z") && next > .now() && next < .now() + .seconds(86400))
            #expect(policy.status?.targets?.count == 6)
        }

        private func runs(_ cluster: TestCluster, _ process: TestOperator) async throws {
            for source in ["db", "files", "objects"] { try await cluster.run(source) }
            try await cluster.waitForVerdicts(Self.wellDone)
            let status = try #require(try await cluster.policy().status)
            #expect(status.size == "6.0Mi" && status.lastSuccessTime != nil)
            let targets = status.targets ?? []
            #expect(targets.allSatisfy { $0.lastResult == .succeeded && $0.count == 7 && $0.lastVerifiedTime != nil })
            #expect(process.events.messages(.runFailed, about: "nightly").isEmpty)
            let metrics = process.metrics.exposition()
            let name = "namespace=\"\(cluster.namespace)\",name=\"nightly\""
            #expect(metrics.contains("quartermaster_backup_fresh{\(name)} 1\n"))
            for metric in [
                "last_success_timestamp_seconds", "last_attempt_timestamp_seconds", "size_bytes", "artifacts",
            ] {
                let series = "quartermaster_backup_\(metric){\(name),source=\"db\",destination=\"box\"}"
                #expect(metrics.contains(series), "\(series)")
            }
            if Promtool.isThere {
                let (code, complaints) = try Promtool.run(["check", "metrics"], input: metrics)
                #expect(code == 0 && complaints.isEmpty, "\(complaints)")
            }
        }

        private func fails(_ cluster: TestCluster, _ process: TestOperator) async throws {
            let bad = report("Failed", message: "the upload failed (status 1): no route to host")
            try await cluster.run("db", ["to-box": bad])
            try await cluster.waitForVerdicts([
                .ready: "False Failed", .backupSucceeded: "False Failed", .fresh: "True WithinMaxAge",
                .reconciling: "True Failed", .stalled: "none", .scheduled: "True Converged",
            ])
            let failed = try #require(try await cluster.policy().status?.targets?.filter { $0.lastResult == .failed })
            #expect(failed.map(\.name) == ["db to box"] && failed.first?.consecutiveFailures == 1)
            #expect(failed.first?.artifact == "20260110T020001Z" && failed.first?.lastSuccessTime != nil)
            let message = "db to box failed: the upload failed (status 1): no route to host"
            #expect(process.events.messages(.runFailed, about: "nightly") == [message])
            #expect(process.events.kinds(.failed, about: "nightly") == [.warning])
            // A missing Secret is told as such, from what the pod said.
            let missing = report(
                "Failed", #","reason":"SecretMissing""#, message: "Secret pg is missing or has no key password")
            try await cluster.run("db", ["source": missing])
            try await cluster.waitForVerdicts([
                .ready: "False SecretMissing", .scheduled: "False SecretMissing", .backupSucceeded: "False Failed",
            ])
        }

        private func recovers(_ cluster: TestCluster, _ process: TestOperator) async throws {
            try await cluster.run("db")
            try await cluster.waitForVerdicts(Self.wellDone)
            // Events follow the status.
            try await eventually("it is told that both are well again") {
                Set(process.events.messages(.runRecovered, about: "nightly"))
                    == Set(["bucket", "box"].map { "db to \($0) went well again: 20260110T020001Z" })
            }
            #expect(try await cluster.policy().status?.targets?.allSatisfy { $0.consecutiveFailures == nil } == true)
        }

        private func suspended(_ cluster: TestCluster) async throws {
            try await cluster.change(BackupPolicy.resourceType, cluster.key("nightly"), ["spec": ["suspend": true]])
            try await cluster.waitForVerdicts([.ready: "True Suspended", .fresh: "False Suspended"])
            #expect(try await cluster.policy().status?.nextRunTime == nil)
            for source in ["db", "files", "objects"] {
                let cronJob = try await cluster.client.get(.cronJob, cluster.key("nightly-\(source)"))
                #expect(cronJob[path: "spec", "suspend"] == true)
            }
            try await cluster.change(BackupPolicy.resourceType, cluster.key("nightly"), ["spec": ["suspend": false]])
            try await cluster.waitForVerdicts(Self.wellDone)
            #expect(try await cluster.policy().status?.nextRunTime != nil)
        }

        private func keepData(on cluster: TestCluster) async throws {
            for name in ["pg", "bucket", "box"] {
                var secret = try DynamicObject.fixture("apiVersion: v1\nkind: Secret\nmetadata: {name: \(name)}")
                secret[path: "metadata", "namespace"] = .string(cluster.namespace)
                _ = try await cluster.client.create(secret, as: .secret)
            }
            try await cluster.make(
                "PersistentVolumeClaim", "persistentvolumeclaims",
                ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]])
        }

        /// Deleting a policy takes its children and their jobs, and nothing that holds data.
        private func deleted(_ cluster: TestCluster, _ process: TestOperator) async throws {
            let jobs = try await cluster.client.list(.job, namespace: cluster.namespace).items
            #expect(jobs.count >= 6)
            process.requests.forgetWrites()
            try await cluster.client.delete(BackupPolicy.resourceType, cluster.key("nightly"))
            for source in ["db", "files", "objects"] {
                try await cluster.waitUntilGone(.cronJob, cluster.key("nightly-\(source)"))
            }
            try await cluster.waitUntilGone(.networkPolicy, cluster.key("nightly--db-reach"))
            try await cluster.waitUntilGone(.serviceAccount, cluster.key("nightly-backup"))
            for job in jobs { try await cluster.waitUntilGone(.job, job.key) }
            try await process.settled()
            #expect(process.requests.writes == [])
            for name in ["pg", "bucket", "box"] { _ = try await cluster.client.get(.secret, cluster.key(name)) }
            let claims = ResourceType(
                group: "", version: "v1", kind: "PersistentVolumeClaim", plural: "persistentvolumeclaims")
            #expect(try await cluster.client.get(claims, cluster.key("test")).isBeingDeleted == false)
        }

        @Test(
            "Where the Prometheus operator is installed the policy gets its rule; elsewhere it is told that there is none"
        )
        func prometheusRule() async throws {
            for isInstalled in [false, true] {
                try await TestCluster.run(.embedded) { cluster in
                    if isInstalled {
                        let definition = try DynamicObject.fixture(
                            """
                            apiVersion: apiextensions.k8s.io/v1
                            kind: CustomResourceDefinition
                            metadata: {name: prometheusrules.monitoring.coreos.com}
                            spec:
                              group: monitoring.coreos.com
                              scope: Namespaced
                              names: {kind: PrometheusRule, listKind: PrometheusRuleList, plural: prometheusrules, singular: prometheusrule}
                              versions:
                              - name: v1
                                served: true
                                storage: true
                                schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
                            """)
                        _ = try await cluster.client.create(definition, as: .customResourceDefinition)
                        try await eventually("the kind is served") {
                            (try? await cluster.client.list(.prometheusRule, namespace: nil)) != nil
                        }
                    }
                    try await TestOperator.runBackups(on: cluster) { _ in
                        try await cluster.makePolicy("nightly", spec)
                        try await cluster.prepare()
                        try await cluster.waitForVerdicts([
                            .ready: "True Ready",
                            .alertingReady: isInstalled ? "True Applied" : "False CRDNotInstalled",
                        ])
                        let rule = try? await cluster.client.get(.prometheusRule, cluster.key("nightly-backup"))
                        #expect((rule != nil) == isInstalled)
                    }
                }
            }
        }

        @Test("What ran while the operator was away is counted when it is back", arguments: ClusterKind.available)
        func away(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runBackups(on: cluster) { _ in
                    try await cluster.makePolicy("nightly", spec)
                    try await cluster.prepare()
                    try await cluster.waitForVerdicts([.ready: "True Ready"])
                }
                try await cluster.run("db")
                for source in ["files", "objects"] { try await cluster.run(source) }
                let first = try await cluster.policy().status
                #expect(first?.targets?.allSatisfy { $0.lastAttemptTime == nil } == true)
                let job = try await cluster.run("db", ["to-bucket": report("Failed", message: "disk full")])
                try await TestOperator.runBackups(on: cluster) { process in
                    try await cluster.waitForVerdicts([.ready: "False Failed", .fresh: "True WithinMaxAge"])
                    let target = try #require(try await cluster.policy().status?.targets?.first)
                    #expect(target.message == "disk full" && target.consecutiveFailures == 1)
                    #expect(target.artifact == "20260110T020001Z" && target.lastSuccessTime != nil)
                    let ended = job[path: "status", "conditions"]?.elements.last?["lastTransitionTime"]?.string
                    #expect(target.lastAttemptTime?.rfc3339 == ended)
                    #expect(process.events.messages(.runFailed, about: "nightly") == ["db to bucket failed: disk full"])
                }
            }
        }

        @Test("Under the rights of config/rbac nothing is refused", arguments: ClusterKind.available)
        func rights(kind: ClusterKind) async throws {
            var options = EmbeddedAPIServerOptions()
            options.authorization = .rbac
            try await TestCluster.run(kind, options: options) { cluster in
                let restricted = try await cluster.asOperator()
                try await TestOperator.runBackups(on: restricted) { process in
                    try await cluster.makePolicy("nightly", spec)
                    try await cluster.prepare()
                    try await cluster.waitForVerdicts([.ready: "True Ready", .scheduled: "True Converged"])
                    try await cluster.run("db")
                    try await eventually("the run is counted") {
                        try await cluster.policy().status?.targets?.first?.lastResult == .succeeded
                    }
                    // What is not wanted any more is deleted.
                    try await cluster.change(
                        BackupPolicy.resourceType, cluster.key("nightly"),
                        ["spec": ["sources": [["name": "files", "pvc": ["claimName": "uploads"]]]]])
                    try await cluster.waitUntilGone(.cronJob, cluster.key("nightly-db"))
                    try await cluster.waitUntilGone(.networkPolicy, cluster.key("nightly--db-reach"))
                    try await cluster.waitUntilGone(.roleBinding, cluster.key("nightly-reader"))
                    #expect(process.requests.writes.count > 10)
                }
            }
        }

        @Test(
            "The CronJob controller's own run is counted, and it makes none while suspended",
            arguments: [ClusterKind.real].filter(ClusterKind.available.contains))
        func scheduled(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runBackups(on: cluster) { _ in
                    try await cluster.makePolicy(
                        "nightly",
                        """
                        schedule: "* * * * *"
                        backoffLimit: 0
                        sources: [{name: db, pvc: {claimName: uploads}}]
                        destinations: [{name: box, credentialsSecretRef: {name: box}, rclone: {remote: box, path: backups}}]
                        """)
                    var jobs: [DynamicObject] = []
                    try await eventually("the CronJob controller makes a job", within: .seconds(150)) {
                        // Not the one that makes the destination ready.
                        jobs = try await cluster.client.list(.job, namespace: cluster.namespace).items
                            .filter { $0.name.hasPrefix("nightly-db-") }
                        return !jobs.isEmpty
                    }
                    try await cluster.change(
                        BackupPolicy.resourceType, cluster.key("nightly"), ["spec": ["suspend": true]])
                    let pod = try await cluster.pod(of: try #require(jobs.first))
                    try await cluster.endPod(pod, ["source": TestCluster.good, "to-box": TestCluster.good])
                    try await cluster.waitForVerdicts([
                        .ready: "True Suspended", .backupSucceeded: "True Succeeded", .fresh: "False Suspended",
                    ])
                    let cronJob = try await cluster.client.get(.cronJob, cluster.key("nightly-db"))
                    #expect(cronJob[path: "spec", "suspend"] == true)
                }
            }
        }
    }
}

extension CollectedEvents {
    func kinds(_ reason: Reason, about name: String) -> [ObjectEvent.Kind] {
        collected.filter { $0.reason == reason && $0.object.name == name }.map(\.kind)
    }
}

extension TestCluster {
    /// The same cluster as the operator's service account sees it, with the rights of `config/rbac`.
    func asOperator() async throws -> TestCluster {
        let system = try Namespace(metadata: ObjectMeta(name: "quartermaster-system")).dynamicObject()
        do { _ = try await client.create(system, as: .namespace) } catch let error as APIError
            where error.isAlreadyExists
        {}
        for file in Repository.cases(in: "config/rbac") where file != "kustomization" {
            for document in try Repository.yaml("config/rbac/\(file).yaml") {
                let object = try DynamicObject(document)
                let plural = object.kind == "ServiceAccount" ? "serviceaccounts" : object.kind.lowercased() + "s"
                let parts = object.apiVersion.split(separator: "/").map(String.init)
                let type = ResourceType(
                    group: parts.count == 2 ? parts[0] : "", version: parts.last ?? "", kind: object.kind,
                    plural: plural, isNamespaced: !object.kind.hasPrefix("Cluster"))
                _ = try await client.patch(
                    type, object.key, .apply(object.json, force: true), subresource: nil,
                    options: WriteOptions(fieldManager: "test"))
            }
        }
        let account = ObjectKey(namespace: "quartermaster-system", name: "quartermaster")
        let request = try DynamicObject.fixture(
            "apiVersion: authentication.k8s.io/v1\nkind: TokenRequest\nspec: {expirationSeconds: 3600}")
        let answer = try await client.create(request, subresource: "token", of: .serviceAccount, account)
        let token = try #require(answer[path: "status", "token"]?.string)
        var restricted = configuration
        restricted.authentication = .token(Redacted(token))
        restricted.clientCertificate = nil
        return TestCluster(
            kind: kind, client: client, configuration: restricted, server: server, namespace: namespace)
    }
}
