import KubeAPI
import Testing

@testable import Reconcilers

@Suite("What is written to a node")
struct NodePlanTests {
    private let worker = Taint(key: "workload", value: "worker", effect: .noSchedule)

    private func wanted(_ spec: String? = nil, uid: String = "uid-pool") throws -> WantedClaim {
        let pool = try spec.map { try RegionalWorkerPool.fixture(uid: uid, spec: $0) } ?? .fixture(uid: uid)
        return WantedClaim(pool: pool.claimant, region: try pool.region("eu"))
    }

    private func nodes(_ fields: String) -> String {
        "{regions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}], nodes: {\(fields)}}"
    }

    @Test("A free node gets labels, taint and ledger in one patch with its version as precondition")
    func claim() throws {
        let plan = try #require(try NodePlan(.fixture(), wanted: wanted()))
        #expect(plan.isNewClaim && !plan.isRelease && plan.repaired.isEmpty)
        let patch = try plan.mergePatch(sealedBy: .test)
        #expect(patch["metadata"]?["resourceVersion"] == "1")
        #expect(
            patch["metadata"]?["labels"] == [
                "quartermaster.dev/claimed-by": "workers.pool", "workload": "worker", "region": "eu",
            ])
        #expect(
            patch["spec"]?["taints"] == [["key": "workload", "value": "worker", "effect": "NoSchedule"]])
        let node = try NodeSnapshot.fixture().applying(plan)
        #expect(node.claim?.pool.uid == "uid-pool" && node.claim?.region == "eu")
        #expect(node.claim?.labels["region"] == .init(value: "eu", previous: nil))
    }

    @Test("A claimed node needs nothing")
    func converged() throws {
        let node = try NodeSnapshot.fixture().applying(NodePlan(.fixture(), wanted: wanted()))
        #expect(try NodePlan(node, wanted: wanted()) == nil)
    }

    @Test("A ledger in another spelling is no reason to write")
    func ledgerComparedByMeaning() throws {
        var node = try NodeSnapshot.fixture().applying(NodePlan(.fixture(), wanted: wanted()))
        node.claimText = node.claimText.map { " \($0)" }
        #expect(try NodePlan(node, wanted: wanted()) == nil)
    }

    @Test("Release takes away what was set and nothing else")
    func release() throws {
        let free = try NodeSnapshot.fixture(
            labels: ["zone": "eu", "mine": "x"], taints: [Taint(key: "foreign", value: "1", effect: .noExecute)])
        var node = try free.applying(NodePlan(free, wanted: wanted()))
        #expect(node.taintTexts == ["foreign=1:NoExecute", "workload=worker:NoSchedule"])
        let plan = try #require(NodePlan(node, wanted: nil))
        #expect(plan.isRelease)
        node = try node.applying(plan)
        #expect(node.labels == free.labels && node.taints == free.taints && node.claimText == nil)
        #expect(NodePlan(node, wanted: nil) == nil)
    }

    @Test("What was overwritten comes back on release")
    func previousValuesComeBack() throws {
        let free = try NodeSnapshot.fixture(
            labels: ["zone": "eu", "workload": "app"],
            taints: [Taint(key: "workload", value: "app", effect: .noSchedule), Taint(key: "z", effect: .noSchedule)])
        let claimed = try free.applying(NodePlan(free, wanted: wanted()))
        #expect(claimed.labels["workload"] == "worker")
        #expect(claimed.taintTexts == ["workload=worker:NoSchedule", "z:NoSchedule"])
        let released = try claimed.applying(NodePlan(claimed, wanted: nil))
        #expect(released.labels == free.labels && released.taintTexts == free.taintTexts)
    }

    @Test("What was there already with the same value stays on release")
    func sameValueStays() throws {
        let free = try NodeSnapshot.fixture(labels: ["zone": "eu", "workload": "worker"], taints: [worker])
        let claimed = try free.applying(NodePlan(free, wanted: wanted()))
        let released = try claimed.applying(NodePlan(claimed, wanted: nil))
        #expect(released.labels == free.labels && released.taintTexts == free.taintTexts)
    }

    @Test("A value that somebody changed since stays theirs on release")
    func changedSinceStays() throws {
        var node = try NodeSnapshot.fixture(labels: ["zone": "eu", "workload": "app"])
        node = try node.applying(NodePlan(node, wanted: wanted()))
        node.labels["workload"] = "other"
        node.taints = [Taint(key: "workload", value: "other", effect: .noSchedule).json]
        node = try node.applying(NodePlan(node, wanted: nil))
        #expect(node.labels["workload"] == "other")
        #expect(node.taintTexts == ["workload=other:NoSchedule"])
        #expect(node.labels["region"] == nil)
        #expect(try NodeSnapshot.fixture(labels: ["zone": "eu", "workload": "x"]).baseLabels["workload"] == "x")
    }

    @Test("Retain leaves labels and taints and takes the ledger away")
    func retain() throws {
        let want = try wanted(nodes("onRelease: Retain"))
        let claimed = try NodeSnapshot.fixture().applying(NodePlan(.fixture(), wanted: want))
        let released = try claimed.applying(NodePlan(claimed, wanted: nil))
        // Who holds it is true for as long as somebody does.
        #expect(claimed.labels[LabelKey.claimedBy] == "workers.pool")
        #expect(released.labels == claimed.labels.filter { $0.key != LabelKey.claimedBy })
        #expect(released.taints == claimed.taints)
        #expect(released.claimText == nil)
    }

    @Test("The ledger learns of a change from Retain to RemoveOwned and back")
    func releasePolicyChanges() throws {
        let claimed = try NodeSnapshot.fixture().applying(NodePlan(.fixture(), wanted: wanted()))
        let plan = try #require(try NodePlan(claimed, wanted: wanted(nodes("onRelease: Retain"))))
        #expect(plan.labels.isEmpty && plan.taints == nil)
        // Naming them in a merge patch, and be it with null, would take them all away.
        let patch = try plan.mergePatch(sealedBy: .test)
        #expect(patch["metadata"]?.object?.contains("labels") == false)
        #expect(patch.object?.contains("spec") == false)
        let released = try claimed.applying(plan).applying(NodePlan(claimed.applying(plan), wanted: nil))
        #expect(released.labels["workload"] == "worker")
    }

    @Test("A label or taint that somebody changes or removes is repaired, and its previous value is kept on record")
    func repair() throws {
        let free = try NodeSnapshot.fixture(labels: ["zone": "eu", "workload": "app"])
        var node = try free.applying(NodePlan(free, wanted: wanted()))
        node.labels["workload"] = "edited"
        node.labels["region"] = nil
        node.taints = []
        let plan = try #require(try NodePlan(node, wanted: wanted()))
        #expect(
            plan.repaired.map(\.description) == [
                "metadata.labels.region", "metadata.labels.workload", "spec.taints[key=workload,effect=NoSchedule]",
            ])
        node = try node.applying(plan)
        #expect(node.labels["workload"] == "worker" && node.labels["region"] == "eu")
        #expect(node.taintTexts == ["workload=worker:NoSchedule"])
        #expect(try node.applying(NodePlan(node, wanted: nil)).labels == free.labels)
    }

    @Test("A foreign taint, with fields that we do not know, goes back as it is and in its place")
    func foreignTaintsSurvive() throws {
        let foreign: JSONValue = [
            "key": "maintenance", "effect": "EffectOfTomorrow", "timeAdded": "2026-01-31T09:05:00Z", "extra": 1,
        ]
        var node = try NodeSnapshot.fixture()
        node.taints = [foreign]
        let plan = try #require(try NodePlan(node, wanted: wanted()))
        #expect(plan.taints?.first == foreign && plan.taints?.count == 2)
        var claimed = try node.applying(plan)
        claimed.taints.append(["key": "late", "effect": "NoSchedule"])
        #expect(try NodePlan(claimed, wanted: wanted()) == nil)
        let released = try claimed.applying(NodePlan(claimed, wanted: nil))
        #expect(released.taints == [foreign, ["key": "late", "effect": "NoSchedule"]])
    }

    @Test("A taint that is ours keeps the time at which it was added")
    func timeAddedStays() throws {
        var node = try NodeSnapshot.fixture().applying(NodePlan(.fixture(), wanted: wanted()))
        node.taints[0]["timeAdded"] = "2026-01-31T09:05:00Z"
        #expect(try NodePlan(node, wanted: wanted()) == nil)
    }

    @Test("The last taint of a node is taken away as a whole")
    func lastTaint() throws {
        let node = try NodeSnapshot.fixture().applying(NodePlan(.fixture(), wanted: wanted()))
        let patch = try #require(NodePlan(node, wanted: nil)).mergePatch(sealedBy: .test)
        #expect(patch["spec"]?["taints"] == JSONValue.null)
        #expect(patch["metadata"]?["annotations"]?[AnnotationKey.claim] == JSONValue.null)
    }

    @Test("A taint with an empty value and one without are the same")
    func emptyTaintValue() throws {
        let want = try wanted(nodes("labels: {}, taints: [{key: gpu, value: '', effect: NoSchedule}]"))
        var node = try NodeSnapshot.fixture().applying(NodePlan(.fixture(), wanted: want))
        #expect(node.taints == [["key": "gpu", "effect": "NoSchedule"]])
        node.taints = [["key": "gpu", "value": "", "effect": "NoSchedule"]]
        #expect(NodePlan(node, wanted: want) == nil)
    }

    @Test("Changed labels and taints of the pool change over in one patch, and what they replaced stays on record")
    func specChanges() throws {
        let free = try NodeSnapshot.fixture(labels: ["zone": "eu", "workload": "app"])
        let first = try free.applying(NodePlan(free, wanted: wanted()))
        let second = try wanted(
            nodes("labels: {workload: batch, tier: back}, regionLabelKey: site, taints: [{key: x, effect: NoExecute}]"))
        let plan = try #require(NodePlan(first, wanted: second))
        #expect(plan.repaired.isEmpty)
        let node = try first.applying(plan)
        #expect(
            node.labels == [
                "zone": "eu", "workload": "batch", "tier": "back", "site": "eu", LabelKey.claimedBy: "workers.pool",
            ])
        #expect(node.taintTexts == ["x:NoExecute"])
        #expect(try node.applying(NodePlan(node, wanted: nil)).labels == free.labels)
    }

    @Test("A key that the region's selector looks at is never written")
    func selectorKeysAreNotWritten() throws {
        let spec = "{regions: [{name: eu, nodeSelector: {matchLabels: {region: europe, workload: worker}}}]}"
        let free = try NodeSnapshot.fixture(labels: ["region": "europe", "workload": "worker"])
        let plan = try #require(try NodePlan(free, wanted: wanted(spec)))
        #expect(plan.labels.keys.sorted() == [LabelKey.claimedBy])
        #expect(plan.claim?.labels.keys.sorted() == [LabelKey.claimedBy])
    }

    @Test(
        "A label that a claim has set does not make the node the pool's, and goes when the selector comes to look at it"
    )
    func selectorTakesAKeyOver() throws {
        let free = try NodeSnapshot.fixture(labels: ["zone": "eu", "site": "mine"])
        let claimed = try free.applying(NodePlan(free, wanted: wanted(nodes("labels: {site: ours}"))))
        #expect(claimed.labels["site"] == "ours" && claimed.baseLabels == free.labels)
        let spec = "{regions: [{name: eu, nodeSelector: {matchLabels: {site: mine}}}]}"
        let taken = try claimed.applying(NodePlan(claimed, wanted: wanted(spec)))
        #expect(taken.labels["site"] == "mine")
        #expect(try taken.applying(NodePlan(taken, wanted: nil)).labels == free.labels)
    }

    @Test("A pool that was deleted and made again carries the ledger on")
    func recreatedPool() throws {
        let free = try NodeSnapshot.fixture(labels: ["zone": "eu", "workload": "app"])
        let old = try free.applying(NodePlan(free, wanted: wanted(uid: "uid-old")))
        let plan = try #require(try NodePlan(old, wanted: wanted(uid: "uid-new")))
        #expect(plan.labels.isEmpty && plan.taints == nil)
        let node = try old.applying(plan)
        #expect(node.claim?.pool.uid == "uid-new")
        #expect(try node.applying(NodePlan(node, wanted: nil)).labels == free.labels)
    }

    @Test("Keys of the cluster are neither written nor removed, whatever a ledger says")
    func reservedKeys() throws {
        let restricted = "node-restriction.kubernetes.io/tenant"
        let controlPlane = Taint(key: "node-role.kubernetes.io/control-plane", effect: .noSchedule)
        var claim = NodeClaim(pool: try RegionalWorkerPool.fixture().claimant, region: "eu", onRelease: .removeOwned)
        claim.labels = [restricted: .init(value: "a", previous: "b"), "workload": .init(value: "worker")]
        claim.taints = [
            .init(key: controlPlane.key, effect: controlPlane.effect),
            .init(key: "node.kubernetes.io/unschedulable", effect: .noSchedule, previous: .init(value: "x")),
        ]
        let node = try NodeSnapshot.fixture(
            labels: [restricted: "a", "workload": "worker"],
            taints: [controlPlane, Taint(key: "node.kubernetes.io/unschedulable", effect: .noSchedule)], claim: claim)
        #expect(node.isSealed)
        let released = try node.applying(NodePlan(node, wanted: nil))
        #expect(released.labels == [restricted: "a"] && released.taints == node.taints)
    }

    @Test("A ledger that somebody has broken is written anew; what is there then counts as found there")
    func brokenLedger() throws {
        var node = try NodeSnapshot.fixture().applying(NodePlan(.fixture(), wanted: wanted()))
        node.claimText = "{broken"
        node.claim = nil
        let mended = try node.applying(NodePlan(node, wanted: wanted()))
        #expect(mended.claim?.labels["workload"] == .init(value: "worker", previous: "worker"))
        #expect(try NodePlan(mended, wanted: wanted()) == nil)
    }

    @Test("Claim, any change by others, release: never more is lost than what they changed", arguments: 0..<200)
    func releaseRestores(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let keys = ["workload", "region", "site", "tier"]
        let values: [String?] = [nil, "a", "worker", "eu"]
        let effects = Taint.Effect.allCases
        var labels: [String: String] = ["zone": "eu"]
        for key in keys { labels[key] = values.randomElement(using: &random) ?? nil }
        let taints = ["workload", "gpu", "x"].compactMap { key -> Taint? in
            guard Bool.random(using: &random), let effect = effects.randomElement(using: &random) else { return nil }
            return Taint(key: key, value: values.randomElement(using: &random) ?? nil, effect: effect)
        }
        let free = try NodeSnapshot.fixture(labels: labels, taints: taints)
        let specs = [
            nodes("labels: {workload: worker}"), nodes("labels: {tier: a, workload: a}, regionLabelKey: site"),
            nodes("labels: {}, taints: [{key: gpu, value: a, effect: NoExecute}, {key: x, effect: NoSchedule}]"),
        ]
        var node = free
        for _ in 0..<4 {
            let spec = specs.randomElement(using: &random)
            node = try node.applying(NodePlan(node, wanted: wanted(spec)))
            #expect(try NodePlan(node, wanted: wanted(spec)) == nil)
        }
        node = try node.applying(NodePlan(node, wanted: nil))
        #expect(node.labels == free.labels)
        #expect(Set(node.taintTexts) == Set(free.taintTexts))
    }
}

/// Repeatable randomness. Source: Vigna, SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
