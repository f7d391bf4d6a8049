import EmbeddedAPIServer
import KubeAPI
import Support
import Synchronization
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Environments: their namespace, workloads and roll-outs")
    struct EnvironmentLifeIntegrationTests {
        private let spec = """
            tier: staging
            components:
              - name: web
                image: web:1
                replicas: 2
                ports: [{name: http, port: 80, targetPort: 3000}]
                config: {LOG_LEVEL: info}
              - name: database
                image: database:1
                ports: [{name: postgres, port: 5432}]
                volumes: [{name: data, path: /data, size: 1Gi}]
                template: {spec: {volumes: [{name: data, persistentVolumeClaim: null, emptyDir: {}}]}}
            """

        @Test(
            "An environment becomes Ready, with everything in its namespace, and a converged one sees no write",
            arguments: ClusterKind.available)
        func becomesReady(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment("shop", spec)
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        let status = try #require(try await cluster.environment("shop")["status"])
                        #expect(status["componentsReady"] == "2/2" && status["defaultsVersion"] == 1)
                        #expect(status["namespace"]?.string == cluster.environmentName("shop"))
                        let space = try await cluster.client.get(
                            .namespace, ObjectKey(name: cluster.environmentName("shop")))
                        #expect(space.labels["pod-security.kubernetes.io/enforce"] == "restricted")
                        #expect(space.ownerReferences.isEmpty)
                        for (type, name) in [
                            (ResourceType.resourceQuota, "environment"), (.limitRange, "environment"),
                            (.serviceAccount, "web"), (.service, "web"), (.podDisruptionBudget, "web"),
                            (.persistentVolumeClaim, "database-data"), (.roleBinding, "quartermaster-environment"),
                        ] {
                            let live = try await cluster.client.get(type, cluster.inEnvironment("shop", name))
                            // Garbage collection must not be able to take anything.
                            #expect(live.ownerReferences.isEmpty, "\(type.kind)")
                        }
                        #expect(
                            try await !cluster.exists(
                                .podDisruptionBudget, cluster.inEnvironment("shop", "database")))

                        try await process.settled()
                        process.requests.forgetWrites()
                        for _ in 0..<100 {
                            _ = try await process.reconciler.reconcile(
                                ObjectKey(name: cluster.environmentName("shop")))
                        }
                        #expect(process.requests.writes == [])
                    }
                }
            }
        }

        @Test(
            "A change of the configuration rolls once, and the old ConfigMap stays until the new pods have taken over",
            arguments: ClusterKind.available)
        func configuration(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment(
                            "shop",
                            """
                            tier: staging
                            components: [{name: web, image: 'web:1', replicas: 2, config: {LOG_LEVEL: info}}]
                            """)
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        let key = cluster.inEnvironment("shop", "web")
                        let before = try await cluster.deployment(key)
                        let maps = try await configMaps(cluster)
                        #expect(maps.count == 1)
                        var components =
                            try await cluster.environment("shop")[path: "spec", "components"]?.elements ?? []
                        components[0]["config"] = ["LOG_LEVEL": "debug"]
                        try await cluster.changeEnvironment("shop", ["spec": ["components": .array(components)]])
                        try await eventually("it is rolled out", within: .seconds(60)) {
                            let live = try await cluster.deployment(key)
                            let names = try await configMaps(cluster)
                            return live.generation > before.generation && names.count == 1 && names != maps
                        }
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await process.settled()
                        let after = try await cluster.deployment(key)
                        #expect(after.generation == before.generation + 1)
                        let sets = try await cluster.client.list(.replicaSet, namespace: key.namespace).items
                        #expect(sets.filter { $0.name.hasPrefix("web-") }.count == 2)
                        // An edit of metadata rolls nothing.
                        try await cluster.changeEnvironment(
                            "shop", ["spec": ["inheritedMetadata": ["labels": ["team": "shop"]]]])
                        try await eventually("the label is there", within: .seconds(30)) {
                            try await cluster.deployment(key).labels["team"] == "shop"
                        }
                        try await process.settled()
                        let last = try await cluster.client.list(.replicaSet, namespace: key.namespace).items
                        #expect(last.filter { $0.name.hasPrefix("web-") }.count == 2)
                    }
                }
            }
        }

        private func configMaps(_ cluster: TestCluster) async throws -> [String] {
            try await cluster.client.list(.configMap, namespace: cluster.environmentName("shop")).items
                .map(\.name).filter { $0.hasPrefix("web-config-") }
        }

        @Test(
            "Switched on and off at five replicas, an autoscaler leaves five", arguments: ClusterKind.available)
        func autoscaling(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let seen = Mutex<[Int64]>([])
                let client = try TestCluster.client(cluster.configuration)
                let informer = Informer(
                    Selection(.deployment, namespace: cluster.environmentName("shop")), source: client)
                informer.addHandler { event in
                    if let number = event.object.value(at: "spec", "replicas")?.integer {
                        seen.withLock { $0.append(number) }
                    }
                }
                let watch = Task { try await informer.run() }
                try await TestOperator.runEnvironments(on: cluster) { process in
                    func components(_ scaling: String) throws -> JSONValue {
                        [
                            "spec": [
                                "components": try YAML.parseDocument(
                                    Array("[{name: web, image: 'web:1', \(scaling)}]".utf8))
                            ]
                        ]
                    }
                    try await cluster.makeEnvironment(
                        "shop", "tier: staging\ncomponents: [{name: web, image: 'web:1', replicas: 5}]")
                    let key = cluster.inEnvironment("shop", "web")
                    try await eventually("five are wanted", within: .seconds(30)) {
                        (try? await cluster.deployment(key))?[path: "spec", "replicas"] == 5
                    }
                    try await cluster.changeEnvironment("shop", try components("autoscaling: {min: 2, max: 10}"))
                    try await eventually("there is an autoscaler", within: .seconds(30)) {
                        try await cluster.exists(.horizontalPodAutoscaler, key)
                    }
                    try await process.settled()
                    let deployment = try await cluster.deployment(key)
                    #expect(deployment[path: "spec", "replicas"] == 5)
                    // What the autoscaler does is not undone.
                    _ = try await cluster.client.patch(
                        .deployment, key, .merge(["spec": ["replicas": 7]]), subresource: "scale",
                        options: WriteOptions(fieldManager: "kube-controller-manager"))
                    try await cluster.changeEnvironment("shop", ["spec": ["inheritedMetadata": ["labels": ["a": "b"]]]])
                    try await eventually("the label is there", within: .seconds(30)) {
                        try await cluster.deployment(key).labels["a"] == "b"
                    }
                    try await process.settled()
                    #expect(try await cluster.deployment(key)[path: "spec", "replicas"] == 7)
                    try await cluster.changeEnvironment("shop", try components("replicas: 5"))
                    try await cluster.waitUntilGone(.horizontalPodAutoscaler, key)
                    try await process.settled()
                    #expect(try await cluster.deployment(key)[path: "spec", "replicas"] == 5)
                }
                watch.cancel()
                _ = try? await watch.value
                await client.shutdown()
                #expect(seen.withLock { $0.allSatisfy { $0 == 5 || $0 == 7 } }, "\(seen.withLock { $0 })")
            }
        }

        @Test(
            "What the quota does not leave room for is not rolled out, and says what is missing",
            arguments: ClusterKind.available)
        func preflight(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        func spec(_ image: String, _ cpu: String) -> String {
                            """
                            tier: staging
                            quota: {mode: Fixed, hard: {requests.cpu: "1", limits.cpu: "2"}}
                            components: [{name: web, image: '\(image)', replicas: 2, resources: {requests: {cpu: \(cpu)}}}]
                            """
                        }
                        try await cluster.makeEnvironment("shop", spec("web:1", "100m"))
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        let key = cluster.inEnvironment("shop", "web")
                        let generation = try await cluster.deployment(key).generation
                        let wider = try YAML.parseDocument(Array(spec("web:2", "500m").utf8))
                        try await cluster.changeEnvironment("shop", ["spec": wider])
                        let condition = try await cluster.waitForEnvironment("shop", .quotaSufficient, .exceeded)
                        #expect(condition.message.contains("lacks requests.cpu 500m"), "\(condition.message)")
                        try await process.settled()
                        #expect(try await cluster.deployment(key).generation == generation)
                        let status = try #require(try await cluster.environment("shop")["status"])
                        #expect(status["quota"]?["shortfall"]?["requests.cpu"] == "500m")
                        #expect(status["componentsReady"] == "1/1")
                        // With room it goes on by itself.
                        try await cluster.changeEnvironment(
                            "shop", ["spec": ["quota": ["hard": ["requests.cpu": "2", "limits.cpu": "4"]]]])
                        try await eventually("it is rolled out", within: .seconds(60)) {
                            try await cluster.deployment(key).generation > generation
                        }
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        // A LimitRange is told before the pods are refused.
                        try await cluster.changeEnvironment(
                            "shop", ["spec": ["limitRange": ["max": ["cpu": "200m"]]]])
                        let bounds = try await cluster.waitForEnvironment("shop", .quotaSufficient, .exceeded)
                        #expect(bounds.message.contains("more than LimitRange environment allows"), "\(bounds.message)")
                    }
                }
            }
        }

        @Test(
            "What others use of the quota is not the environment's to spend", arguments: ClusterKind.available)
        func othersUse(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    let clock = ManualClock()
                    // Goes as real time does; only the patience is cut short.
                    let ticking = Task {
                        while (try? await Task.sleep(for: .milliseconds(20))) != nil {
                            clock.advance(by: .milliseconds(20))
                        }
                    }
                    defer { ticking.cancel() }
                    try await TestOperator.runEnvironments(on: cluster, time: TimeSource(clock)) { process in
                        let name = cluster.environmentName("shop")
                        try await cluster.makeEnvironment(
                            "shop",
                            """
                            tier: staging
                            namespace: {podSecurity: privileged}
                            quota: {mode: Fixed, hard: {requests.cpu: "1", limits.cpu: "8"}}
                            components: [{name: web, image: 'web:1', replicas: 2, resources: {requests: {cpu: 200m}}}]
                            """)
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        var pod = try DynamicObject.fixture(
                            """
                            apiVersion: v1
                            kind: Pod
                            metadata: {name: theirs}
                            spec:
                              containers: [{name: a, image: 'a:1', resources: {requests: {cpu: 500m}, limits: {cpu: 500m}}}]
                            """)
                        pod[path: "metadata", "namespace"] = .string(name)
                        _ = try await cluster.client.create(pod, as: .pod)
                        try await eventually("the quota counts it", within: .seconds(30)) {
                            let quota = try await cluster.client.get(
                                .resourceQuota, cluster.inEnvironment("shop", "environment"))
                            return quota[path: "status", "used", "requests.cpu"] == "900m"
                        }
                        try await process.settled()
                        // Two pods and one of surge need 600m; it is not believed at once.
                        #expect(try await cluster.environmentCondition(.quotaSufficient, of: "shop")?.status == .true)
                        clock.advance(by: OthersUse.patience)
                        let condition = try await cluster.waitForEnvironment("shop", .quotaSufficient, .exceeded)
                        #expect(
                            condition.message.contains(
                                "lacks requests.cpu 100m for all components with surge and autoscaling beside what "
                                    + "others in the namespace use (requests.cpu 500m)"), "\(condition.message)")
                        // An image that does not fit in is not rolled out.
                        let key = cluster.inEnvironment("shop", "web")
                        let generation = try await cluster.deployment(key).generation
                        var components =
                            try await cluster.environment("shop")[path: "spec", "components"]?.elements ?? []
                        components[0]["image"] = "web:2"
                        try await cluster.changeEnvironment("shop", ["spec": ["components": .array(components)]])
                        try await cluster.waitForEnvironment("shop", .quotaSufficient, .exceeded)
                        try await process.settled()
                        #expect(try await cluster.deployment(key).generation == generation)
                        try await cluster.client.delete(
                            .pod, pod.key, options: DeleteOptions(gracePeriodSeconds: 0))
                        try await cluster.waitForEnvironment("shop", .quotaSufficient, .fits)
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        #expect(try await cluster.deployment(key).generation > generation)
                    }
                }
            }
        }

        private func waitUntilNothingIsRefused(_ cluster: TestCluster) async throws {
            try await eventually("no child of shop is refused", within: .seconds(30)) {
                let ready = try await cluster.environmentCondition(.ready, of: "shop")
                return ready.map { $0.reason != Reason.childRefused.rawValue } ?? false
            }
        }

        @Test(
            "A volume that can neither grow nor shrink is told with its field, and mended by an edit",
            arguments: ClusterKind.available)
        func volumeSizes(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    let className = cluster.environmentName("tight")
                    func volume(_ size: String) throws -> JSONValue {
                        let components = """
                            [{name: db, image: 'db:1',
                              volumes: [{name: data, path: /data, size: \(size), storageClass: \(className)}]}]
                            """
                        return ["spec": ["components": try YAML.parseDocument(Array(components.utf8))]]
                    }
                    let key = cluster.inEnvironment("shop", "db-data")
                    try await cluster.makeEnvironment("shop", "tier: staging\ncomponents: [{name: db, image: 'db:1'}]")
                    try await cluster.changeEnvironment("shop", volume("2Gi"))
                    try await eventually("there is a claim", within: .seconds(30)) {
                        try await cluster.exists(.persistentVolumeClaim, key)
                    }
                    try await cluster.changeEnvironment("shop", volume("3Gi"))
                    var condition = try await cluster.waitForEnvironment("shop", .ready, .childRefused)
                    #expect(condition.message.contains("before it has a volume"), "\(condition.message)")
                    // Bound to a volume of a class that is not there, or does not let it grow.
                    _ = try await cluster.client.patch(
                        .persistentVolumeClaim, key,
                        .merge(["status": ["phase": "Bound", "capacity": ["storage": "2Gi"]]]), subresource: "status")
                    try await eventually("the class is told", within: .seconds(30)) {
                        let found = try await cluster.environmentCondition(.ready, of: "shop")
                        condition = found ?? condition
                        return condition.message.contains("its StorageClass \(className) does not allow it")
                    }
                    #expect(condition.message.contains("set spec.components[db].volumes[data].size back to 2Gi"))
                    try await cluster.changeEnvironment("shop", volume("2Gi"))
                    try await waitUntilNothingIsRefused(cluster)
                    try await cluster.changeEnvironment("shop", volume("1Gi"))
                    condition = try await cluster.waitForEnvironment("shop", .ready, .childRefused)
                    #expect(condition.message.contains("has 2Gi and does not shrink to 1Gi"), "\(condition.message)")
                    #expect(
                        condition.message.contains("set spec.components[db].volumes[data].size to 2Gi or more"),
                        "\(condition.message)")
                    try await cluster.changeEnvironment("shop", volume("2Gi"))
                    try await waitUntilNothingIsRefused(cluster)
                    try await process.settled()
                }
            }
        }

        @Test("Pods that restricted refuses are told, and mended by an edit", arguments: ClusterKind.available)
        func podSecurity(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { _ in
                        func components(_ more: String) throws -> JSONValue {
                            [
                                "spec": [
                                    "components": try YAML.parseDocument(
                                        Array("[{name: web, image: 'web:1'\(more)}]".utf8))
                                ]
                            ]
                        }
                        try await cluster.makeEnvironment(
                            "shop",
                            "tier: staging\ncomponents: [{name: web, image: 'web:1', securityContext: {privileged: true, allowPrivilegeEscalation: true}}]"
                        )
                        let condition = try await cluster.waitForEnvironment("shop", .ready, .podSecurityBlocked)
                        #expect(condition.message.contains("violates PodSecurity"), "\(condition.message)")
                        try await cluster.changeEnvironment("shop", try components(""))
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                    }
                }
            }
        }

        @Test(
            "A volume that cannot be mounted is told from its event, which is watched for only meanwhile",
            arguments: ClusterKind.available)
        func failedMount(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    // Pods are a minute old at once.
                    let now = { @Sendable in Timestamp.now() + .seconds(60) }
                    try await TestOperator.runEnvironments(on: cluster, now: now) { process in
                        func watchesEvents() -> Bool {
                            process.informers.informers.contains { $0.selection.type == .event }
                        }
                        try await cluster.makeEnvironment(
                            "shop",
                            """
                            tier: staging
                            components:
                              - {name: api, image: 'api:1'}
                              - name: web
                                image: web:1
                                template:
                                  spec:
                                    containers: [{name: web, volumeMounts: [{name: tls, mountPath: /tls}]}]
                                    volumes: [{name: tls, secret: {secretName: late}}]
                            """)
                        let condition = try await cluster.waitForEnvironment("shop", .ready, .secretMissing)
                        #expect(condition.message.hasPrefix("Deployment web: Pod web-"), "\(condition.message)")
                        #expect(condition.message.contains("FailedMount"), "\(condition.message)")
                        #expect(condition.message.contains("late"), "\(condition.message)")
                        #expect(watchesEvents())
                        try await cluster.putSecret(cluster.inEnvironment("shop", "late"), ["a": "b"])
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await eventually("no events are watched", within: .seconds(30)) { !watchesEvents() }
                    }
                }
            }
        }

        @Test(
            "A restart of a Deployment lasts, another image is put back, and the event says where it is written",
            arguments: ClusterKind.available)
        func deployer(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment(
                        "shop", "tier: staging\ncomponents: [{name: web, image: 'web:1'}]")
                    let key = cluster.inEnvironment("shop", "web")
                    try await eventually("the Deployment is there", within: .seconds(30)) {
                        try await cluster.exists(.deployment, key)
                    }
                    let name = cluster.environmentName("shop")
                    let restarted = "kubectl.kubernetes.io/restartedAt"
                    try await cluster.change(
                        .deployment, key,
                        ["spec": ["template": ["metadata": ["annotations": [.init(restarted): "today"]]]]],
                        by: "kubectl-rollout")
                    try await process.settled()
                    let after = try await cluster.deployment(key)
                    #expect(after[path: "spec", "template", "metadata", "annotations", restarted] == "today")
                    #expect(process.events.messages(.driftCorrected, about: name) == [])
                    var containers = after[path: "spec", "template", "spec", "containers"]?.elements ?? []
                    containers[0]["image"] = "web:2"
                    try await cluster.change(
                        .deployment, key, ["spec": ["template": ["spec": ["containers": .array(containers)]]]],
                        by: "kubectl-set")
                    try await eventually("the image is back", within: .seconds(30)) {
                        let live = try await cluster.deployment(key)
                        return live[path: "spec", "template", "spec", "containers"]?[0]?["image"] == "web:1"
                    }
                    try await process.settled()
                    let told = try #require(process.events.messages(.driftCorrected, about: name).first)
                    #expect(told.contains(".image was changed by kubectl-set"), "\(told)")
                    #expect(
                        told.hasSuffix(
                            "; put right; what is to last is written into spec.components[web] of AppEnvironment \(name); a "
                                + "pipeline sets images in its ComponentImages"
                        ),
                        "\(told)")
                }
            }
        }

        @Test(
            "Names as long as they may be give children that the API server takes", arguments: ClusterKind.available)
        func longNames(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        let longest = String(repeating: "c", count: 40)
                        let used = cluster.environmentName("").utf8.count
                        let name = String(repeating: "e", count: 63 - used)
                        try await cluster.makeEnvironment(
                            name,
                            """
                            tier: staging
                            components:
                              - name: \(longest)
                                image: web:1
                                autoscaling: {min: 2, max: 3}
                                ports: [{name: a-name-of-15-ch, port: 80}]
                                config: {A: b}
                              - name: \(longest.dropLast())d
                                image: web:1
                                volumes: [{name: \(String(repeating: "v", count: 20)), path: /data, size: 1Gi}]
                                template:
                                  spec:
                                    volumes:
                                      - {name: \(String(repeating: "v", count: 20)), persistentVolumeClaim: null, emptyDir: {}}
                            """)
                        try await eventually("the pods are ready", within: .seconds(60)) {
                            let status = try await cluster.environment(name)["status"]
                            return status?["componentsReady"] == "2/2"
                        }
                        try await process.settled()
                        let inventory = try await cluster.environment(name)[path: "status", "inventory"]?.elements ?? []
                        #expect(inventory.contains { $0["kind"] == "PersistentVolumeClaim" })
                    }
                }
            }
        }
    }
}
