import KubeAPI
import Testing

@testable import Simulation

@Suite("Nodes of the simulation")
struct NodeHeartbeatTests {
    private let options = SimulationOptions()

    private func registered() -> DynamicObject {
        var node = NodeTemplate.templates(regions: ["eu-central"], perRegion: 1)[0].node
        node[path: "metadata", "uid"] = "uid-node"
        node[path: "metadata", "resourceVersion"] = "3"
        return node
    }

    private func beat(
        _ node: DynamicObject, lease: DynamicObject? = nil, now: Timestamp = .noon
    ) -> Decision {
        NodeHeartbeat.decide(node: NodeFacts(node), lease: lease, now: now, options: options)
    }

    @Test("regions get their nodes, spread over two zones")
    func templates() {
        let templates = NodeTemplate.templates(regions: ["eu-central", "us-east"], perRegion: 3)
        #expect(templates.map(\.name).first == "eu-central-node-1")
        #expect(templates.count == 6)
        #expect(templates.prefix(3).map(\.zone) == ["eu-central-a", "eu-central-b", "eu-central-a"])
        let labels = templates[4].node.labels
        #expect(labels["topology.kubernetes.io/region"] == "us-east")
        #expect(labels["kubernetes.io/hostname"] == "us-east-node-2")
    }

    @Test("a new node becomes Ready with capacity, and gets its Lease")
    func firstBeat() throws {
        let decision = beat(registered())
        let node = registered().applying(decision.writes)
        #expect(NodeFacts(node).isReady)
        #expect(node[path: "status", "allocatable", "cpu"]?.string == "8")
        guard case .create(let lease, .lease)? = decision.writes.last else {
            Issue.record("no Lease is made")
            return
        }
        #expect(lease.key == ObjectKey(namespace: "kube-node-lease", name: "eu-central-node-1"))
        #expect(lease[path: "spec", "leaseDurationSeconds"]?.integer == 40)
        #expect(decision.checkAgain == options.leaseInterval)
    }

    @Test("later beats renew the Lease only; the status is repeated every five minutes")
    func laterBeats() throws {
        let first = beat(registered())
        let node = registered().applying(first.writes)
        guard case .create(let lease, .lease)? = first.writes.last else {
            Issue.record("no Lease is made")
            return
        }
        #expect(beat(node, lease: lease, now: .noon + .seconds(2)).writes.isEmpty)
        let renewal = beat(node, lease: lease, now: .noon + .seconds(10)).writes
        #expect(renewal.count == 1)
        #expect(
            lease.applying(renewal)[path: "spec", "renewTime"]?.string == (Timestamp.noon + .seconds(10)).rfc3339Micro)
        let repeated = beat(node, lease: lease.applying(renewal), now: .noon + .seconds(300)).writes
        let after = node.applying(repeated)
        let ready = try #require(ConditionList(of: after)["Ready"])
        #expect(ready["lastHeartbeatTime"]?.string == (Timestamp.noon + .seconds(300)).rfc3339)
        #expect(ready["lastTransitionTime"]?.string == Timestamp.noon.rfc3339)
    }

    @Test("an annotation makes a node NotReady and silent")
    func notReady() {
        var node = registered().applying(beat(registered()).writes)
        node[path: "metadata", "annotations", SimulationAnnotation.nodeReady] = "false"
        let decision = beat(node)
        #expect(node.applying(decision.writes).condition("Ready")?.status == "False")
        #expect(decision.checkAgain == nil)
        #expect(decision.writes.count == 1)
    }

    @Test("real nodes are none of the simulation's business")
    func realNode() {
        #expect(beat(.node("real", isSimulated: false)) == .nothing)
    }
}
