import KubeAPI
import Testing

@testable import Simulation

@Suite("Scheduler of the simulation")
struct PodPlacementTests {
    private static let workerTaint: JSONValue = ["key": "workload", "value": "worker", "effect": "NoSchedule"]

    private func candidates(_ nodes: [DynamicObject]) -> [PodPlacement.Candidate] {
        nodes.map { PodPlacement.Candidate(node: NodeFacts($0)) }
    }

    private func pod(_ spec: String) throws -> PodFacts {
        var pod = DynamicObject.pod()
        for (key, value) in try YAML.parseDocument(Array(spec.utf8)).object ?? [:] { pod[path: "spec", key] = value }
        return PodFacts(pod)
    }

    @Test(
        "a node takes a pod that its selector, affinity, tolerations and room allow",
        arguments: [
            ("{}", "node(s) had untolerated taint(s)"),
            ("tolerations: [{operator: Exists}]", nil),
            ("tolerations: [{key: workload, value: worker, effect: NoSchedule}]", nil),
            ("tolerations: [{key: workload, value: other}]", "node(s) had untolerated taint(s)"),
            ("tolerations: [{key: workload, operator: Exists, effect: NoExecute}]", "node(s) had untolerated taint(s)"),
            (
                "{tolerations: [{operator: Exists}], nodeSelector: {topology.kubernetes.io/region: us}}",
                "node(s) didn't match Pod's node affinity/selector"
            ),
            (
                "{tolerations: [{operator: Exists}], nodeSelector: {topology.kubernetes.io/region: eu-central}}", nil
            ),
        ] as [(String, String?)])
    func refusals(spec: String, want: String?) throws {
        let node = NodeFacts(.node("eu-1", taints: [Self.workerTaint]))
        let refusal = NodeRequirement.refusal(of: try pod(spec), node: node, used: ResourceAmounts(), podCount: 0)
        #expect(refusal == want)
    }

    @Test(
        "required affinity: terms are alternatives, the requirements of one term hold together",
        arguments: [
            ("[{matchExpressions: [{key: zone, operator: In, values: [a, b]}]}]", true),
            ("[{matchExpressions: [{key: zone, operator: NotIn, values: [a]}]}]", false),
            ("[{matchExpressions: [{key: zone, operator: Exists}, {key: gpu, operator: Exists}]}]", false),
            (
                "[{matchExpressions: [{key: gpu, operator: Exists}]}, {matchExpressions: [{key: gpu, operator: DoesNotExist}]}]",
                true
            ),
            ("[{matchExpressions: [{key: cores, operator: Gt, values: [\"7\"]}]}]", true),
            ("[{matchExpressions: [{key: cores, operator: Lt, values: [\"8\"]}]}]", false),
            ("[{matchFields: [{key: metadata.name, operator: In, values: [eu-1]}]}]", true),
            ("[{}]", false),
        ])
    func affinity(terms: String, want: Bool) throws {
        var node = DynamicObject.node("eu-1")
        node[path: "metadata", "labels", "zone"] = "a"
        node[path: "metadata", "labels", "cores"] = "8"
        let pod = try pod(
            """
            affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: \(terms)}}}
            """)
        #expect(NodeRequirement.matchesSelectorAndAffinity(pod, NodeFacts(node)) == want)
    }

    @Test("a full node, a cordoned node")
    func room() throws {
        let big = try pod("containers: [{name: a, image: a, resources: {requests: {cpu: 2500m}}}]")
        var used = ResourceAmounts()
        used.cpu = try #require(Quantity("2"))
        let node = NodeFacts(.node("eu-1"))
        #expect(NodeRequirement.refusal(of: big, node: node, used: used, podCount: 1) == "Insufficient cpu")
        #expect(NodeRequirement.refusal(of: big, node: node, used: ResourceAmounts(), podCount: 10) == "Too many pods")
        #expect(NodeRequirement.refusal(of: big, node: node, used: ResourceAmounts(), podCount: 1) == nil)
        var cordoned = DynamicObject.node("eu-1")
        cordoned[path: "spec", "unschedulable"] = true
        let refusal = NodeRequirement.refusal(
            of: big, node: NodeFacts(cordoned), used: ResourceAmounts(), podCount: 0)
        #expect(refusal == "node(s) were unschedulable")
    }

    @Test("pods of one owner spread over the nodes before a node gets a second one")
    func spread() {
        let owner = DynamicObject.node("owner")
        var ledger = NodeLedger()
        let nodes = ["eu-1", "eu-2", "eu-3"].map { NodeFacts(.node($0)) }
        var chosen: [String] = []
        for index in 0..<4 {
            let pod = PodFacts(.pod("web-\(index)", owner: owner))
            let decision = PodPlacement.decide(pod: pod, candidates: ledger.candidates(nodes, for: pod), now: .noon)
            guard case .bind(_, _, let node)? = decision.writes.first else { continue }
            ledger.record(pod, on: node)
            chosen.append(node)
        }
        #expect(chosen == ["eu-1", "eu-2", "eu-3", "eu-1"])
        ledger.remove(ObjectKey(namespace: "shop", name: "web-1"))
        let next = PodFacts(.pod("web-9", owner: owner))
        #expect(ledger.candidates(nodes, for: next).map(\.siblings) == [2, 0, 1])
    }

    @Test("a pod that fits nowhere says why, once, in the scheduler's words")
    func unschedulable() {
        let nodes = [
            DynamicObject.node("eu-1", taints: [Self.workerTaint]), .node("eu-2", taints: [Self.workerTaint]),
        ]
        let pod = DynamicObject.pod()
        let decision = PodPlacement.decide(pod: PodFacts(pod), candidates: candidates(nodes), now: .noon)
        let after = pod.applying(decision.writes)
        #expect(after.condition("PodScheduled")?.reason == "Unschedulable")
        #expect(
            after.condition("PodScheduled")?.message
                == "0/2 nodes are available: 2 node(s) had untolerated taint(s). no new claims to deallocate, "
                + "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.")
        #expect(decision.events == ["FailedScheduling"])
        #expect(PodPlacement.decide(pod: PodFacts(after), candidates: candidates(nodes), now: .noon) == .nothing)
    }

    @Test("without any node there is nothing to count")
    func noNodes() {
        #expect(PodPlacement.message([]) == "no nodes available to schedule pods")
    }

    @Test("init containers count by the largest, sidecars with the others")
    func requests() throws {
        let pod = try pod(
            """
            initContainers:
            - {name: side, image: s, restartPolicy: Always, resources: {requests: {cpu: 100m}}}
            - {name: init, image: i, resources: {requests: {cpu: "2"}}}
            containers:
            - {name: a, image: a, resources: {requests: {cpu: 500m, memory: 1Gi}}}
            - {name: b, image: b, resources: {requests: {cpu: 1, memory: 1Gi}}}
            """)
        #expect(pod.requests.cpu == Quantity("2100m"))
        #expect(pod.requests.memory == Quantity("2Gi"))
    }
}
