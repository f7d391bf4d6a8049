import KubeAPI
import Testing

@testable import Simulation

@Suite("Deployment controller of the simulation")
struct DeploymentDecisionTests {
    private func deployment(
        replicas: Int = 4, image: String = "web:1", strategy: String = "{}", status: JSONValue = [:]
    ) throws -> DynamicObject {
        var deployment = try object(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop, uid: uid-web, resourceVersion: "5", generation: 3}
            spec:
              replicas: \(replicas)
              strategy: \(strategy)
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: "\(image)"}]}
            """)
        deployment["status"] = status
        return deployment
    }

    /// The ReplicaSet that the controller would make for a Deployment, grown to a size.
    private func replicaSet(
        of deployment: DynamicObject, replicas: Int, available: Int? = nil, revision: Int = 1, age: Int = 0
    ) -> DynamicObject {
        let available = available ?? replicas
        var set = DeploymentDecision.newReplicaSet(.init(DeploymentFacts(deployment), owned: []))
        set[path: "metadata", "uid"] = .string("uid-" + set.name)
        set[path: "metadata", "resourceVersion"] = "6"
        set[path: "metadata", "creationTimestamp"] = .string((Timestamp.noon + .seconds(-age)).rfc3339)
        set[path: "metadata", "annotations", ReplicaSetFacts.revisionAnnotation] = .string(String(revision))
        set[path: "spec", "replicas"] = .integer(Int64(replicas))
        set["status"] = [
            "replicas": .integer(Int64(replicas)), "readyReplicas": .integer(Int64(available)),
            "availableReplicas": .integer(Int64(available)),
        ]
        return set
    }

    private func sizes(_ decision: Decision) -> [String: Int] {
        var sizes: [String: Int] = [:]
        for case .patch(.replicaSet, let key, let patch, _) in decision.writes {
            sizes[key.name] = patch[path: ["spec", "replicas"]]?.integer.map(Int.init)
        }
        return sizes
    }

    @Test("a new Deployment gets a ReplicaSet named after the hash of its template")
    func creation() throws {
        let deployment = try deployment()
        let decision = DeploymentDecision.decide(deployment: deployment, replicaSets: [], now: .noon)
        guard case .create(let set, .replicaSet)? = decision.writes.first else {
            Issue.record("no ReplicaSet is made: \(decision.writes)")
            return
        }
        let hash = try #require(set.labels[ReplicaSetFacts.hashLabel])
        #expect(set.name == "web-\(hash)")
        #expect(set.isControlled(by: deployment))
        #expect(set[path: "spec", "replicas"]?.integer == 4)
        #expect(set[path: "spec", "selector", "matchLabels", ReplicaSetFacts.hashLabel]?.string == hash)
        #expect(set.annotations[ReplicaSetFacts.revisionAnnotation] == "1")
        let after = deployment.applying(decision.writes)
        #expect(after.condition("Progressing")?.reason == "NewReplicaSetCreated")
        #expect(after.status("observedGeneration") == 3)
    }

    @Test("a complete roll-out is told once and then left alone")
    func complete() throws {
        let deployment = try deployment()
        let set = replicaSet(of: deployment, replicas: 4)
        let first = DeploymentDecision.decide(deployment: deployment, replicaSets: [set], now: .noon)
        let after = deployment.applying(first.writes)
        #expect(after.condition("Available")?.reason == "MinimumReplicasAvailable")
        #expect(after.condition("Progressing")?.reason == "NewReplicaSetAvailable")
        #expect(
            ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"].map(after.status) == [4, 4, 4, 4])
        #expect(after.annotations[ReplicaSetFacts.revisionAnnotation] == "1")
        let second = DeploymentDecision.decide(
            deployment: after, replicaSets: [set.applying(first.writes)], now: .noon + .seconds(60))
        #expect(second == .nothing)
    }

    @Test(
        "a rolling update keeps to maxSurge and maxUnavailable",
        arguments: [
            // 25 % of four each: one more, one fewer.
            ("{}", 4, 4, 0, 0, ["new": 1]),
            ("{}", 4, 4, 1, 0, ["old": 3]),
            ("{}", 3, 3, 1, 1, ["new": 2]),
            ("{}", 3, 3, 2, 1, ["old": 2]),
            ("{rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}", 4, 4, 0, 0, ["old": 3]),
            ("{rollingUpdate: {maxSurge: 2, maxUnavailable: 0}}", 4, 4, 2, 0, [:]),
            ("{rollingUpdate: {maxSurge: 2, maxUnavailable: 0}}", 4, 4, 2, 2, ["old": 2]),
            // Pods that are not available go first, whatever the limit says about the others.
            ("{rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}", 4, 2, 1, 0, [:]),
            ("{type: Recreate}", 4, 4, 0, 0, ["old": 0]),
        ] as [(String, Int, Int, Int, Int, [String: Int])])
    func rollingUpdate(
        strategy: String, old: Int, oldAvailable: Int, new: Int, newAvailable: Int, want: [String: Int]
    ) throws {
        let before = try deployment(image: "web:1")
        let deployment = try deployment(image: "web:2", strategy: strategy)
        let oldSet = replicaSet(of: before, replicas: old, available: oldAvailable, age: 60)
        let newSet = replicaSet(of: deployment, replicas: new, available: newAvailable, revision: 2)
        let decision = DeploymentDecision.decide(deployment: deployment, replicaSets: [newSet, oldSet], now: .noon)
        let names = [oldSet.name: "old", newSet.name: "new"]
        // A patch may also only put annotations right; the sizes are what counts here.
        let changed = sizes(decision).filter { $0.value != ($0.key == oldSet.name ? old : new) }
        #expect(Dictionary(uniqueKeysWithValues: changed.map { (names[$0.key] ?? $0.key, $0.value) }) == want)
    }

    @Test("Recreate waits for the last old pod before it makes the new ReplicaSet")
    func recreate() throws {
        let before = try deployment(image: "web:1")
        let deployment = try deployment(image: "web:2", strategy: "{type: Recreate}")
        var oldSet = replicaSet(of: before, replicas: 0)
        oldSet[path: "status", "terminatingReplicas"] = 1
        func makes(_ decision: Decision) -> Bool {
            decision.writes.contains { write in
                if case .create = write { true } else { false }
            }
        }
        #expect(!makes(DeploymentDecision.decide(deployment: deployment, replicaSets: [oldSet], now: .noon)))
        oldSet[path: "status", "terminatingReplicas"] = 0
        #expect(makes(DeploymentDecision.decide(deployment: deployment, replicaSets: [oldSet], now: .noon)))
    }

    @Test("scaling goes straight to the one ReplicaSet, also while paused", arguments: [false, true])
    func scaling(isPaused: Bool) throws {
        var deployment = try deployment(replicas: 7)
        let set = replicaSet(of: deployment, replicas: 2)
        deployment[path: "spec", "paused"] = .bool(isPaused)
        let decision = DeploymentDecision.decide(deployment: deployment, replicaSets: [set], now: .noon)
        #expect(sizes(decision) == [set.name: 7])
        #expect(decision.events == ["ScalingReplicaSet"])
    }

    @Test("a roll-out that does not move is given up after the deadline")
    func deadline() throws {
        var deployment = try deployment()
        deployment[path: "spec", "progressDeadlineSeconds"] = 30
        let set = replicaSet(of: deployment, replicas: 4, available: 0)
        let first = DeploymentDecision.decide(deployment: deployment, replicaSets: [set], now: .noon)
        let waiting = deployment.applying(first.writes)
        #expect(waiting.condition("Progressing")?.reason == "ReplicaSetUpdated")
        #expect(first.checkAgain == .seconds(30))
        let late = DeploymentDecision.decide(
            deployment: waiting, replicaSets: [set.applying(first.writes)], now: .noon + .seconds(31))
        let stuck = waiting.applying(late.writes).condition("Progressing")
        #expect(stuck?.status == "False")
        #expect(stuck?.message == "ReplicaSet \"\(set.name)\" has timed out progressing.")
    }

    @Test("a pod that fails after the roll-out makes the Deployment unavailable, not progressing")
    func laterFailure() throws {
        let deployment = try deployment(replicas: 1)
        let set = replicaSet(of: deployment, replicas: 1)
        let first = DeploymentDecision.decide(deployment: deployment, replicaSets: [set], now: .noon)
        let complete = deployment.applying(first.writes)
        var broken = set.applying(first.writes)
        broken[path: "status", "availableReplicas"] = 0
        let second = DeploymentDecision.decide(deployment: complete, replicaSets: [broken], now: .noon)
        let after = complete.applying(second.writes)
        #expect(after.condition("Available")?.reason == "MinimumReplicasUnavailable")
        #expect(after.condition("Progressing")?.reason == "NewReplicaSetAvailable")
    }

    @Test("the words with which a pod was refused come up to the Deployment")
    func replicaFailure() throws {
        let deployment = try deployment()
        var set = replicaSet(of: deployment, replicas: 4, available: 0)
        set[path: "status", "conditions"] = [
            ["type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "quota is used up"]
        ]
        let first = DeploymentDecision.decide(deployment: deployment, replicaSets: [set], now: .noon)
        let failing = deployment.applying(first.writes)
        #expect(failing.condition("ReplicaFailure")?.message == "quota is used up")
        set[path: "status", "conditions"] = []
        let second = DeploymentDecision.decide(deployment: failing, replicaSets: [set], now: .noon)
        #expect(failing.applying(second.writes).condition("ReplicaFailure") == nil)
    }

    @Test("a ReplicaSet without an owner is adopted, one of somebody else makes another name")
    func adoption() throws {
        let deployment = try deployment()
        var orphan = replicaSet(of: deployment, replicas: 4)
        orphan[path: "metadata", "ownerReferences"] = nil
        let adopting = DeploymentDecision.decide(deployment: deployment, replicaSets: [orphan], now: .noon)
        #expect(orphan.applying(adopting.writes).isControlled(by: deployment))

        var foreign = orphan
        foreign[path: "metadata", "ownerReferences"] = .array([DynamicObject.node("other").asController()])
        let colliding = DeploymentDecision.decide(deployment: deployment, replicaSets: [foreign], now: .noon)
        let after = deployment.applying(colliding.writes)
        #expect(after.status("collisionCount") == 1)
        #expect(DeploymentFacts(after).templateHash != DeploymentFacts(deployment).templateHash)
    }

    @Test("empty ReplicaSets beyond the history go, a roll-back takes the highest revision")
    func history() throws {
        var deployment = try deployment(image: "web:3")
        deployment[path: "spec", "revisionHistoryLimit"] = 1
        let sets = try (1...3).map { revision in
            let image = try self.deployment(image: "web:\(revision)")
            return replicaSet(of: image, replicas: revision == 3 ? 4 : 0, revision: revision, age: 10 - revision)
        }
        let first = DeploymentDecision.decide(deployment: deployment, replicaSets: sets, now: .noon)
        let settled = deployment.applying(first.writes)
        let second = DeploymentDecision.decide(
            deployment: settled, replicaSets: sets.map { $0.applying(first.writes) }, now: .noon)
        #expect(second.writes == [.delete(.replicaSet, sets[0].key, uid: sets[0].uid)])

        let back = try self.deployment(image: "web:1")
        let rollBack = DeploymentDecision.decide(deployment: back, replicaSets: sets, now: .noon)
        #expect(sets[0].applying(rollBack.writes).annotations[ReplicaSetFacts.revisionAnnotation] == "4")
    }

    @Test(
        "percentages round up for surge and down for what may be missing; never both to zero",
        arguments: [
            ("{}", 1, 1, 0), ("{}", 10, 3, 2),
            ("{rollingUpdate: {maxSurge: 0, maxUnavailable: 10%}}", 3, 0, 1),
            ("{rollingUpdate: {maxSurge: 100%, maxUnavailable: 0}}", 3, 3, 0),
        ])
    func rounding(strategy: String, replicas: Int, wantSurge: Int, wantUnavailable: Int) throws {
        let facts = DeploymentFacts(try deployment(replicas: replicas, strategy: strategy))
        #expect(facts.maxSurge == wantSurge)
        #expect(facts.maxUnavailable == wantUnavailable)
    }
}
