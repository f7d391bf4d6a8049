import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    /// As somebody who may make jobs and pods where a policy is, or everything somewhere else.
    @Suite("Whose runs count")
    struct BackupTrustIntegrationTests {
        private static let spec = """
            schedule: 0 2 * * *
            backoffLimit: 0
            sources: [{name: db, pvc: {claimName: uploads}}]
            destinations: [{name: box, credentialsSecretRef: {name: box}, rclone: {remote: box, path: b}}]
            """
        private static let good = ["source": TestCluster.good, "to-box": TestCluster.good]
        private static let untouched: [ConditionType: String] = [
            .ready: "True Ready", .backupSucceeded: "Unknown NeverRan", .fresh: "False NeverRan",
            .verified: "Unknown NeverRan",
        ]

        private func run(
            _ kind: ClusterKind, _ body: (TestCluster, TestOperator, _ cronJob: DynamicObject) async throws -> Void
        ) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                try await TestOperator.runBackups(on: cluster) { process in
                    try await cluster.makePolicy("nightly", Self.spec)
                    try await cluster.prepare()
                    try await cluster.waitForVerdicts(Self.untouched)
                    try await body(cluster, process, try await cluster.client.get(.cronJob, cluster.key("nightly-db")))
                }
            }
        }

        private func scheduled(_ cluster: TestCluster) async throws -> String {
            try await cluster.policy().status?.conditions?.first { $0.type == "Scheduled" }?.message ?? ""
        }

        /// A job of the CronJob as anybody could write one: the labels, the owner, and a container that lies.
        private func forged(_ name: String, from cronJob: DynamicObject) throws -> DynamicObject {
            var job = try ManualRun.job(from: cronJob, suffix: name)
            for list in ["initContainers", "containers"] {
                let containers = job[path: "spec", "template", "spec", list]?.elements ?? []
                job[path: "spec", "template", "spec", list] = .array(
                    containers.map { container in
                        var container = container
                        container["command"] = ["/bin/sh", "-c", "echo >/dev/termination-log"]
                        return container
                    })
            }
            return job
        }

        @Test(
            "A job that only says that it is a CronJob's is not counted, and is named", arguments: ClusterKind.available
        )
        func forgedJobs(kind: ClusterKind) async throws {
            try await run(kind) { cluster, process, cronJob in
                try await cluster.asUser("mallory", in: cluster.namespace, on: ["jobs", "pods", "cronjobs"]) {
                    mallory in
                    let (job, pod) = try await cluster.start(forged("forged", from: cronJob), by: mallory)
                    try await cluster.endPod(pod, Self.good)
                    try await eventually("it is named") {
                        let words = try await scheduled(cluster)
                        return words.contains("not counted") && words.contains(job.name)
                    }
                    // Of a CronJob of mallory's own, with the labels and the name of its owner in them.
                    var other = cronJob
                    other["metadata"] = [
                        "name": "other", "namespace": .string(cluster.namespace), "labels": .strings(cronJob.labels),
                    ]
                    let theirs = try await mallory.client.create(other, as: .cronJob)
                    let (_, second) = try await cluster.start(ManualRun.job(from: theirs, suffix: "run"), by: mallory)
                    try await cluster.endPod(second, Self.good)
                    try await process.settled()
                    try await cluster.waitForVerdicts(Self.untouched)
                    #expect(
                        try await cluster.policy().status?.targets?.allSatisfy { $0.lastAttemptTime == nil } == true)
                    // As `kubectl create job --from` makes it, it is a run like any other.
                    let (_, third) = try await cluster.start(ManualRun.job(from: cronJob, suffix: "hand"), by: mallory)
                    try await cluster.endPod(third, Self.good)
                    try await cluster.waitForVerdicts([.backupSucceeded: "True Succeeded", .fresh: "True WithinMaxAge"])
                }
            }
        }

        // On a real server the job controller would count the pod as its own, or take it away.
        @Test("A pod that only says that it is a job's makes no run good, nor the job that it completes")
        func forgedPods() async throws {
            try await run(.embedded) { cluster, process, _ in
                try await cluster.asUser("mallory", in: cluster.namespace, on: ["pods"]) { mallory in
                    let (job, pod) = try await cluster.startRun("db")
                    var wanted = try TestCluster.pod(of: job, named: "\(job.name)-9")
                    let containers = wanted[path: "spec", "containers"]?.elements ?? []
                    wanted[path: "spec", "containers"] = .array(
                        containers.map { container in
                            var container = container
                            container["image"] = "registry.example.org/mallory:1"
                            return container
                        })
                    let forged = try await mallory.client.create(wanted, as: .pod)
                    try await cluster.endPod(forged.key, Self.good, isLast: false)
                    try await cluster.endJob(job.key, "Complete")
                    try await eventually("it is named") { try await scheduled(cluster).contains("Pod \(forged.name)") }
                    try await process.settled()
                    try await cluster.waitForVerdicts(Self.untouched)
                    // Without the pod that tells, there is nothing to count either.
                    try await mallory.client.delete(.pod, forged.key)
                    try await cluster.client.delete(.pod, pod)
                    try await eventually("nobody is named any more") {
                        try await !scheduled(cluster).contains("not counted")
                    }
                    try await cluster.waitForVerdicts(Self.untouched)
                }
            }
        }

        @Test("From another namespace nobody reaches a policy", arguments: ClusterKind.available)
        func otherNamespace(kind: ClusterKind) async throws {
            try await run(kind) { cluster, process, cronJob in
                let elsewhere = "\(cluster.namespace)-x"
                try await cluster.makeNamespace(elsewhere)
                try await cluster.asUser("mallory", in: elsewhere) { mallory in
                    var job = try ManualRun.job(from: cronJob, suffix: "far")
                    job[path: "metadata", "namespace"] = .string(elsewhere)
                    job[path: "metadata", "labels", LabelKey.ownerNamespace] = .string(cluster.namespace)
                    // Its owner is nowhere in that namespace: the collector takes it away again.
                    _ = try await mallory.client.create(job, as: .job)
                    job[path: "metadata", "name"] = "own"
                    job[path: "metadata", "ownerReferences"] = nil
                    let own = try await mallory.client.create(job, as: .job)
                    if kind == .embedded { try await cluster.endJob(own.key, "Complete") }
                    try await process.settled()
                    try await cluster.waitForVerdicts(Self.untouched)
                    #expect(try await !scheduled(cluster).contains("not counted"))
                }
                try await cluster.client.delete(.namespace, ObjectKey(name: elsewhere))
            }
        }

        @Test("A run that began before its policy was changed counts", arguments: ClusterKind.available)
        func changedMeanwhile(kind: ClusterKind) async throws {
            try await run(kind) { cluster, process, cronJob in
                let (_, pod) = try await cluster.startRun("db")
                try await cluster.change(
                    BackupPolicy.resourceType, cluster.key("nightly"),
                    ["spec": ["podTemplate": ["images": ["backup": "registry.example.org/backup:2"]]]])
                try await eventually("the CronJob is changed") {
                    try await cluster.client.get(.cronJob, cluster.key("nightly-db")).generation != cronJob.generation
                }
                try await process.settled()
                try await cluster.endPod(pod, Self.good)
                try await cluster.waitForVerdicts([
                    .ready: "True Ready", .backupSucceeded: "True Succeeded", .fresh: "True WithinMaxAge",
                ])
            }
        }

        @Test("So it does where the operator was started again meanwhile", arguments: ClusterKind.available)
        func restartedMeanwhile(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                var pod: ObjectKey?
                try await TestOperator.runBackups(on: cluster) { process in
                    try await cluster.makePolicy("nightly", Self.spec)
                    try await cluster.prepare()
                    try await cluster.waitForVerdicts(Self.untouched)
                    pod = try await cluster.startRun("db").pod
                    let before = try await cluster.client.get(.cronJob, cluster.key("nightly-db")).generation
                    try await cluster.change(
                        BackupPolicy.resourceType, cluster.key("nightly"), ["spec": ["retention": ["daily": 3]]])
                    try await eventually("the CronJob is changed") {
                        try await cluster.client.get(.cronJob, cluster.key("nightly-db")).generation != before
                    }
                    try await process.settled()
                    process.requests.forgetWrites()
                    try await cluster.change(
                        BackupPolicy.resourceType, cluster.key("nightly"),
                        ["metadata": ["annotations": ["quartermaster.dev/requestedAt": "now"]]])
                    try await eventually("it was looked at") {
                        try await cluster.policy().status?.lastHandledReconcileAt == "now"
                    }
                    try await process.settled()
                    #expect(process.requests.writes.count == 1, "\(process.requests.writes)")
                }
                try await TestOperator.runBackups(on: cluster) { _ in
                    try await cluster.endPod(try #require(pod), Self.good)
                    try await cluster.waitForVerdicts([.ready: "True Ready", .backupSucceeded: "True Succeeded"])
                    #expect(try await !scheduled(cluster).contains("not counted"))
                }
            }
        }

        @Test("A job that is not counted is named for a day after its end")
        func namedForADay() async throws {
            try await TestCluster.run(.embedded, options: .rbac) { cluster in
                try await TestOperator.runBackups(on: cluster) { _ in
                    try await cluster.makePolicy("nightly", Self.spec)
                    try await cluster.prepare()
                    try await cluster.waitForVerdicts(Self.untouched)
                    let cronJob = try await cluster.client.get(.cronJob, cluster.key("nightly-db"))
                    let (_, pod) = try await cluster.start(forged("forged", from: cronJob))
                    try await cluster.endPod(pod, Self.good)
                    try await eventually("it is named") { try await scheduled(cluster).contains("not counted") }
                }
                let later: @Sendable () -> Timestamp = { .now() + .seconds(86401) }
                try await TestOperator.runBackups(on: cluster, now: later) { _ in
                    try await eventually("it is named no more") {
                        try await !scheduled(cluster).contains("not counted")
                    }
                }
            }
        }

        @Test("An end that is still to come is not counted, and hides no run")
        func future() async throws {
            try await run(.embedded) { cluster, process, _ in
                let (job, pod) = try await cluster.startRun("db")
                try await cluster.endPod(pod, Self.good, isLast: false)
                try await cluster.endJob(job.key, "Complete", at: .now() + .seconds(400 * 86400))
                try await process.settled()
                try await cluster.waitForVerdicts(Self.untouched)
                try await cluster.run("db")
                try await cluster.waitForVerdicts([.backupSucceeded: "True Succeeded", .fresh: "True WithinMaxAge"])
            }
        }
    }
}
