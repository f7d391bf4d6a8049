import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Components that are Jobs, CronJobs and StatefulSets")
    struct ComponentKindsIntegrationTests {
        // MARK: Jobs

        private func shop(_ tag: Int, exitCode: Int, words: String = "") -> JSONValue {
            let image = JSONValue.string("shop:\(tag)")
            return [
                "tier": "staging",
                "components": [
                    ["name": "web", "image": image],
                    [
                        "name": "migrate", "kind": "Job", "image": image,
                        "job": ["runBefore": ["web"], "backoffLimit": 0],
                        "template": [
                            "metadata": [
                                "annotations": [
                                    "simulation.quartermaster.dev/exit-code": .string(String(exitCode)),
                                    "simulation.quartermaster.dev/termination-message": .string(words),
                                ]
                            ]
                        ],
                    ],
                ],
            ]
        }

        @Test(
            "A roll-out waits for the Job of its image; where that fails the old pods run on, and its pod's words are told",
            arguments: [ClusterKind.embedded])
        func gate(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        let web = cluster.inEnvironment("shop", "web")
                        func image() async throws -> String? {
                            try await cluster.deployment(web)[path: "spec", "template"]?.image(ofContainer: "web")
                        }
                        func jobs() async throws -> [DynamicObject] {
                            try await cluster.client.list(.job, namespace: web.namespace).items
                        }
                        try await cluster.makeEnvironment("shop", shop(1, exitCode: 0).serializedString())
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        let first = try #require(try await jobs().first)
                        let done = try #require(first.observedConditions["Complete"]?.lastTransitionTime)
                        let born = try #require(try await cluster.deployment(web).createdAt)
                        #expect(born >= done, "the first pods come after the first migration")
                        try await process.settled()
                        process.requests.forgetWrites()
                        try await process.settled()
                        #expect(process.requests.writes.isEmpty)

                        try await cluster.changeEnvironment(
                            "shop", ["spec": shop(2, exitCode: 3, words: "connecting\nrelation users is missing")])
                        let failed = try await cluster.waitForEnvironment("shop", .componentsAvailable, .failed)
                        #expect(
                            failed.message.contains(
                                "exit code 3 (Error): relation users is missing; correct the component"),
                            "\(failed.message)")
                        #expect(try await cluster.environmentCondition(.ready, of: "shop")?.reason == "Failed")
                        #expect(try await image() == "shop:1")
                        let status = try await cluster.environment("shop")[path: "status", "components"]
                        #expect(
                            status?[0]?["message"]?.string?.hasPrefix(
                                "Deployment web stays at shop:1 until Job migrate-")
                                == true)
                        // What is not about the image is not held up.
                        #expect(try await jobs().count == 1, "the Job of the first image is deleted")

                        try await cluster.changeEnvironment("shop", ["spec": shop(3, exitCode: 0)])
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        #expect(try await image() == "shop:3")
                        #expect(try await jobs().count == 1)
                    }
                }
            }
        }

        @Test(
            "A Job that has begun is waited for before the next one starts; one that can't begin gives way",
            arguments: [ClusterKind.embedded])
        func succession(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { _ in
                        func spec(_ image: String, seconds: String) -> JSONValue {
                            [
                                "tier": "staging",
                                "components": [
                                    [
                                        "name": "seed", "kind": "Job", "image": .string(image),
                                        "template": [
                                            "metadata": [
                                                "annotations": [
                                                    "simulation.quartermaster.dev/run-seconds": .string(seconds)
                                                ]
                                            ]
                                        ],
                                    ]
                                ],
                            ]
                        }
                        let space = cluster.environmentName("shop")
                        func jobs() async throws -> [DynamicObject] {
                            try await cluster.client.list(.job, namespace: space).items
                        }
                        try await cluster.makeEnvironment("shop", spec("fail-image:1", seconds: "1").serializedString())
                        try await cluster.waitForEnvironment("shop", .componentsAvailable, .imagePullFailed)
                        try await cluster.changeEnvironment("shop", ["spec": spec("seed:2", seconds: "4")])
                        try await eventually("the second one runs", within: .seconds(30)) {
                            let live = try await jobs()
                            return live.count == 1 && ComponentJob(live[0]).hasBegun
                        }
                        let second = try #require(try await jobs().first)
                        try await cluster.changeEnvironment("shop", ["spec": spec("seed:3", seconds: "0")])
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        let third = try #require(try await jobs().first)
                        #expect(third.uid != second.uid)
                        let seconds = try #require(third.createdAt) - (try #require(second.createdAt))
                        #expect(seconds >= .seconds(3), "it waited for the one before: \(seconds)")
                    }
                }
            }
        }

        // MARK: CronJobs

        @Test(
            "The last run of a CronJob shows when it has failed, with its pod's words, and not when a later one succeeds",
            arguments: [ClusterKind.embedded])
        func lastRun(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment(
                            "shop",
                            """
                            tier: staging
                            components:
                              - name: report
                                kind: CronJob
                                image: report:1
                                cronJob: {schedule: "0 0 1 1 *", timeZone: Europe/Berlin}
                                job: {backoffLimit: 0}
                            """)
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await process.settled()
                        process.requests.forgetWrites()
                        try await process.settled()
                        #expect(process.requests.writes.isEmpty)
                        try await makeRun("report-1", exitCode: "7", in: cluster)
                        let failed = try await cluster.waitForEnvironment("shop", .componentsAvailable, .failed)
                        #expect(
                            failed.message.hasPrefix("Job report-1 failed: BackoffLimitExceeded"), "\(failed.message)")
                        #expect(failed.message.contains("exit code 7 (Error): no disk; the next run that succeeds"))
                        try await makeRun("report-2", exitCode: "0", in: cluster)
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                    }
                }
            }
        }

        @Test(
            "A Job that only says to be of a CronJob makes the component neither failed nor well, however it is made",
            arguments: [ClusterKind.embedded])
        func forgedRuns(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment(
                            "shop",
                            """
                            tier: staging
                            components:
                              - name: report
                                kind: CronJob
                                image: report:1
                                cronJob: {schedule: "0 0 1 1 *", timeZone: Europe/Berlin}
                                job: {backoffLimit: 0}
                            """)
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        func forge(_ name: String, _ exitCode: String, _ change: (inout DynamicObject) -> Void)
                            async throws
                        {
                            try await makeRun(name, exitCode: exitCode, in: cluster, change)
                            try await eventually("\(name) has ended", within: .seconds(30)) {
                                let job = try await cluster.client.get(.job, cluster.inEnvironment("shop", name))
                                return !ComponentJob(job).isUnfinished
                            }
                            try await process.settled()
                        }
                        // The name of the next time, and another program.
                        try await forge("report-29439360", "1") {
                            setContainer(of: &$0, "image", to: "x:1")
                        }
                        // One that never ends.
                        try await makeRun("report-endless", exitCode: "0", in: cluster) {
                            setContainer(of: &$0, "image", to: "fail-image:1")
                        }
                        try await eventually("its pod waits", within: .seconds(30)) {
                            let pods = try await cluster.client.list(.pod, namespace: cluster.environmentName("shop"))
                                .items
                            return pods.contains {
                                $0.name.hasPrefix("report-endless") && $0[path: "status", "phase"] == "Pending"
                            }
                        }
                        try await process.settled()
                        #expect(try await cluster.environmentCondition(.ready, of: "shop")?.status == .true)
                        #expect(
                            try await cluster.environmentCondition(.componentsAvailable, of: "shop")?.status == .true)

                        try await makeRun("report-1", exitCode: "7", in: cluster)
                        try await cluster.waitForEnvironment("shop", .componentsAvailable, .failed)
                        try await forge("report-2", "0") {
                            setContainer(of: &$0, "command", to: ["true"])
                        }
                        // As the template, and done before it has begun.
                        try await forge("report-3", "0") { $0[path: "spec", "completions"] = 0 }
                        #expect(
                            try await cluster.environmentCondition(.componentsAvailable, of: "shop")?.reason == "Failed"
                        )
                    }
                }
            }
        }

        @Test(
            "A Job in the place of a migration, with its seal and labels, is no migration: the roll-out waits, and it is told",
            arguments: [ClusterKind.embedded])
        func forgedGate(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    var forged: String?
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment("shop", shop(1, exitCode: 0).serializedString())
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await cluster.changeEnvironment("shop", ["spec": shop(2, exitCode: 3)])
                        try await cluster.waitForEnvironment("shop", .componentsAvailable, .failed)
                        try await process.settled()
                    }
                    // While nobody is there to put the real one in its place.
                    let space = cluster.environmentName("shop")
                    let real = try #require(try await cluster.client.list(.job, namespace: space).items.first)
                    try await cluster.client.delete(.job, real.key)
                    try await cluster.waitUntilGone(.job, real.key)
                    var job = real
                    for field in ["uid", "resourceVersion", "creationTimestamp", "managedFields", "generation"] {
                        job[path: "metadata", field] = nil
                    }
                    job["status"] = nil
                    job["spec"] = ["template": ["spec": try #require(real[path: "spec", "template", "spec"])]]
                    setContainer(of: &job, "image", to: "x:1")
                    forged = try await cluster.client.create(job, as: .job).uid
                    try await eventually("it has succeeded", within: .seconds(30)) {
                        ComponentJob(try await cluster.client.get(.job, real.key)).state == .succeeded
                    }
                    for _ in 0..<2 {
                        try await TestOperator.runEnvironments(on: cluster) { process in
                            let told = try await cluster.waitForEnvironment("shop", .componentsAvailable, .nameConflict)
                            #expect(
                                told.message.hasPrefix("Job \(real.name) is not the one that the operator has made"))
                            try await process.settled()
                            let web = try await cluster.deployment(cluster.inEnvironment("shop", "web"))
                            #expect(web[path: "spec", "template"]?.image(ofContainer: "web") == "shop:1")
                            #expect(try await cluster.client.get(.job, real.key).uid == forged, "it is left alone")
                        }
                    }
                    try await TestOperator.runEnvironments(on: cluster) { _ in
                        try await cluster.client.delete(.job, real.key)
                        try await cluster.waitForEnvironment("shop", .componentsAvailable, .failed)
                        #expect(try await cluster.client.get(.job, real.key).uid != forged)
                    }
                }
            }
        }

        private func setContainer(of job: inout DynamicObject, _ field: String, to value: JSONValue) {
            var containers = job[path: "spec", "template", "spec", "containers"]?.elements ?? []
            for index in containers.indices { containers[index][field] = value }
            job[path: "spec", "template", "spec", "containers"] = .array(containers)
        }

        /// As its controller would, without the wait for the time.
        private func makeRun(
            _ name: String, exitCode: String, in cluster: TestCluster,
            _ change: (inout DynamicObject) -> Void = { _ in }
        ) async throws {
            let cronJob = try await cluster.client.get(.cronJob, cluster.inEnvironment("shop", "report"))
            let template = try #require(cronJob[path: "spec", "jobTemplate"])
            var job = try DynamicObject.fixture("apiVersion: batch/v1\nkind: Job\nmetadata: {name: \(name)}")
            job[path: "metadata", "namespace"] = .string(cronJob.namespace)
            job[path: "metadata", "labels"] = template["metadata"]?["labels"]
            job[path: "metadata", "ownerReferences"] = [
                [
                    "apiVersion": "batch/v1", "kind": "CronJob", "name": .string(cronJob.name),
                    "uid": .string(cronJob.uid), "controller": true,
                ]
            ]
            job["spec"] = template["spec"]
            job[path: "spec", "template", "metadata", "annotations"] = [
                "simulation.quartermaster.dev/exit-code": .string(exitCode),
                "simulation.quartermaster.dev/termination-message": "no disk",
            ]
            change(&job)
            _ = try await cluster.client.create(job, as: .job)
        }

        // MARK: StatefulSets

        private func database(_ fields: String) -> String {
            """
            tier: staging
            components:
              - name: db
                kind: StatefulSet
                ports: [{name: postgres, port: 5432}]
                \(fields)
            """
        }

        private func change(_ cluster: TestCluster, _ fields: String) async throws {
            let spec = try YAML.parseDocument(Array(database(fields).utf8))
            try await cluster.changeEnvironment("shop", ["spec": spec])
        }

        @Test(
            "A StatefulSet comes up in its order with claims that stay; what can't be changed is told and not tried",
            arguments: [ClusterKind.embedded])
        func statefulSet(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        let className = cluster.environmentName("roomy")
                        func data(_ size: String) -> String {
                            "{name: data, path: /data, size: \(size), storageClass: \(className)}"
                        }
                        try await makeStorageClass(className, in: cluster)
                        let key = cluster.inEnvironment("shop", "db")
                        try await cluster.makeEnvironment(
                            "shop", database("image: db:1\n    replicas: 2\n    volumes: [\(data("1Gi"))]"))
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        let governing = try await cluster.client.get(.service, cluster.inEnvironment("shop", "db-pods"))
                        #expect(governing[path: "spec", "clusterIP"] == "None")
                        func claims() async throws -> [String] {
                            try await cluster.client.list(.persistentVolumeClaim, namespace: key.namespace).items
                                .map(\.name).sorted()
                        }
                        #expect(try await claims() == ["data-db-0", "data-db-1"])
                        try await process.settled()
                        process.requests.forgetWrites()
                        try await process.settled()
                        #expect(process.requests.writes.isEmpty)

                        try await grow(cluster, to: data("2Gi"), key)
                        let data = data("2Gi")
                        try await change(cluster, "image: db:2\n    replicas: 2\n    volumes: [\(data)]")
                        try await eventually("both pods are of the new image", within: .seconds(60)) {
                            let pods = try await cluster.client.list(.pod, namespace: key.namespace).items
                            return pods.map { $0.json.image(ofContainer: "db") } == ["db:2", "db:2"]
                        }
                        try await cluster.waitForEnvironment("shop", .ready, .ready)

                        try await refuses(cluster, data, key)
                        try await change(cluster, "image: db:2\n    replicas: 1\n    volumes: [\(data)]")
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await process.settled()
                        #expect(try await claims().prefix(2) == ["data-db-0", "data-db-1"], "claims stay")
                    }
                }
            }
        }

        private func makeStorageClass(_ name: String, in cluster: TestCluster) async throws {
            let type = ResourceType(
                group: "storage.k8s.io", version: "v1", kind: "StorageClass", plural: "storageclasses",
                isNamespaced: false)
            let object = try DynamicObject.fixture(
                """
                apiVersion: storage.k8s.io/v1
                kind: StorageClass
                metadata: {name: \(name)}
                provisioner: example.com/none
                allowVolumeExpansion: true
                """)
            _ = try await cluster.client.create(object, as: type)
        }

        /// The claims grow; the StatefulSet, which could not, is not written.
        private func grow(_ cluster: TestCluster, to data: String, _ key: ObjectKey) async throws {
            let before = try await cluster.client.get(.statefulSet, key)
            let names = ["data-db-0", "data-db-1"]
            for name in names {
                _ = try await cluster.client.patch(
                    .persistentVolumeClaim, cluster.inEnvironment("shop", name),
                    .merge(["status": ["phase": "Bound", "capacity": ["storage": "1Gi"]]]), subresource: "status")
            }
            try await change(cluster, "image: db:1\n    replicas: 2\n    volumes: [\(data)]")
            for name in names {
                try await eventually("\(name) grows", within: .seconds(30)) {
                    let claim = try await cluster.client.get(
                        .persistentVolumeClaim, cluster.inEnvironment("shop", name))
                    return claim[path: "spec", "resources", "requests", "storage"] == "2Gi"
                }
            }
            try await cluster.waitForEnvironment("shop", .ready, .ready)
            #expect(try await cluster.client.get(.statefulSet, key).generation == before.generation)
        }

        private func refuses(_ cluster: TestCluster, _ data: String, _ key: ObjectKey) async throws {
            let before = try await cluster.client.get(.statefulSet, key)
            let wal = "{name: wal, path: /wal, size: 1Gi}"
            try await change(cluster, "image: db:3\n    replicas: 2\n    volumes: [\(data), \(wal)]")
            let refused = try await cluster.waitForEnvironment("shop", .componentsAvailable, .childRefused)
            #expect(
                refused.message.contains("change spec.components[db].volumes (it has data); set that back"),
                "\(refused.message)")
            #expect(try await cluster.client.get(.statefulSet, key).generation == before.generation)
            // The way out that it names.
            try await cluster.client.delete(.statefulSet, key, options: DeleteOptions(propagationPolicy: .orphan))
            try await cluster.waitForEnvironment("shop", .ready, .ready)
            let after = try await cluster.client.get(.statefulSet, key)
            #expect(after.uid != before.uid)
            #expect(after[path: "spec", "volumeClaimTemplates"]?.elements.count == 2)
            try await change(cluster, "image: db:3\n    replicas: 2\n    volumes: [\(data)]")
            try await cluster.waitForEnvironment("shop", .componentsAvailable, .childRefused)
            try await cluster.client.delete(.statefulSet, key, options: DeleteOptions(propagationPolicy: .orphan))
            try await cluster.waitForEnvironment("shop", .ready, .ready)
        }
    }
}

extension DynamicObject {
    fileprivate var createdAt: Timestamp? {
        self[path: "metadata", "creationTimestamp"]?.string.flatMap(Timestamp.init(rfc3339:))
    }
}
