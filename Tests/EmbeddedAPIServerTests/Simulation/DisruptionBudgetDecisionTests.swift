import KubeAPI
import Testing

@testable import EmbeddedAPIServer

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
}
