import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Taints that would lock others out")
struct LockOutTests {
    private let worker = Taint(key: "workload", value: "worker", effect: .noSchedule)
    private let evicting = Taint(key: "workload", value: "worker", effect: .noExecute)

    private func place(
        _ name: String, isReady: Bool = true, isOpen: Bool = true, taints: [Taint] = []
    ) -> LockOut.Place {
        LockOut.Place(name: name, isReady: isReady, isOpen: isOpen, taints: taints)
    }

    private func pod(_ node: String?, tolerating tolerations: [JSONValue] = []) -> LockOut.VitalPod {
        LockOut.VitalPod(name: "kube-system/dns", node: node, tolerations: tolerations.map(Toleration.init))
    }

    private func check(
        _ places: [LockOut.Place], _ pods: [LockOut.VitalPod] = [], adding taint: Taint? = nil, to nodes: String...
    ) -> LockOut? {
        LockOut.check(
            places: places, pods: pods, adding: Dictionary(uniqueKeysWithValues: nodes.map { ($0, [taint ?? worker]) }))
    }

    @Test("All nodes at once are too many, all but one are not")
    func lastNodes() {
        let nodes = [place("b"), place("a")]
        #expect(check(nodes, to: "a", "b") == .lastPlaces(["a", "b"]))
        #expect(check(nodes, to: "a") == nil)
    }

    @Test("A node that is cordoned, tainted or not ready is no node that is left")
    func leftovers() {
        let leftovers = [
            place("cordoned", isOpen: false), place("tainted", taints: [Taint(key: "x", effect: .noSchedule)]),
            place("down", isReady: false),
        ]
        for leftover in leftovers { #expect(check([place("a"), leftover], to: "a") == .lastPlaces(["a"])) }
    }

    @Test("Nodes that join are not ready at first: they can't be taken one after the other until none is left")
    func joining() {
        let nodes = [place("a", isReady: false), place("b", isReady: false, taints: [worker])]
        #expect(check(nodes, to: "a") == .lastPlaces(["a"]))
        #expect(check(nodes + [place("c", isReady: false)], to: "a") == nil)
    }

    @Test("Where no node was free before, nothing is lost")
    func nothingToLose() {
        #expect(check([place("a", taints: [Taint(key: "x", effect: .noSchedule)])], to: "a") == nil)
        #expect(check([], to: "a") == nil)
    }

    @Test("A taint that only advises locks nobody out")
    func advice() {
        let taint = Taint(key: "workload", effect: .preferNoSchedule)
        #expect(check([place("a")], [pod("a")], adding: taint, to: "a") == nil)
    }

    @Test("NoExecute does not go where it would evict the DNS or the operator; NoSchedule evicts nobody")
    func eviction() {
        let nodes = [place("a"), place("b")]
        let refusal = LockOut.eviction(pod: "kube-system/dns", node: "a", taint: evicting)
        #expect(check(nodes, [pod("a")], adding: evicting, to: "a") == refusal)
        #expect(check(nodes, [pod("b")], adding: evicting, to: "a") == nil)
        #expect(check(nodes, [pod("a")], adding: worker, to: "a") == nil)
        let exists: JSONValue = ["key": "workload", "operator": "Exists"]
        #expect(check(nodes, [pod("a", tolerating: [exists])], adding: evicting, to: "a") == nil)
        let briefly: JSONValue = [
            "key": "workload", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60,
        ]
        #expect(check(nodes, [pod("a", tolerating: [briefly, exists])], adding: evicting, to: "a") == refusal)
    }

    @Test("The last node of a pod that tolerates some taints stays open, where no node is free of them")
    func lastNodeOfAPod() {
        let infra = Taint(key: "infra", effect: .noSchedule)
        let nodes = [place("a", taints: [infra]), place("b", taints: [Taint(key: "other", effect: .noSchedule)])]
        let tolerant = pod("a", tolerating: [["key": "infra", "operator": "Exists"]])
        #expect(check(nodes, [tolerant], to: "a") == .lastPlacesOf(pod: "kube-system/dns", ["a"]))
        #expect(check(nodes + [place("c", taints: [infra])], [tolerant], to: "a") == nil)
    }

    @Test("The taints that the cluster sets on a node that is not well do not count as its own")
    func passingTaints() throws {
        let node = try DynamicObject.fixture(
            """
            apiVersion: v1
            kind: Node
            metadata: {name: a}
            spec:
              taints:
              - {key: node.kubernetes.io/not-ready, effect: NoSchedule}
              - {key: mine, effect: NoExecute}
              - {key: advice, effect: PreferNoSchedule}
            status: {conditions: [{type: Ready, status: "True"}]}
            """)
        let place = LockOut.Place(CachedObject(node))
        #expect(!place.isReady && place.isOpen && place.taints == [Taint(key: "mine", effect: .noExecute)])
    }

    @Test("The message names the nodes or the pod, and the three ways out")
    func messages() {
        for refusal in [
            LockOut.lastPlaces(["a", "b"]), .eviction(pod: "kube-system/dns", node: "a", taint: evicting),
            .lastPlacesOf(pod: "kube-system/dns", ["a"]),
        ] {
            for words in ["a", "out of the pool", "nodes.taints", "spec.nodes.lockOutPolicy"] {
                #expect(refusal.message.contains(words))
            }
        }
    }

    @Test("The operator's own pods are found by their labels, and tolerate what pools set by default")
    func operatorManifest() throws {
        let manifest = try #require(
            Repository.yaml("config/manager/deployment.yaml").map { try DynamicObject($0) }.first)
        let template = try #require(manifest[path: "spec", "template"])
        for (key, value) in LabelKey.operatorPods {
            #expect(template["metadata"]?["labels"]?[key]?.string == value)
        }
        let tolerations = Toleration.all(in: template["spec"])
        for taint in try RegionalWorkerPool.fixture().spec.nodes.taints {
            for effect in Taint.Effect.allCases {
                let taint = Taint(key: taint.key, value: taint.value, effect: effect)
                #expect(tolerations.contains { $0.tolerates(taint) })
            }
        }
        #expect(!tolerations.contains { $0.key.isEmpty }, "it would go to cordoned nodes")
    }

    @Test("A kubelet can make mirror pods only, and those are nobody's DNS")
    func mirrorPod() throws {
        func pod(_ annotations: String) throws -> LockOut.VitalPod? {
            LockOut.VitalPod(
                CachedObject(
                    try .fixture(
                        "{apiVersion: v1, kind: Pod, metadata: {name: dns, annotations: {\(annotations)}}, spec: {nodeName: a}}"
                    )))
        }
        #expect(try pod("kubernetes.io/config.mirror: '0123'") == nil)
        #expect(try pod("kubernetes.io/config.hash: '0123'")?.node == "a")
    }
}
