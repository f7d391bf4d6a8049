import KubeAPI
import Testing

@testable import Simulation

@Suite("StatefulSet controller of the simulation")
struct StatefulSetDecisionTests {
    private func statefulSet(replicas: Int, policy: String = "OrderedReady", image: String = "db:1") throws
        -> DynamicObject
    {
        try object(
            """
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db, namespace: shop, uid: uid-set, resourceVersion: "5", generation: 2}
            spec:
              replicas: \(replicas)
              serviceName: db-pods
              podManagementPolicy: \(policy)
              selector: {matchLabels: {app: db}}
              template:
                metadata: {labels: {app: db}}
                spec: {containers: [{name: db, image: '\(image)'}]}
              volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: 1Gi}}}}]
            """)
    }

    private func pods(_ ordinals: [Int], of set: DynamicObject, isReady: Bool = true) -> [DynamicObject] {
        ordinals.map { ordinal in
            var pod = StatefulSetFacts(set).pod(ordinal)
            pod[path: "metadata", "uid"] = .string("uid-\(ordinal)")
            pod[path: "status", "phase"] = "Running"
            if isReady { pod[path: "status", "conditions"] = [["type": "Ready", "status": "True"]] }
            return pod
        }
    }

    private func deleted(_ plan: PodSetPlan) -> [String] {
        plan.writes.compactMap { if case .delete(_, let key, _, _) = $0 { key.name } else { nil } }
    }

    @Test("Pods come in their order, each when the one before is ready, with their claims")
    func order() throws {
        let set = try statefulSet(replicas: 3)
        func next(_ pods: [DynamicObject]) -> [String] {
            StatefulSetDecision.plan(statefulSet: set, pods: pods).creations.map(\.name)
        }
        #expect(next([]) == ["db-0"])
        #expect(next(pods([0], of: set, isReady: false)) == [])
        #expect(next(pods([0], of: set)) == ["db-1"])
        #expect(next(pods([0, 2], of: set)) == ["db-1"])
        #expect(next(pods([0, 1, 2], of: set)) == [])
        let first = StatefulSetDecision.plan(statefulSet: set, pods: [])
        guard case .create(let claim, .persistentVolumeClaim) = first.writes.first else {
            Issue.record("no claim is made")
            return
        }
        #expect(claim.name == "data-db-0")
        let volumes = first.creations[0][path: "spec", "volumes"]
        #expect(volumes?[0]?["persistentVolumeClaim"]?["claimName"] == "data-db-0")
        #expect(first.creations[0][path: "spec", "subdomain"] == "db-pods")
    }

    @Test("In parallel all come at once, and all that are too many go at once; else the last one first")
    func parallel() throws {
        let set = try statefulSet(replicas: 2, policy: "Parallel")
        #expect(StatefulSetDecision.plan(statefulSet: set, pods: []).creations.map(\.name) == ["db-0", "db-1"])
        #expect(
            deleted(StatefulSetDecision.plan(statefulSet: set, pods: pods([0, 1, 2, 3], of: set))) == ["db-3", "db-2"])
        let ordered = try statefulSet(replicas: 2)
        let plan = StatefulSetDecision.plan(statefulSet: ordered, pods: pods([0, 1, 2, 3], of: ordered))
        #expect(deleted(plan) == ["db-3"])
    }

    @Test("A roll-out replaces the last pod first, and waits for it")
    func rollOut() throws {
        let (old, new) = (try statefulSet(replicas: 2), try statefulSet(replicas: 2, image: "db:2"))
        #expect(deleted(StatefulSetDecision.plan(statefulSet: new, pods: pods([0, 1], of: old))) == ["db-1"])
        let waiting = pods([0], of: old) + pods([1], of: new, isReady: false)
        #expect(deleted(StatefulSetDecision.plan(statefulSet: new, pods: waiting)) == [])
        #expect(
            deleted(StatefulSetDecision.plan(statefulSet: new, pods: pods([0], of: old) + pods([1], of: new))) == [
                "db-0"
            ])
        let status = new.applying(StatefulSetDecision.status(statefulSet: new, pods: waiting).writes)["status"]
        #expect(status?["updatedReplicas"] == 1 && status?["readyReplicas"] == 1 && status?["replicas"] == 2)
    }
}
