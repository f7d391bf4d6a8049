import KubeAPI
import Support
import Synchronization
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Environments: namespaces of others, deletion and expiry")
    struct EnvironmentDeletionIntegrationTests {
        private func spec(_ tier: String, _ more: String = "") -> String {
            """
            tier: \(tier)
            \(more)
            components:
              - {name: web, image: 'web:1', replicas: 1}
              - {name: database, image: 'database:1', volumes: [{name: data, path: /data, size: 1Gi}]}
            """
        }

        private func makeShop(_ cluster: TestCluster, _ spec: String) async throws -> ObjectKey {
            try await cluster.makeEnvironment("shop", spec)
            let key = cluster.inEnvironment("shop", "database")
            try await eventually("the Deployment is there", within: .seconds(30)) {
                try await cluster.exists(.deployment, key)
            }
            return key
        }

        @Test(
            "A namespace that is somebody else's is left alone until it may be adopted",
            arguments: ClusterKind.available)
        func foreignNamespace(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    let space = ObjectKey(name: cluster.environmentName("shop"))
                    try await cluster.makeNamespace(space.name)
                    let before = try await cluster.client.get(.namespace, space).resourceVersion
                    try await cluster.makeEnvironment("shop", spec("staging", "deletionPolicy: Delete"))
                    let condition = try await cluster.waitForEnvironment("shop", .namespaceReady, .ownedByOther)
                    #expect(condition.message.contains("set spec.namespace.adopt to IfUnmanaged"))
                    try await process.settled()
                    #expect(try await cluster.client.get(.namespace, space).resourceVersion == before)
                    #expect(process.requests.writes.allSatisfy { $0.contains("appenvironments") })

                    let foreign = cluster.inEnvironment("shop", "theirs")
                    _ = try await cluster.client.create(
                        .fixture(
                            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: theirs, namespace: \(foreign.namespace)}"
                        ),
                        as: .configMap)
                    try await cluster.changeEnvironment("shop", ["spec": ["namespace": ["adopt": "IfUnmanaged"]]])
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .adopted)
                    let claim = cluster.inEnvironment("shop", "database-data")
                    try await eventually("the claim is there", within: .seconds(30)) {
                        try await cluster.exists(.persistentVolumeClaim, claim)
                    }
                    // Deleted with everything of the environment's, and nothing else.
                    try await cluster.deleteEnvironment("shop")
                    try await cluster.waitUntilEnvironmentIsGone("shop")
                    let after = try await cluster.client.get(.namespace, space)
                    #expect(!after.isBeingDeleted && after.labels[LabelKey.appEnvironment] == nil)
                    #expect(try await cluster.exists(.configMap, foreign))
                    #expect(try await !cluster.exists(.persistentVolumeClaim, claim))
                    #expect(try await !cluster.exists(.deployment, cluster.inEnvironment("shop", "web")))
                    // Who may not delete claims any more could not have deleted this one.
                    let binding = cluster.inEnvironment("shop", ResolvedEnvironment.operatorRole)
                    let ends = process.requests.writes.filter {
                        $0 == "DELETE persistentvolumeclaims \(claim)" || $0 == "DELETE rolebindings \(binding)"
                    }
                    #expect(ends.map { $0.contains("persistentvolumeclaims") } == [true, false], "\(ends)")
                }
            }
        }

        @Test("Two environments do not share a namespace", arguments: ClusterKind.available)
        func sharedNamespace(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { _ in
                    _ = try await makeShop(cluster, spec("staging"))
                    try await cluster.makeEnvironment(
                        "other", spec("staging", "namespace: {name: NAMESPACE-shop, adopt: IfUnmanaged}"))
                    let condition = try await cluster.waitForEnvironment("other", .namespaceReady, .ownedByOther)
                    #expect(condition.message.contains("its label"), "\(condition.message)")
                }
            }
        }

        @Test(
            "Under KeepData the claims stay, and an environment of the same name finds them",
            arguments: ClusterKind.available)
        func keepData(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { _ in
                    let deployment = try await makeShop(cluster, spec("staging"))
                    let claim = cluster.inEnvironment("shop", "database-data")
                    let space = ObjectKey(name: cluster.environmentName("shop"))
                    let uids = [
                        try await cluster.client.get(.persistentVolumeClaim, claim).uid,
                        try await cluster.client.get(.namespace, space).uid,
                    ]
                    try await cluster.deleteEnvironment("shop")
                    try await cluster.waitUntilEnvironmentIsGone("shop")
                    #expect(try await !cluster.exists(.deployment, deployment))
                    #expect(
                        try await !cluster.exists(
                            .roleBinding, cluster.inEnvironment("shop", "quartermaster-environment")))
                    _ = try await makeShop(cluster, spec("staging"))
                    #expect(try await cluster.client.get(.persistentVolumeClaim, claim).uid == uids[0])
                    #expect(try await cluster.client.get(.namespace, space).uid == uids[1])
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .created)
                }
            }
        }

        @Test("A removed component goes and its claim stays, unless it is to go", arguments: ClusterKind.available)
        func removedComponent(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    let deployment = try await makeShop(
                        cluster,
                        """
                        tier: staging
                        components:
                          - {name: web, image: 'web:1'}
                          - name: database
                            image: database:1
                            volumes:
                              - {name: data, path: /data, size: 1Gi}
                              - {name: scratch, path: /scratch, size: 1Gi, onRemove: Delete}
                        """)
                    try await process.settled()
                    let web: JSONValue = ["name": "web", "image": "web:1"]
                    try await cluster.changeEnvironment("shop", ["spec": ["components": [web]]])
                    try await cluster.waitUntilGone(.deployment, deployment)
                    try await eventually("the scratch claim goes", within: .seconds(30)) {
                        try await !cluster.exists(
                            .persistentVolumeClaim, cluster.inEnvironment("shop", "database-scratch"))
                    }
                    #expect(
                        try await cluster.exists(.persistentVolumeClaim, cluster.inEnvironment("shop", "database-data"))
                    )
                }
            }
        }

        @Test(
            "A production environment is deleted with its data only once that is confirmed",
            arguments: ClusterKind.available)
        func confirmedDeletion(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { _ in
                    let deployment = try await makeShop(cluster, spec("production", "deletionPolicy: Delete"))
                    try await cluster.deleteEnvironment("shop")
                    let condition = try await cluster.waitForEnvironment("shop", .deletionBlocked, .unconfirmed)
                    #expect(
                        condition.message.contains(
                            "quartermaster.dev/confirm-delete=\(cluster.environmentName("shop"))"))
                    #expect(try await cluster.exists(.deployment, deployment))
                    try await cluster.changeEnvironment(
                        "shop",
                        [
                            "metadata": [
                                "annotations": [
                                    .init(AnnotationKey.confirmDelete): .string(cluster.environmentName("shop"))
                                ]
                            ]
                        ])
                    try await cluster.waitUntilEnvironmentIsGone("shop")
                    try await cluster.waitUntilGone(.namespace, ObjectKey(name: cluster.environmentName("shop")))
                }
            }
        }

        @Test("Under Retain everything stays when the environment goes", arguments: ClusterKind.available)
        func retain(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    let deployment = try await makeShop(cluster, spec("production"))
                    try await process.settled()
                    let uid = try await cluster.deployment(deployment).uid
                    try await cluster.deleteEnvironment("shop")
                    try await cluster.waitUntilEnvironmentIsGone("shop")
                    // Time for garbage collection to do what it would.
                    try await Task.sleep(for: .seconds(2))
                    #expect(try await cluster.deployment(deployment).uid == uid)
                    #expect(try await cluster.exists(.service, cluster.inEnvironment("shop", "database")) == false)
                    #expect(
                        try await cluster.exists(.persistentVolumeClaim, cluster.inEnvironment("shop", "database-data"))
                    )
                }
            }
        }

        @Test("A suspended environment is neither written nor deleted", arguments: ClusterKind.available)
        func suspended(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    let key = try await makeShop(cluster, spec("staging"))
                    try await process.settled()
                    try await cluster.changeEnvironment("shop", ["spec": ["suspend": true]])
                    try await cluster.client.delete(.deployment, key)
                    let condition = try await cluster.waitForEnvironment("shop", .ready, .suspended)
                    try await eventually("what is missing is named", within: .seconds(30)) {
                        try await cluster.environmentCondition(.ready, of: "shop")?.message.contains(
                            "Deployment \(key)")
                            == true
                    }
                    #expect(condition.status == .false || condition.message.hasPrefix("suspended"))
                    try await cluster.deleteEnvironment("shop")
                    try await cluster.waitForEnvironment("shop", .deletionBlocked, .suspended)
                    #expect(try await !cluster.exists(.deployment, key))
                    try await cluster.changeEnvironment("shop", ["spec": ["suspend": false]])
                    try await cluster.waitUntilEnvironmentIsGone("shop")
                }
            }
        }
    }

    @Suite("Environments: previews expire")
    struct EnvironmentExpiryIntegrationTests {
        /// A wall clock and a clock that never jumps, both moved by the test.
        private final class Clocks: Sendable {
            let wall = Mutex(Timestamp.now())
            let steady = ManualClock()

            func pass(_ duration: Duration) {
                wall.withLock { $0 = $0 + duration }
                steady.advance(by: duration)
            }

            func jump(_ duration: Duration) { wall.withLock { $0 = $0 + duration } }
        }

        /// An operator that looks only when the test says so.
        private func run(
            on cluster: TestCluster, _ clocks: Clocks, _ body: (TestOperator) async throws -> Void
        ) async throws {
            try await TestOperator.run(
                on: cluster,
                making: { environment in
                    var stopped = environment
                    stopped.time = TimeSource(clocks.steady)
                    let reconciler = EnvironmentReconciler(stopped, now: { clocks.wall.withLock { $0 } })
                    // Its controller has nothing to do: the test calls the reconciler.
                    return (Controller(name: "idle", reconciler: reconciler), reconciler)
                }, body)
        }

        private func look(_ process: TestOperator, _ cluster: TestCluster) async throws {
            let key = ObjectKey(name: cluster.environmentName("pr-1"))
            // Conflicts with what the cache has yet to see.
            for _ in 0..<20 {
                do {
                    let outcome = try await process.reconciler.reconcile(key)
                    // To give itself its rights takes a look of its own.
                    guard outcome == .requeue(after: EnvironmentReconciler.rightsDelay) else { return }
                } catch let error as APIError where error.isConflict || error.isNotFound || error.isForbidden {
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
        }

        private func expiresAt(_ cluster: TestCluster) async throws -> Timestamp? {
            try await cluster.environment("pr-1")[path: "status", "expiresAt"]?.string.flatMap(Timestamp.init(rfc3339:))
        }

        @Test(
            "The time counts from the last change of the spec, and survives a restart", arguments: ClusterKind.available
        )
        func restart(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let created = try await cluster.makeEnvironment(
                    "pr-1", "tier: preview\nttl: 2h\ncomponents: [{name: web, image: 'web:1'}]")
                // Not before: a creation that is yet to come does not count.
                let clocks = Clocks()
                let birth = try #require(
                    created[path: "metadata", "creationTimestamp"]?.string.flatMap(Timestamp.init(rfc3339:)))
                try await run(on: cluster, clocks) { process in
                    try await look(process, cluster)
                    #expect(try await expiresAt(cluster) == birth + .seconds(7200))
                    clocks.pass(.seconds(3600))
                    try await cluster.changeEnvironment("pr-1", ["spec": ["ttl": "3h"]])
                    try await eventually("the change is seen", within: .seconds(30)) {
                        try await look(process, cluster)
                        return try await expiresAt(cluster).map { $0 > birth + .seconds(3 * 3600) } ?? false
                    }
                }
                let end = try #require(try await expiresAt(cluster))
                // Another process, two hours later.
                clocks.pass(.seconds(7200))
                let name = cluster.environmentName("pr-1")
                var announced: [String] = []
                try await run(on: cluster, clocks) { process in
                    try await look(process, cluster)
                    #expect(try await expiresAt(cluster) == end)
                    clocks.pass(.seconds(3600))
                    try await look(process, cluster)
                    let condition = try await cluster.waitForEnvironment("pr-1", .ready, .expired)
                    #expect(condition.message.contains(end.rfc3339))
                    announced += process.events.messages(.expired, about: name)
                }
                // It ends before it has deleted anything; the next one waits again and announces nothing again.
                try await run(on: cluster, clocks) { process in
                    try await look(process, cluster)
                    #expect(try await !cluster.environment("pr-1").isBeingDeleted)
                    clocks.pass(ExpiryTimer.patience + .seconds(1))
                    // Whatever is written meanwhile makes the first try a conflict.
                    try await cluster.changeEnvironment("pr-1", ["metadata": ["annotations": ["seen": "yes"]]])
                    try await look(process, cluster)
                    // Deleted, and with it what it had: the controller would do that.
                    try await eventually("it is gone", within: .seconds(60)) {
                        try await look(process, cluster)
                        return (try? await cluster.environment("pr-1")) == nil
                    }
                    announced += process.events.messages(.expired, about: name)
                }
                #expect(
                    announced == [
                        "its time was up at \(end.rfc3339): it is deleted in a few minutes; change its spec to keep it"
                    ])
                try await cluster.waitUntilGone(.namespace, ObjectKey(name: cluster.environmentName("pr-1")))
            }
        }

        @Test("A wall clock that jumps ahead and back deletes nothing", arguments: ClusterKind.available)
        func clockJumps(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let clocks = Clocks()
                try await cluster.makeEnvironment(
                    "pr-1", "tier: preview\ncomponents: [{name: web, image: 'web:1'}]")
                try await run(on: cluster, clocks) { process in
                    try await look(process, cluster)
                    let end = try await expiresAt(cluster)
                    clocks.jump(.seconds(100 * 3600))
                    try await look(process, cluster)
                    #expect(try await !cluster.environment("pr-1").isBeingDeleted)
                    clocks.pass(.seconds(60))
                    clocks.jump(.seconds(-100 * 3600))
                    try await look(process, cluster)
                    // The five minutes begin anew.
                    clocks.jump(.seconds(100 * 3600))
                    clocks.pass(.seconds(290))
                    try await look(process, cluster)
                    clocks.jump(.seconds(-100 * 3600))
                    clocks.pass(.seconds(600))
                    try await look(process, cluster)
                    let environment = try await cluster.environment("pr-1")
                    #expect(!environment.isBeingDeleted)
                    #expect(try await expiresAt(cluster) == end)
                }
            }
        }
    }
}
