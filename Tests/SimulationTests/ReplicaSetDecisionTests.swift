import KubeAPI
import Testing

@testable import Simulation

@Suite("ReplicaSet controller of the simulation")
struct ReplicaSetDecisionTests {
    private func replicaSet(replicas: Int, minReadySeconds: Int = 0) throws -> DynamicObject {
        try object(
            """
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: {name: web-1, namespace: shop, uid: uid-set, resourceVersion: "5", generation: 2}
            spec:
              replicas: \(replicas)
              minReadySeconds: \(minReadySeconds)
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}, annotations: {note: x}}
                spec: {containers: [{name: web, image: web}]}
            """)
    }

    private func pods(_ count: Int, of owner: DynamicObject, isReady: Bool = true) -> [DynamicObject] {
        (0..<count).map { index in
            var pod = DynamicObject.pod("web-1-\(index)", on: "eu-1", phase: "Running", owner: owner)
            pod[path: "metadata", "labels"] = ["app": "web"]
            if isReady {
                pod[path: "status", "conditions"] = [
                    ["type": "Ready", "status": "True", "lastTransitionTime": .string(Timestamp.noon.rfc3339)]
                ]
            }
            return pod
        }
    }

    @Test(
        "missing pods are made from the template, surplus ones deleted",
        arguments: [(3, 1, 2, 0), (1, 3, 0, 2), (2, 2, 0, 0)])
    func counts(replicas: Int, present: Int, wantMade: Int, wantDeleted: Int) throws {
        let set = try replicaSet(replicas: replicas)
        let plan = ReplicaSetDecision.plan(replicaSet: set, pods: pods(present, of: set))
        #expect(plan.creations.count == wantMade)
        #expect(plan.writes.count == wantDeleted)
        for pod in plan.creations {
            #expect(pod[path: "metadata", "generateName"]?.string == "web-1-")
            #expect(pod.labels == ["app": "web"])
            #expect(pod.annotations == ["note": "x"])
            #expect(pod.isControlled(by: set))
        }
    }

    @Test("pods that finished or are being deleted are replaced, and not counted")
    func inactive() throws {
        let set = try replicaSet(replicas: 2)
        var pods = pods(2, of: set)
        pods[0][path: "status", "phase"] = "Failed"
        pods[1][path: "metadata", "deletionTimestamp"] = .string(Timestamp.noon.rfc3339)
        #expect(ReplicaSetDecision.plan(replicaSet: set, pods: pods).creations.count == 2)
        let after = set.applying(
            ReplicaSetDecision.status(replicaSet: set, pods: pods, failure: nil, now: .noon).writes)
        #expect(after.status("replicas") == 0)
        #expect(after.status("terminatingReplicas") == 1)
    }

    @Test("those that do least go first: waiting before running, unready before ready")
    func victims() throws {
        let set = try replicaSet(replicas: 1)
        var pods = pods(3, of: set)
        pods[1][path: "spec", "nodeName"] = nil
        pods[2][path: "status", "conditions"] = []
        let plan = ReplicaSetDecision.plan(replicaSet: set, pods: pods)
        #expect(plan.writes == [1, 2].map { .delete(.pod, pods[$0].key, uid: pods[$0].uid) })
    }

    @Test("pods without an owner that the selector matches are adopted first")
    func adoption() throws {
        let set = try replicaSet(replicas: 1)
        var orphan = pods(1, of: set)[0]
        orphan[path: "metadata", "ownerReferences"] = nil
        let plan = ReplicaSetDecision.plan(replicaSet: set, pods: [orphan])
        #expect(plan.creations.isEmpty)
        #expect(orphan.applying(plan.writes).isControlled(by: set))
    }

    @Test("a pod is available once it has been ready for long enough")
    func availability() throws {
        let set = try replicaSet(replicas: 2, minReadySeconds: 30)
        let decision = ReplicaSetDecision.status(
            replicaSet: set, pods: pods(2, of: set), failure: nil, now: .noon + .seconds(10))
        let after = set.applying(decision.writes)
        #expect(after.status("readyReplicas") == 2)
        #expect(after.status("availableReplicas") == 0)
        #expect(decision.checkAgain == .seconds(20))
    }

    @Test("the first refusal of a pod stays in the condition until pods can be made again")
    func failure() throws {
        let set = try replicaSet(replicas: 2)
        func status(_ set: DynamicObject, _ pods: [DynamicObject], _ failure: String?) -> DynamicObject {
            set.applying(
                ReplicaSetDecision.status(replicaSet: set, pods: pods, failure: failure, now: .noon).writes)
        }
        let refused = status(set, [], "pods \"web-1-abcde\" is forbidden: exceeded quota")
        #expect(refused.condition("ReplicaFailure")?.reason == "FailedCreate")
        let again = status(refused, [], "pods \"web-1-fghij\" is forbidden: exceeded quota")
        #expect(again == refused)
        #expect(status(again, pods(2, of: set), nil).condition("ReplicaFailure") == nil)
    }
}
