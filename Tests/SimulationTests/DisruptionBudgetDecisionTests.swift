import KubeAPI
import Testing

@testable import Simulation

@Suite("PodDisruptionBudgets of the simulation")
struct DisruptionBudgetDecisionTests {
    @Test(
        "what may be evicted follows from the healthy pods and the controller's scale",
        arguments: [
            // spec, ready, unready, scale; healthy, desired, allowed, expected
            ("maxUnavailable: 1", 3, 0, 3, [3, 2, 1, 3]),
            ("maxUnavailable: 1", 2, 1, 3, [2, 2, 0, 3]),
            ("maxUnavailable: 50%", 3, 0, 3, [3, 1, 2, 3]),
            ("minAvailable: 2", 3, 0, 3, [3, 2, 1, 3]),
            ("minAvailable: 50%", 3, 0, 3, [3, 2, 1, 3]),
            ("maxUnavailable: 1", 0, 0, 0, [0, 0, 0, 0]),
            ("maxUnavailable: 0", 3, 0, 3, [3, 3, 0, 3]),
        ] as [(String, Int, Int, Int, [Int])])
    func counts(spec: String, ready: Int, unready: Int, scale: Int, want: [Int]) throws {
        let budget = try object(
            """
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop, uid: u, resourceVersion: "1", generation: 4}
            spec: {selector: {matchLabels: {app: web}}, \(spec)}
            """)
        let owner = DynamicObject.node("owner")
        var pods = (0..<(ready + unready)).map { index in
            var pod = DynamicObject.pod("web-\(index)", on: "eu-1", phase: "Running", owner: owner)
            pod[path: "metadata", "labels"] = ["app": "web"]
            if index < ready { pod[path: "status", "conditions"] = [["type": "Ready", "status": "True"]] }
            return pod
        }
        pods.append(.pod("other", on: "eu-1", phase: "Running"))
        let decision = DisruptionBudgetDecision.decide(
            budget: budget, pods: pods, scale: { $0.uid == owner.uid ? scale : nil }, now: .noon)
        let after = budget.applying(decision.writes)
        let fields = ["currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"]
        #expect(fields.map(after.status) == want)
        #expect(after.condition("DisruptionAllowed")?.reason == (want[2] > 0 ? "SufficientPods" : "InsufficientPods"))
        #expect(after.status("observedGeneration") == 4)
        let again = DisruptionBudgetDecision.decide(
            budget: after, pods: pods, scale: { _ in scale }, now: .noon + .seconds(60))
        #expect(again == .nothing)
    }

    @Test("An eviction that is booked counts before its pod is seen to go, for two minutes at most")
    func bookedEvictions() throws {
        var budget = try object(
            """
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop, uid: u, resourceVersion: "1", generation: 4}
            spec: {selector: {matchLabels: {app: web}}, maxUnavailable: 1}
            """)
        budget["status"] = [
            "disruptedPods": [
                "web-0": .string(Timestamp.noon.rfc3339), "gone": .string(Timestamp.noon.rfc3339),
            ]
        ]
        let owner = DynamicObject.node("owner")
        let pods = (0..<3).map { index in
            var pod = DynamicObject.pod("web-\(index)", on: "eu-1", phase: "Running", owner: owner)
            pod[path: "metadata", "labels"] = ["app": "web"]
            pod[path: "status", "conditions"] = [["type": "Ready", "status": "True"]]
            return pod
        }
        func after(_ seconds: Int) -> DynamicObject {
            let decision = DisruptionBudgetDecision.decide(
                budget: budget, pods: pods, scale: { _ in 3 }, now: .noon + .seconds(seconds))
            return budget.applying(decision.writes)
        }
        #expect(after(1).status("currentHealthy") == 2 && after(1).status("disruptionsAllowed") == 0)
        #expect(after(1)[path: "status", "disruptedPods"]?.object?.map(\.key) == ["web-0"])
        #expect(after(121).status("currentHealthy") == 3 && after(121).status("disruptionsAllowed") == 1)
        #expect(after(121)[path: "status", "disruptedPods"] == nil)
    }
}
