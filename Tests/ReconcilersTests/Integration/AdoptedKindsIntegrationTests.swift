import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("What becomes of objects of each kind that are taken over")
    struct AdoptedKindsIntegrationTests {
        private static let database = """
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db, annotations: {note: theirs}}
            spec:
              replicas: 2
              serviceName: postgres
              selector: {matchLabels: {app: db}}
              template:
                metadata: {labels: {app: db, role: primary}}
                spec:
                  containers:
                    - {name: db, image: "db:1", volumeMounts: [{name: data, mountPath: /var/lib}]}
                    - {name: exporter, image: "exporter:1"}
              volumeClaimTemplates:
                - metadata: {name: data, labels: {app: db}}
                  spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 3Gi}}}
            """

        private static func databaseSpec(adopting objects: String) -> String {
            """
            tier: staging
            namespace: {adopt: IfUnmanaged}
            \(objects)
            deletionPolicy: Delete
            components:
              - name: db
                kind: StatefulSet
                image: db:1
                ports: [{name: postgres, port: 5432}]
                volumes: [{name: data, path: /data, size: 1Gi}]
              - {name: store, image: store:1, volumes: [{name: data, path: /data, size: 1Gi, onRemove: Delete}]}
            """
        }

        private static let databaseObjects = """
            adopt: {objects: [{kind: StatefulSet, name: db}, {kind: PersistentVolumeClaim, name: data-db-0}, \
            {kind: PersistentVolumeClaim, name: data-db-1}, {kind: PersistentVolumeClaim, name: store-data}]}
            """

        private func expectAllAdopted(_ cluster: TestCluster, _ count: Int) async throws {
            let told = try await cluster.environment("shop")[path: "status", "adoption"]?.elements ?? []
            #expect(told.count == count && told.allSatisfy { $0["state"] == "Adopted" }, "\(told)")
        }

        private func takeRecordsAway(_ claims: [DynamicObject], on cluster: TestCluster) async throws {
            for claim in claims {
                let annotations: JSONValue = [.init(AnnotationKey.takenOver): .null]
                try await cluster.change(.persistentVolumeClaim, claim.key, ["metadata": ["annotations": annotations]])
            }
        }

        private func expectNoWrites(_ cluster: TestCluster, _ process: TestOperator) async throws {
            try await process.settled()
            process.requests.forgetWrites()
            let key = ObjectKey(name: cluster.environmentName("shop"))
            for _ in 0..<5 { _ = try await process.reconciler.reconcile(key) }
            #expect(process.requests.writes == [])
        }

        @Test(
            "A StatefulSet keeps its pods' number, names and volumes, and its claims outlive the list, their records and the environment",
            arguments: ClusterKind.available)
        func statefulSet(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await ObjectAdoptionIntegrationTests.makeExisting(
                        on: cluster,
                        ObjectAdoptionIntegrationTests.existing.filter { $0.0 == .persistentVolumeClaim }
                            + [(.statefulSet, Self.database)])
                    let key = cluster.inEnvironment("shop", "db")
                    func claims() async throws -> [DynamicObject] {
                        try await cluster.client.list(.persistentVolumeClaim, namespace: key.namespace).items
                            .sorted { $0.key < $1.key }
                    }
                    try await eventually("its pods have their claims", within: .seconds(30)) {
                        let found = try await claims()
                        return found.map(\.name) == ["data-db-0", "data-db-1", "store-data"]
                            && (kind == .embedded || found.allSatisfy { $0[path: "spec", "volumeName"] != nil })
                    }
                    let before = try await cluster.client.get(.statefulSet, key)
                    let data = try await claims()
                    func expectKept() async throws {
                        let live = try await cluster.client.get(.statefulSet, key)
                        #expect(live.uid == before.uid && live.generation == before.generation + 1)
                        for field in ["serviceName", "selector", "replicas", "volumeClaimTemplates"] {
                            #expect(live[path: "spec", field] == before[path: "spec", field], "\(field)")
                        }
                        let pod = live[path: "spec", "template"]
                        #expect(pod?["spec"]?["containers"]?.elements.compactMap { $0["name"]?.string } == ["db"])
                        #expect(pod?["metadata"]?["labels"]?["role"] == "primary")
                        #expect(try await claims().map(\.uid) == data.map(\.uid))
                        #expect(try await claims().map { $0["spec"] } == data.map { $0["spec"] })
                    }
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment("shop", Self.databaseSpec(adopting: Self.databaseObjects))
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await process.settled()
                        try await expectAllAdopted(cluster, 4)
                        try await expectKept()
                        let pods = try await cluster.client.list(.pod, namespace: key.namespace).items
                            .filter { $0.name.hasPrefix("db-") }
                        #expect(pods.map(\.name).sorted() == ["db-0", "db-1"])
                        #expect(pods.allSatisfy { $0.labels[LabelKey.environmentComponent] == "db" })
                        try await expectNoWrites(cluster, process)

                        try await cluster.changeEnvironment("shop", ["spec": ["adopt": .null]])
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await process.settled()
                        try await expectKept()
                        let marked = try await claims().filter { $0.annotations[AnnotationKey.takenOver] != nil }
                        #expect(marked.count == 3)
                        try await expectNoWrites(cluster, process)

                        // What an editor of the namespace takes away comes back, for the size of the claim depends on it.
                        try await takeRecordsAway(data, on: cluster)
                        try await eventually("the records are there again", within: .seconds(30)) {
                            try await claims().allSatisfy { $0.annotations[AnnotationKey.takenOver] != nil }
                        }
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await process.settled()
                        try await expectKept()
                    }
                    // Nobody looks while it happens, and no component wants the volumes any more; that of the store says onRemove: Delete.
                    try await takeRecordsAway(data, on: cluster)
                    try await cluster.changeEnvironment(
                        "shop", ["spec": ["components": [["name": "other", "image": "other:1"]]]])
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await eventually("the StatefulSet is gone", within: .seconds(30)) {
                            try await !cluster.exists(.statefulSet, key)
                        }
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await process.settled()
                        #expect(try await claims().map(\.uid) == data.map(\.uid))
                        #expect(try await claims().allSatisfy { !$0.isBeingDeleted })
                        try await cluster.deleteEnvironment("shop")
                        try await cluster.waitUntilEnvironmentIsGone("shop")
                        #expect(try await claims().map(\.uid) == data.map(\.uid))
                        #expect(try await claims().allSatisfy { !$0.isBeingDeleted })
                    }
                }
            }
        }

        @Test(
            "All that can be listed is told at once: the claim of each pod, and the Ingress that has the host",
            arguments: ClusterKind.available)
        func toldAtOnce(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    let host = cluster.environmentName("shop") + ".example.com"
                    let ingress = """
                        apiVersion: networking.k8s.io/v1
                        kind: Ingress
                        metadata: {name: \(host)}
                        spec: {rules: [{host: \(host)}]}
                        """
                    try await ObjectAdoptionIntegrationTests.makeExisting(
                        on: cluster, [(.statefulSet, Self.database), (.ingress, ingress)])
                    let claim = cluster.inEnvironment("shop", "data-db-1")
                    try await eventually("its pods have their claims", within: .seconds(30)) {
                        try await cluster.exists(.persistentVolumeClaim, claim)
                    }
                    try await TestOperator.runEnvironments(on: cluster) { _ in
                        func told() async throws -> [String] {
                            try await (cluster.environment("shop")[path: "status", "adoption"]?.elements ?? []).map {
                                "\($0["state"]?.string ?? "") \($0["kind"]?.string ?? "") \($0["name"]?.string ?? "")"
                            }.sorted()
                        }
                        let objects = [
                            "Ingress \(host)", "PersistentVolumeClaim data-db-0", "PersistentVolumeClaim data-db-1",
                            "StatefulSet db",
                        ]
                        try await cluster.makeEnvironment(
                            "shop",
                            Self.databaseSpec(adopting: "")
                                + "\ningress: [{host: \(host), paths: [{component: db, port: postgres}]}]")
                        try await eventually("all of them are found", within: .seconds(30)) {
                            try await told() == objects.map { "Found \($0)" }
                        }
                        let shown = try await cluster.environment("shop")[path: "status", "adoption"]?.elements.first {
                            $0["kind"] == "Ingress"
                        }
                        let changes = shown?["changes"]?.elements.compactMap(\.string) ?? []
                        #expect(changes.contains { $0.hasPrefix("spec.rules") }, "\(changes)")

                        let list = objects.map { $0.split(separator: " ") }.map { "{kind: \($0[0]), name: \($0[1])}" }
                        let adopt = try YAML.parseDocument(Array("[\(list.joined(separator: ", "))]".utf8))
                        try await cluster.changeEnvironment("shop", ["spec": ["adopt": ["objects": adopt]]])
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        #expect(try await told() == objects.map { "Adopted \($0)" })
                    }
                }
            }
        }

        @Test(
            "The type of a Service, the class and the access mode of a volume become what is to be taken over, and do not change else",
            arguments: ClusterKind.available)
        func fixedFields(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await ObjectAdoptionIntegrationTests.makeExisting(on: cluster) { object in
                        switch object.kind {
                        case "Service": object[path: "spec", "clusterIP"] = "None"
                        case "PersistentVolumeClaim":
                            object[path: "spec", "accessModes"] = ["ReadWriteMany"]
                            object[path: "spec", "storageClassName"] = "fast"
                        default: break
                        }
                    }
                    func components(service: String, volume: String) throws -> JSONValue {
                        let text = """
                            - name: my-app
                              image: 'ghcr.io/x/my-app:staging'
                              ports: [{name: http, port: 80, targetPort: 3000}]
                              service: {\(service)}
                            - {name: store, image: 'ghcr.io/x/store:1', volumes: [{name: data, path: /data, size: 5Gi\(volume)}]}
                            """
                        return try YAML.parseDocument(Array(text.utf8))
                    }
                    let fitting = try components(
                        service: "type: Headless", volume: ", accessMode: ReadWriteMany, storageClass: fast")
                    let objects = try YAML.parseDocument(Array(ObjectAdoptionIntegrationTests.objects.utf8))
                    try await TestOperator.runEnvironments(on: cluster) { _ in
                        try await cluster.makeEnvironment("shop", ObjectAdoptionIntegrationTests.spec(adopting: nil))
                        try await cluster.waitForEnvironment("shop", .ready, .nameConflict)
                        for (service, volume, words) in [
                            ("type: Headless", "", "headless"), ("", ", accessMode: ReadWriteMany", "access mode"),
                            ("", ", storageClass: fast", "storage class"),
                        ] {
                            let other = try components(service: service, volume: volume)
                            let refusal = try await #require(throws: APIError.self) {
                                try await cluster.changeEnvironment("shop", ["spec": ["components": other]])
                            }
                            #expect(refusal.message.contains("\(words)") && refusal.message.contains("spec.adopt"))
                        }
                        try await cluster.changeEnvironment(
                            "shop", ["spec": ["components": fitting, "adopt": ["objects": objects]]])
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await eventually("all are the environment's", within: .seconds(30)) {
                            let told = try await cluster.environment("shop")[path: "status", "adoption"]?.elements ?? []
                            return told.map { $0["state"]?.string } == ["Adopted", "Adopted", "Adopted"]
                        }
                    }
                }
            }
        }

        private static func autoscaler(_ name: String) -> String {
            """
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: \(name), annotations: {note: theirs}}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: my-app}
              minReplicas: 1
              maxReplicas: 9
              metrics:
                - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}
                - {type: Resource, resource: {name: memory, target: {type: Utilization, averageUtilization: 90}}}
            """
        }

        /// A Deployment of five pods with an autoscaler.
        private func makeScaled(by autoscaler: String, on cluster: TestCluster) async throws {
            let deployment = ObjectAdoptionIntegrationTests.existing.filter { $0.0 == .deployment }
            try await ObjectAdoptionIntegrationTests.makeExisting(
                on: cluster, deployment + [(.horizontalPodAutoscaler, Self.autoscaler(autoscaler))]
            ) { object in
                if object.kind == "Deployment" { object[path: "spec", "replicas"] = 5 }
            }
        }

        private static func scaledSpec(_ component: String, adopting objects: String) -> String {
            """
            tier: staging
            namespace: {adopt: IfUnmanaged}
            adopt: {objects: [{kind: Deployment, name: my-app}\(objects)]}
            components:
              - {name: my-app, image: 'ghcr.io/x/my-app:staging', \(component)ports: [{name: http, port: 80, targetPort: 3000}]}
            """
        }

        @Test(
            "What somebody else's autoscaler scales keeps the number that it has given, whatever the spec says",
            arguments: ClusterKind.available, ["", "replicas: 2, "])
        func foreignAutoscaler(kind: ClusterKind, component: String) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await makeScaled(by: "theirs", on: cluster)
                    let keys = (
                        cluster.inEnvironment("shop", "my-app"), cluster.inEnvironment("shop", "theirs")
                    )
                    let before = try await cluster.client.get(.horizontalPodAutoscaler, keys.1)
                    try await ReplicaLog.run(on: cluster, "my-app", in: keys.0.namespace) { log in
                        try await TestOperator.runEnvironments(on: cluster) { process in
                            try await cluster.makeEnvironment("shop", Self.scaledSpec(component, adopting: ""))
                            try await cluster.waitForEnvironment("shop", .ready, .ready)
                            try await process.settled()
                            try await expectAllAdopted(cluster, 1)
                            try await expectNoWrites(cluster, process)
                            // It goes on to scale.
                            try await cluster.change(.deployment, keys.0, ["spec": ["replicas": 6]])
                            try await process.settled()
                        }
                        try await eventually("the log has seen the last number", within: .seconds(10)) {
                            log.numbers.last == 6
                        }
                        #expect(log.numbers == [5, 6])
                    }
                    let after = try await cluster.client.get(.horizontalPodAutoscaler, keys.1)
                    #expect(after.resourceVersion == before.resourceVersion)
                }
            }
        }

        @Test(
            "An autoscaler of the component's name becomes the environment's with the pods that it has asked for",
            arguments: ClusterKind.available)
        func listedAutoscaler(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await makeScaled(by: "my-app", on: cluster)
                    let key = cluster.inEnvironment("shop", "my-app")
                    let before = try await cluster.client.get(.horizontalPodAutoscaler, key)
                    try await ReplicaLog.run(on: cluster, "my-app", in: key.namespace) { log in
                        try await TestOperator.runEnvironments(on: cluster) { process in
                            try await cluster.makeEnvironment(
                                "shop",
                                Self.scaledSpec(
                                    "autoscaling: {min: 2, max: 10, cpu: 60}, ",
                                    adopting: ", {kind: HorizontalPodAutoscaler, name: my-app}"))
                            try await eventually("both are the environment's", within: .seconds(30)) {
                                let told = try await cluster.environment("shop")[path: "status", "adoption"]?.elements
                                return told?.map { $0["state"]?.string } == ["Adopted", "Adopted"]
                            }
                            try await process.settled()
                            let after = try await cluster.client.get(.horizontalPodAutoscaler, key)
                            #expect(after.uid == before.uid && after.annotations["note"] == "theirs")
                            #expect(after[path: "spec", "maxReplicas"] == 10)
                            let metrics = after[path: "spec", "metrics"]?.elements ?? []
                            #expect(metrics.compactMap { $0["resource"]?["name"]?.string } == ["cpu"])
                            try await expectNoWrites(cluster, process)
                            try await cluster.change(.deployment, key, ["spec": ["replicas": 6]])
                            try await process.settled()
                        }
                        try await eventually("the log has seen the last number", within: .seconds(10)) {
                            log.numbers.last == 6
                        }
                        #expect(log.numbers == [5, 6])
                    }
                }
            }
        }

        private static let others: [(ResourceType, String)] = [
            (
                .cronJob,
                """
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: report, annotations: {note: theirs}}
                spec:
                  schedule: "30 4 1 1 *"
                  startingDeadlineSeconds: 77
                  jobTemplate:
                    metadata: {labels: {app: report}}
                    spec:
                      template:
                        metadata: {labels: {app: report}}
                        spec:
                          restartPolicy: OnFailure
                          containers: [{name: report, image: "report:1", env: [{name: OLD, value: x}]}, {name: sidecar, image: "sidecar:1"}]
                """
            ),
            (
                .podDisruptionBudget,
                """
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: my-app, annotations: {note: theirs}}
                spec: {minAvailable: 2, selector: {matchLabels: {app: my-app}, matchExpressions: [{key: track, operator: Exists}]}}
                """
            ),
            (
                .serviceAccount,
                """
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: my-app, annotations: {note: theirs}}
                automountServiceAccountToken: true
                imagePullSecrets: [{name: registry}]
                """
            ),
            (
                .networkPolicy,
                """
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: allow-my-app, annotations: {note: theirs}}
                spec:
                  podSelector: {matchLabels: {app: my-app}}
                  policyTypes: [Ingress]
                  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 81}]}]
                """
            ),
        ]

        @Test(
            "A CronJob, a budget, a ServiceAccount and a policy become all that the component wants, and nothing of before stays in them",
            arguments: ClusterKind.available)
        func others(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await ObjectAdoptionIntegrationTests.makeExisting(on: cluster, Self.others)
                    var before: [String: String] = [:]
                    func key(_ type: ResourceType) -> ObjectKey {
                        let names: [ResourceType: String] = [.cronJob: "report", .networkPolicy: "allow-my-app"]
                        return cluster.inEnvironment("shop", names[type] ?? "my-app")
                    }
                    for (type, _) in Self.others {
                        before[type.kind] = try await cluster.client.get(type, key(type)).uid
                    }
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment(
                            "shop",
                            """
                            tier: staging
                            namespace: {adopt: IfUnmanaged}
                            network: {ingress: Deny}
                            adopt:
                              objects:
                                - {kind: CronJob, name: report}
                                - {kind: PodDisruptionBudget, name: my-app}
                                - {kind: ServiceAccount, name: my-app}
                                - {kind: NetworkPolicy, name: allow-my-app}
                            components:
                              - {name: my-app, image: 'my-app:1', replicas: 3, ports: [{name: http, port: 3000}]}
                              - {name: report, kind: CronJob, image: 'report:1', cronJob: {schedule: "0 0 1 1 *"}}
                            """)
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await process.settled()
                        try await expectAllAdopted(cluster, 4)
                        for (type, _) in Self.others {
                            let live = try await cluster.client.get(type, key(type))
                            #expect(live.uid == before[type.kind] && live.annotations["note"] == "theirs")
                            #expect(live.labels[LabelKey.managedBy] == LabelKey.manager)
                        }
                        let cronJob = try await cluster.client.get(.cronJob, key(.cronJob))
                        #expect(cronJob[path: "spec", "schedule"] == "0 0 1 1 *")
                        #expect(cronJob[path: "spec", "startingDeadlineSeconds"]?.integer != 77)
                        let pod = cronJob[path: "spec", "jobTemplate", "spec", "template", "spec"]
                        #expect(pod?["containers"]?.elements.compactMap { $0["name"]?.string } == ["report"])
                        #expect(pod?["containers"]?[0]?["env"] == nil)
                        let ours: JSONValue = [
                            .init(LabelKey.appEnvironment): .string(cluster.environmentName("shop")),
                            .init(LabelKey.environmentComponent): "my-app",
                        ]
                        let budget = try await cluster.client.get(.podDisruptionBudget, key(.podDisruptionBudget))
                        #expect(budget[path: "spec", "selector"] == ["matchLabels": ours])
                        #expect(budget[path: "spec", "minAvailable"] == nil)
                        #expect(budget[path: "spec", "maxUnavailable"] == 1)
                        let account = try await cluster.client.get(.serviceAccount, key(.serviceAccount))
                        #expect(account["automountServiceAccountToken"] == false)
                        // What an image is pulled with may be all that there is.
                        #expect(account["imagePullSecrets"] == [["name": "registry"]])
                        let policy = try await cluster.client.get(.networkPolicy, key(.networkPolicy))
                        #expect(policy[path: "spec", "podSelector"] == ["matchLabels": ours])
                        #expect(policy[path: "spec", "policyTypes"] == ["Ingress", "Egress"])
                        let rules = policy[path: "spec", "ingress"]?.elements ?? []
                        #expect(rules.isEmpty, "\(rules)")
                        try await expectNoWrites(cluster, process)
                    }
                }
            }
        }
    }
}
