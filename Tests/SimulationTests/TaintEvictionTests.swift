import KubeAPI
import Testing

@testable import Simulation

@Suite("Eviction by taints")
struct TaintEvictionTests {
    private let taint: JSONValue = ["key": "workload", "value": "worker", "effect": "NoExecute"]

    private func pod(tolerating tolerations: [JSONValue]) -> PodFacts {
        var pod = DynamicObject.pod(on: "n")
        pod[path: "spec", "tolerations"] = .array(tolerations)
        return PodFacts(pod)
    }

    private func decide(_ pod: PodFacts, taints: [JSONValue], after passed: Duration = .zero) -> Decision {
        TaintEviction.decide(
            pod: pod, node: NodeFacts(.node("n", taints: taints)), since: .noon, now: .noon + passed)
    }

    @Test("A pod that does not tolerate a NoExecute taint is deleted with its own grace period")
    func evicts() {
        let decision = decide(pod(tolerating: [["key": "other", "operator": "Exists"]]), taints: [taint])
        #expect(decision.events == ["TaintManagerEviction"])
        #expect(decision.writes.last == .delete(.pod, ObjectKey(namespace: "shop", name: "web-1"), uid: "uid-web-1"))
    }

    @Test(
        "A pod stays that tolerates the taint, by value, by key or altogether",
        arguments: [
            ["key": "workload", "value": "worker", "effect": "NoExecute"], ["key": "workload", "operator": "Exists"],
            ["operator": "Exists"],
        ] as [JSONValue])
    func stays(toleration: JSONValue) {
        #expect(decide(pod(tolerating: [toleration]), taints: [taint]) == .nothing)
    }

    @Test("Taints of other effects evict nobody")
    func otherEffects() {
        let taints: [JSONValue] = ["NoSchedule", "PreferNoSchedule"].map { ["key": "a", "effect": .string($0)] }
        #expect(decide(pod(tolerating: []), taints: taints) == .nothing)
    }

    @Test("A pod with seconds stays for them; the first toleration that fits decides, the shortest stay of all taints")
    func seconds() {
        func tolerating(_ key: String, _ seconds: Int64) -> JSONValue {
            ["key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": .integer(seconds)]
        }
        let pod = pod(tolerating: [tolerating("workload", 30), tolerating("other", 10), ["operator": "Exists"]])
        let taints: [JSONValue] = [taint, ["key": "other", "effect": "NoExecute"]]
        #expect(decide(pod, taints: [taint]).checkAgain == .seconds(30))
        #expect(decide(pod, taints: taints, after: .seconds(4)).checkAgain == .seconds(6))
        #expect(!decide(pod, taints: taints, after: .seconds(10)).writes.isEmpty)
    }
}
