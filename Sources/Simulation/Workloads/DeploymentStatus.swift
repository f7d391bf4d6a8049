internal import KubeAPI

/// A Deployment's status, computed from its ReplicaSets.
struct DeploymentStatus: Sendable {
    private let rollout: DeploymentDecision.Rollout
    private let now: Timestamp
    private var conditions: ConditionList
    /// How long until the roll-out counts as stuck; `nil` where it does not run or has no deadline.
    private(set) var untilDeadline: Duration?

    private static let times = ["lastUpdateTime"]

    init(_ rollout: DeploymentDecision.Rollout, now: Timestamp) {
        self.rollout = rollout
        self.now = now
        conditions = ConditionList(of: rollout.deployment.object)
        setAvailable()
        setProgressing()
        setReplicaFailure()
    }

    private var observed: Int { rollout.all.reduce(0) { $0 + $1.observedReplicas } }
    private var ready: Int { rollout.all.reduce(0) { $0 + $1.readyReplicas } }
    private var updated: Int { rollout.new?.observedReplicas ?? 0 }

    var json: JSONValue {
        let deployment = rollout.deployment
        var status = StatusFields(keeping: ["collisionCount"], of: deployment.object["status"])
        status.set("observedGeneration", always: Int(deployment.object.generation))
        status.set("replicas", count: observed)
        status.set("updatedReplicas", count: updated)
        status.set("readyReplicas", count: ready)
        status.set("availableReplicas", count: rollout.available)
        status.set("unavailableReplicas", count: max(0, rollout.total - rollout.available))
        status.set("terminatingReplicas", always: rollout.all.reduce(0) { $0 + $1.terminatingReplicas })
        status.set("conditions", conditions: conditions.conditions)
        return status.json
    }

    /// The new ReplicaSet is about to be made.
    mutating func created(_ name: String) {
        guard rollout.deployment.progressDeadline != nil else { return }
        conditions.set(
            "Progressing", true, reason: "NewReplicaSetCreated", message: "Created new replica set \"\(name)\"",
            now: now, times: Self.times)
    }

    private mutating func setAvailable() {
        let deployment = rollout.deployment
        if rollout.available >= deployment.replicas - deployment.maxUnavailable {
            conditions.setUnlessSame(
                "Available", true, reason: "MinimumReplicasAvailable",
                message: "Deployment has minimum availability.", now: now, times: Self.times)
        } else {
            conditions.setUnlessSame(
                "Available", false, reason: "MinimumReplicasUnavailable",
                message: "Deployment does not have minimum availability.", now: now, times: Self.times)
        }
    }

    private mutating func setProgressing() {
        guard let deadline = rollout.deployment.progressDeadline else {
            conditions.remove("Progressing")
            return
        }
        if rollout.deployment.isPaused {
            conditions.setUnlessSame(
                "Progressing", false, reason: "DeploymentPaused", message: "Deployment is paused", now: now,
                times: Self.times)
            // "Unknown" is what Kubernetes says of a roll-out that nobody drives.
            conditions.setStatus("Progressing", to: "Unknown")
            return
        }
        if conditions.reason("Progressing") == "DeploymentPaused" { conditions.remove("Progressing") }
        // A finished roll-out stays finished when a pod fails later or the number of replicas changes.
        if updated == observed, conditions.reason("Progressing") == "NewReplicaSetAvailable" { return }
        let name = rollout.new?.object.name ?? rollout.deployment.object.name
        if isComplete {
            conditions.setUnlessSame(
                "Progressing", true, reason: "NewReplicaSetAvailable",
                message: "ReplicaSet \"\(name)\" has successfully progressed.", now: now, times: Self.times)
        } else if hasMoved || conditions["Progressing"] == nil {
            conditions.set(
                "Progressing", true, reason: "ReplicaSetUpdated", message: "ReplicaSet \"\(name)\" is progressing.",
                now: now, times: Self.times)
            untilDeadline = deadline
        } else {
            checkDeadline(deadline, name: name)
        }
    }

    private mutating func checkDeadline(_ deadline: Duration, name: String) {
        guard conditions.isTrue("Progressing") else { return }
        let last = conditions["Progressing"]?["lastUpdateTime"]?.string.flatMap { Timestamp(rfc3339: $0) } ?? now
        let rest = (last + deadline) - now
        guard rest < .zero else {
            // One second more: the condition's time has lost its fraction.
            untilDeadline = rest + .seconds(1)
            return
        }
        conditions.set(
            "Progressing", false, reason: "ProgressDeadlineExceeded",
            message: "ReplicaSet \"\(name)\" has timed out progressing.", now: now, times: Self.times)
    }

    private var isComplete: Bool {
        let replicas = rollout.deployment.replicas
        return rollout.new != nil && updated == replicas && observed == replicas && rollout.available == replicas
    }

    /// Something of the roll-out has come further since the status was last written.
    private var hasMoved: Bool {
        func before(_ field: String) -> Int {
            rollout.deployment.object[path: "status", field]?.integer.map(Int.init) ?? 0
        }
        let oldBefore = before("replicas") - before("updatedReplicas")
        return updated > before("updatedReplicas") || observed - updated < oldBefore
            || ready > before("readyReplicas") || rollout.available > before("availableReplicas")
    }

    /// A ReplicaSet that cannot make its pods says why; the new one's word counts before the old ones'.
    private mutating func setReplicaFailure() {
        let candidates = (rollout.new.map { [$0] } ?? []) + rollout.old.reversed()
        let failure = candidates.lazy.compactMap { replicaSet -> JSONValue? in
            let list = ConditionList(of: replicaSet.object)
            return list.isTrue("ReplicaFailure") ? list["ReplicaFailure"] : nil
        }.first
        guard let failure else {
            conditions.remove("ReplicaFailure")
            return
        }
        conditions.setUnlessSame(
            "ReplicaFailure", true, reason: failure["reason"]?.string ?? "",
            message: failure["message"]?.string ?? "", now: now, times: Self.times)
    }
}
