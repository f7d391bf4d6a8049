import KubeAPI
import Testing

@testable import Reconcilers

@Suite("The status of a RegionalWorkerPool")
struct RegionalWorkerPoolStatusTests {
    private func observation(
        _ spec: String = "replicas: 2\nregions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}]",
        status: RegionalWorkerPool.Status? = nil, annotations: [String: String]? = nil,
        _ change: (inout PoolObservation) throws -> Void = { _ in }
    ) throws -> PoolObservation {
        var pool = try RegionalWorkerPool.fixture(spec: spec, generation: 3)
        pool.status = status
        pool.metadata.annotations = annotations
        var seen = PoolObservation(ResolvedPool(pool))
        for index in seen.regions.indices {
            seen.regions[index].matched = 2
            seen.regions[index].claimed = 2
            seen.regions[index].ready = 2
            seen.regions[index].deployment = try deployment(seen.regions[index].region)
        }
        try change(&seen)
        return seen
    }

    /// A Deployment as the cluster reports it, rolled out unless said otherwise.
    private func deployment(_ region: Region, available: Int? = nil, conditions: [ObservedCondition] = []) throws
        -> Deployment
    {
        var metadata = ObjectMeta(name: region.childName, namespace: "workers")
        metadata.generation = 1
        return Deployment(
            metadata: metadata,
            spec: .init(replicas: region.replicas, selector: .matching(region.podSelector), template: [:]),
            status: .init(
                observedGeneration: 1, replicas: region.replicas, updatedReplicas: region.replicas,
                readyReplicas: available ?? region.replicas, availableReplicas: available ?? region.replicas,
                conditions: conditions))
    }

    private func condition(_ type: String, of seen: PoolObservation) -> Condition? {
        seen.status.conditions?.first { $0.type == type }
    }

    private func expect(
        _ seen: PoolObservation, _ reason: Reason, on type: String, _ consequence: Finding.Consequence, message: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let status = seen.status
        let all = status.conditions ?? []
        let part = all.first { $0.type == type }
        #expect(part?.status == .false && part?.reason == reason.rawValue, "\(all)", sourceLocation: sourceLocation)
        #expect(part?.message == message, sourceLocation: sourceLocation)
        let ready = all.first { $0.type == "Ready" }
        #expect(ready?.status == .false && ready?.reason == reason.rawValue, sourceLocation: sourceLocation)
        #expect(ready?.message == message, sourceLocation: sourceLocation)
        let types = Set(all.map(\.type))
        #expect(types.contains("Reconciling") == (consequence == .wait), sourceLocation: sourceLocation)
        #expect(types.contains("Stalled") == (consequence == .edit), sourceLocation: sourceLocation)
    }

    @Test("A pool without a status knows no ledgers without a seal, whatever fails; an older one until all are sealed")
    func ledgersSealed() throws {
        var nodes = NodeClaims.Outcome()
        nodes.failures = [.takingTurns(over: "a")]
        #expect(try observation { $0.add(nodes) }.status.ledgersSealed == true)
        var status = RegionalWorkerPool.Status()
        status.observedGeneration = 2
        let older = try observation(status: status) { $0.add(nodes) }
        #expect(older.status.ledgersSealed == nil)
        nodes.isSealed = true
        #expect(try observation { $0.add(nodes) }.status.ledgersSealed == true)
    }

    @Test("Taints that would lock others out are said before anything else about nodes")
    func lockOut() throws {
        let seen = try observation { seen in
            seen.lockOut = .lastPlaces(["a", "b"])
            seen.regions[0].conflicts = [.init(node: "c", holder: .region("us"))]
        }
        expect(
            seen, .lockOut, on: "NodesClaimed", .edit,
            message: """
                the taints of this pool are held back: without a, b no node would be left for pods that tolerate none; keep \
                a node out of the pool, take the taint out of nodes.taints, or set spec.nodes.lockOutPolicy to Allow if this \
                is meant
                """)
    }

    @Test("A taint that waits for pods is progress, with their number")
    func taintPending() throws {
        let seen = try observation { seen in
            seen.pendingTaints = [
                .init(
                    taint: Taint(key: "workload", value: "worker", effect: .noExecute), region: "eu", toleratingPods: 1,
                    pods: 3, isInTemplate: true)
            ]
        }
        expect(
            seen, .taintPending, on: "NodesClaimed", .wait,
            message: "taint workload=worker:NoExecute waits until the pods of region eu tolerate it: 1 of 3 do")
    }

    @Test("Pods on nodes that are another region's by now keep the pool from Ready, with the cure")
    func misplaced() throws {
        let cure = """
            labels move no pod that runs: once the region has other nodes for them, kubectl rollout restart deployment \
            pool-eu, or give the nodes their labels back
            """
        let one = try observation { seen in
            seen.regions[0].misplaced = [.init(node: "a", pods: ["pool-eu-x"], holder: .region("us"))]
        }
        expect(
            one, .podsMisplaced, on: "Available", .edit,
            message: "region eu: Pod pool-eu-x runs on Node a, which region us of this pool has by now; \(cure)")
        #expect(one.status.regionsReady == "0/1" && one.status.regions?[0].message?.hasPrefix("region eu: Pod") == true)
        let several = try observation { seen in
            seen.regions[0].misplaced = [
                .init(node: "a", pods: ["pool-eu-x", "pool-eu-y"], holder: nil),
                .init(node: "b", pods: ["pool-eu-z"], holder: .pool(ObjectKey(namespace: "n", name: "other"))),
            ]
        }
        expect(
            several, .podsMisplaced, on: "Available", .edit,
            message: """
                region eu: Pod pool-eu-x runs on Node a, which its nodeSelector does not match by now (and 2 other pods on \
                2 nodes); \(cure)
                """)
        // A roll-out replaces them anyway.
        let rollingOut = try observation { seen in
            seen.regions[0].misplaced = [.init(node: "a", pods: ["pool-eu-x"], holder: nil)]
            seen.regions[0].deployment?.status?.updatedReplicas = 1
        }
        #expect(condition("Available", of: rollingOut)?.reason == "RollingOut")
    }

    @Test("Everything as it should be is Ready, with sums over the regions")
    func ready() throws {
        let seen = try observation(
            """
            replicas: 2
            regions:
            - {name: eu, nodeSelector: {matchLabels: {zone: eu}}}
            - {name: us, nodeSelector: {matchLabels: {zone: us}}, replicas: 3}
            """)
        let status = seen.status
        #expect(status.conditions?.map(\.type) == ["Ready", "NodesClaimed", "Available", "AutoscalingReady"])
        #expect(status.conditions?.allSatisfy { $0.status == .true } == true)
        #expect(
            status.conditions?.map(\.message) == [
                "5 of 5 pods, 4 nodes in 2 regions", "4 nodes in 2 regions claimed", "5 of 5 pods available",
                "the number of pods is fixed",
            ])
        #expect(status.replicas == 5 && status.readyReplicas == 5 && status.nodes == 4 && status.regionsReady == "2/2")
        #expect(status.regions?.map(\.deployment) == ["pool-eu", "pool-us"])
    }

    @Test("The scale counts the pods of the region that has the fewest, of those that follow the pool's number")
    func scale() throws {
        func pods(_ more: String = "", _ change: (inout PoolObservation) throws -> Void = { _ in }) throws -> Int? {
            try observation(
                """
                replicas: 3
                regions:
                - {name: eu, nodeSelector: {matchLabels: {zone: eu}}}
                - {name: us, nodeSelector: {matchLabels: {zone: us}}}
                - {name: asia, nodeSelector: {matchLabels: {zone: asia}}, replicas: 1}
                \(more)
                """, change
            ).status.replicasPerRegion
        }
        #expect(try pods() == 3)
        #expect(try pods { $0.regions[1].deployment?.status?.replicas = 2 } == 2)
        #expect(try pods { $0.regions[0].deployment = nil } == 0)
        // What a region would have without a scaler plays no part while there is one.
        #expect(try pods("scaling: {engine: HPA}") == 1)
        let own = try observation("regions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}, replicas: 1}]")
        #expect(own.status.replicasPerRegion == nil)
        #expect(own.status.selector == "quartermaster.dev/regionalworkerpool=pool")
    }

    @Test("A region that matches nothing waits for nodes, and names its selector")
    func noMatchingNodes() throws {
        let seen = try observation {
            $0.regions[0].matched = 0
            $0.regions[0].claimed = 0
        }
        expect(
            seen, .noMatchingNodes, on: "NodesClaimed", .wait,
            message: "no node matches region eu: nodeSelector is zone=eu; label a node so or change the selector")
    }

    @Test("A region that wants no pods may have no nodes")
    func noNodesForNoPods() throws {
        let seen = try observation("replicas: 0\nregions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}]") {
            $0.regions[0].matched = 0
            $0.regions[0].claimed = 0
        }
        #expect(condition("Ready", of: seen)?.status == .true)
    }

    @Test("A node of another pool is waited for, a node of another region needs an edit")
    func conflicts() throws {
        let other = try observation {
            $0.regions[0].claimed = 1
            $0.regions[0].conflicts = [.init(node: "n2", holder: .pool(ObjectKey(namespace: "b", name: "old")))]
        }
        expect(
            other, .nodeConflict, on: "NodesClaimed", .wait,
            message: """
                Node n2 matches region eu but is held by RegionalWorkerPool b/old; narrow one of the two node selectors
                """)
        let same = try observation {
            $0.regions[0].conflicts = [
                .init(node: "n2", holder: .region("first")), .init(node: "n3", holder: .region("first")),
            ]
        }
        expect(
            same, .nodeConflict, on: "NodesClaimed", .edit,
            message: """
                Node n2 (and 1 other node) matches region eu but is held by region first of this pool; narrow one of \
                the two node selectors
                """)
        #expect(same.status.regions?.first?.nodes?.conflicts?.count == 2)
    }

    @Test("A namespace that may not claim nodes is told which flag says so")
    func notPermitted() throws {
        let seen = try observation { $0.pool.mayClaimNodes = false }
        expect(
            seen, .notPermitted, on: "NodesClaimed", .edit,
            message: """
                pools in namespace workers may not claim nodes; add the namespace to the operator's \
                --node-pool-namespaces or move the pool
                """)
    }

    @Test("A refused child is reported in the API server's own words")
    func refusedChild() throws {
        let words = #"Deployment.apps "pool-eu" is invalid: spec.template.spec.containers[0].image: Required value"#
        let seen = try observation {
            $0.regions[0].failures = [
                .init(
                    object: WrittenObject(.deployment, ObjectKey(namespace: "workers", name: "pool-eu")),
                    kind: .refused, message: words)
            ]
        }
        expect(seen, .childRefused, on: "Available", .edit, message: "Deployment workers/pool-eu: \(words)")
        #expect(seen.status.regions?.first?.message?.contains(words) == true)
    }

    @Test(
        "What keeps the pods away is told in the words of the ReplicaSet controller",
        arguments: [
            (
                #"pods "w" is forbidden: exceeded quota: q, requested: cpu=1"#, Reason.quotaExceeded,
                Finding.Consequence.wait
            ),
            (
                #"pods "w" is forbidden: violates PodSecurity "restricted:latest": hostPath volumes"#,
                .podSecurityBlocked, .edit
            ),
            (#"pods "w" is forbidden: maximum cpu usage per Container is 1, but limit is 2"#, .podsRefused, .edit),
        ])
    func podsRefused(words: String, reason: Reason, consequence: Finding.Consequence) throws {
        let seen = try observation { seen in
            seen.regions[0].deployment = try deployment(
                seen.regions[0].region, available: 0,
                conditions: [.init(type: "ReplicaFailure", status: .true, reason: "FailedCreate", message: words)])
        }
        expect(seen, reason, on: "Available", consequence, message: "Deployment pool-eu: \(words)")
    }

    @Test("A roll-out, a lost pod and a roll-out beyond its deadline are told apart")
    func availability() throws {
        let progressing = ObservedCondition(type: "Progressing", status: .true, reason: "ReplicaSetUpdated")
        let done = ObservedCondition(type: "Progressing", status: .true, reason: "NewReplicaSetAvailable")
        let late = ObservedCondition(
            type: "Progressing", status: .false, reason: "ProgressDeadlineExceeded",
            message: #"ReplicaSet "pool-eu-1" has timed out progressing."#)
        func seen(_ conditions: [ObservedCondition]) throws -> PoolObservation {
            try observation { seen in
                seen.regions[0].deployment = try deployment(
                    seen.regions[0].region, available: 1, conditions: conditions)
            }
        }
        expect(
            try seen([progressing]), .rollingOut, on: "Available", .wait,
            message: "Deployment pool-eu: 1 of 2 pods available")
        expect(
            try seen([done]), .unavailable, on: "Available", .wait,
            message: "Deployment pool-eu: 1 of 2 pods available; look at the events of its pods")
        expect(
            try seen([late]), .deadlineExceeded, on: "Available", .edit,
            message: """
                Deployment pool-eu: 1 of 2 pods available; ReplicaSet "pool-eu-1" has timed out progressing.; \
                look at the events of its pods
                """)
    }

    @Test("A Deployment that is not there or not yet looked at is a roll-out")
    func unobserved() throws {
        let missing = try observation { $0.regions[0].deployment = nil }
        expect(missing, .rollingOut, on: "Available", .wait, message: "Deployment pool-eu is not there yet")
        let unseen = try observation { $0.regions[0].deployment?.metadata.generation = 2 }
        #expect(condition("Available", of: unseen)?.reason == "RollingOut")
    }

    @Test("What the user has to mend comes before what mends itself")
    func editBeforeWait() throws {
        let seen = try observation {
            $0.regions[0].matched = 0
            $0.regions[0].failures = [
                .init(
                    object: WrittenObject(.deployment, ObjectKey(namespace: "workers", name: "pool-eu")),
                    kind: .nameTaken, message: "it is taken")
            ]
        }
        #expect(condition("Ready", of: seen)?.reason == "NameConflict")
        #expect(condition("NodesClaimed", of: seen)?.reason == "NoMatchingNodes")
        #expect(condition("Stalled", of: seen) != nil && condition("Reconciling", of: seen) == nil)
    }

    @Test("A suspended pool is Ready while nothing would change, and says what would")
    func suspended() throws {
        let spec = "suspend: true\nreplicas: 2\nregions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}]"
        let ready = try #require(condition("Ready", of: observation(spec)))
        #expect(ready.status == .true && ready.reason == "Suspended")
        let held = try observation(spec) { $0.heldBack = ["Deployment workers/pool-eu", "Node n1"] }
        let blocked = try #require(condition("Ready", of: held))
        #expect(blocked.status == .false && blocked.reason == "Suspended")
        #expect(
            blocked.message == """
                suspended, and Deployment workers/pool-eu and 1 other object would change; set spec.suspend to false \
                to let it go on
                """)
        #expect(condition("Stalled", of: held) == nil && condition("Reconciling", of: held) == nil)
    }

    @Test("A request to reconcile is echoed")
    func requestedAt() throws {
        let seen = try observation(annotations: ["quartermaster.dev/requestedAt": "2026-01-31T09:05:00Z"])
        #expect(seen.status.lastHandledReconcileAt == "2026-01-31T09:05:00Z")
    }

    @Test("Conflicts and messages stay within the bounds of the CRD")
    func bounds() throws {
        let seen = try observation { seen in
            seen.regions[0].conflicts = (0..<300).map {
                .init(node: "n\($0)", holder: .pool(ObjectKey(namespace: "ns", name: "other")))
            }
            seen.regions[0].failures = [
                .init(
                    object: WrittenObject(.deployment, ObjectKey(namespace: "a", name: "b")), kind: .refused,
                    message: String(repeating: "é", count: 9000))
            ]
        }
        var object = try RegionalWorkerPool.fixture().dynamicObject()
        let status = try #require(JSONValueEncoder().encode(seen.status).object)
        object["status"] = .object(
            StatusContent.completed(status, previous: [:], generation: 1, now: Timestamp(secondsSinceEpoch: 0)))
        #expect(CustomResource.regionalWorkerPool.violations(in: object) == [])
    }
}
