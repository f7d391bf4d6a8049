import KubeAPI
import Testing

@testable import Reconcilers

@Suite("The order of tolerations and taints")
struct TaintOrderTests {
    private let worker = Taint(key: "workload", value: "worker", effect: .noSchedule)
    private let evicting = Taint(key: "workload", value: "worker", effect: .noExecute)

    private func region(_ taints: String) throws -> Region {
        try pool(taints).region("eu")
    }

    private func pool(_ taints: String) throws -> RegionalWorkerPool {
        try .fixture(
            spec: "{regions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}], nodes: {taints: [\(taints)]}}")
    }

    private func deployment(
        tolerating taints: [Taint], replicas: Int = 3, live: Int = 3, updated: Int = 3, observed: Int64 = 2
    ) -> Deployment {
        var spec = JSONObject()
        spec.tolerate(taints)
        var metadata = ObjectMeta(name: "pool-eu", namespace: "workers")
        metadata.generation = 2
        return Deployment(
            metadata: metadata,
            spec: .init(replicas: replicas, selector: .matching([:]), template: ["spec": .object(spec)]),
            status: .init(observedGeneration: observed, replicas: live, updatedReplicas: updated))
    }

    private func withheld(_ taint: Taint, _ deployment: Deployment?, mayHavePods: Bool = true) -> Bool {
        !TaintOrder(deployment).hold(of: [taint], in: "eu").withheld(mayHavePods: mayHavePods).isEmpty
    }

    @Test("A region without a Deployment or without pods has nothing to wait for")
    func nothingToWaitFor() {
        for taint in [worker, evicting] {
            #expect(!withheld(taint, nil))
            #expect(!withheld(taint, deployment(tolerating: [], replicas: 0, live: 0, updated: 0)))
        }
        #expect(withheld(evicting, deployment(tolerating: [], replicas: 0, live: 1, updated: 1)))
        #expect(withheld(evicting, deployment(tolerating: [], replicas: 0, live: 0, updated: 0, observed: 1)))
    }

    @Test("NoSchedule waits for the template alone")
    func noSchedule() {
        #expect(withheld(worker, deployment(tolerating: [evicting])))
        #expect(!withheld(worker, deployment(tolerating: [worker], live: 4, updated: 1)))
    }

    @Test("NoExecute waits until no pod of an earlier template is left")
    func noExecute() {
        #expect(withheld(evicting, deployment(tolerating: [worker])))
        #expect(withheld(evicting, deployment(tolerating: [evicting], live: 4, updated: 3)))
        #expect(withheld(evicting, deployment(tolerating: [evicting], observed: 1)))
        #expect(!withheld(evicting, deployment(tolerating: [evicting])))
        // Pods that a quota does not let be made are none that could be evicted.
        #expect(!withheld(evicting, deployment(tolerating: [evicting], replicas: 5)))
    }

    @Test("A node that joins has no pods of the region yet: the template is enough")
    func joiningNode() {
        let rolling = deployment(tolerating: [evicting], live: 4, updated: 1)
        #expect(!withheld(evicting, rolling, mayHavePods: false))
        #expect(withheld(evicting, deployment(tolerating: []), mayHavePods: false))
    }

    @Test("What waits says for how many pods")
    func progress() {
        let hold = TaintOrder(deployment(tolerating: [evicting], live: 4, updated: 1)).hold(of: [evicting], in: "eu")
        #expect(
            hold.pending == [
                PendingTaint(taint: evicting, region: "eu", toleratingPods: 1, pods: 4, isInTemplate: true)
            ])
    }

    private func claimed(_ taints: String) throws -> NodeSnapshot {
        let pool = try pool(taints)
        let wanted = WantedClaim(pool: pool.claimant, region: try pool.region("eu"))
        return try NodeSnapshot.fixture().applying(NodePlan(.fixture(), wanted: wanted))
    }

    private func wanted(_ taints: String, withholding withheld: [Taint]) throws -> WantedClaim {
        let pool = try pool(taints)
        return WantedClaim(pool: pool.claimant, region: try pool.region("eu"), withheld: withheld)
    }

    @Test("A withheld taint is neither on the node nor in its ledger; labels and the claim are")
    func withheldTaint() throws {
        let wanted = try wanted("{key: workload, value: worker, effect: NoExecute}", withholding: [evicting])
        let node = try NodeSnapshot.fixture().applying(NodePlan(.fixture(), wanted: wanted))
        #expect(node.labels["workload"] == "worker" && node.claim?.taints == [] && node.taints.isEmpty)
        #expect(NodePlan(node, wanted: wanted) == nil)
    }

    @Test(
        "Until a taint of the same key is written the one before it stays, of another effect or value",
        arguments: [
            ("{key: workload, value: worker, effect: NoSchedule}", "workload=worker:NoSchedule"),
            ("{key: workload, value: old, effect: NoExecute}", "workload=old:NoExecute"),
        ])
    func predecessorStays(before: String, text: String) throws {
        let node = try claimed(before)
        let after = "{key: workload, value: worker, effect: NoExecute}"
        #expect(try NodePlan(node, wanted: wanted(after, withholding: [evicting])) == nil)
        #expect(node.taintTexts == [text])
        let then = try node.applying(NodePlan(node, wanted: wanted(after, withholding: [])))
        #expect(then.taintTexts == ["workload=worker:NoExecute"])
        #expect(then.claim?.taints.map(\.taint) == [evicting])
    }

    @Test("A taint that stands in the ledger is put back although it is withheld from others")
    func repair() throws {
        let spec = "{key: workload, value: worker, effect: NoExecute}"
        var node = try claimed(spec)
        node.taints = []
        let plan = try #require(try NodePlan(node, wanted: wanted(spec, withholding: [evicting])))
        #expect(try node.applying(plan).taintTexts == ["workload=worker:NoExecute"])
    }

    @Test("Taints of other keys go at once")
    func others() throws {
        let node = try claimed("{key: other, effect: NoSchedule}")
        let wanted = try wanted("{key: workload, value: worker, effect: NoExecute}", withholding: [evicting])
        #expect(try node.applying(NodePlan(node, wanted: wanted)).taintTexts == [])
    }

    @Test("Pods tolerate what nodes still carry beside what they are to have")
    func tolerations() throws {
        var inputs = PoolInputs.assumed
        inputs.carriedTaints = ["eu": [worker, evicting]]
        let pool = try pool("{key: workload, value: worker, effect: NoExecute}")
        func effects(_ inputs: PoolInputs) throws -> [String?]? {
            let deployment = try ResolvedPool(pool, inputs).children().first { $0.type == .deployment }?.object
            return deployment?[path: "spec", "template", "spec", "tolerations"]?.elements.map { $0["effect"]?.string }
        }
        #expect(try effects(inputs) == ["NoExecute", "NoSchedule"])
        #expect(try effects(.assumed) == ["NoExecute"])
    }
}
