internal import KubeAPI

/// What the deployment controller does: ReplicaSets by template, one replacing the other by the Deployment's strategy.
///
/// Source: Kubernetes API concepts, "Deployments". A Deployment that is scaled in the middle of a roll-out grows by its
/// new ReplicaSet alone, where Kubernetes shares the growth out among all of them.
enum DeploymentDecision {
    /// A Deployment and the ReplicaSets that are its own, the new one apart.
    struct Rollout: Sendable {
        var deployment: DeploymentFacts
        /// The one whose template is the Deployment's.
        var new: ReplicaSetFacts?
        /// From old to young.
        var old: [ReplicaSetFacts]

        var all: [ReplicaSetFacts] { old + (new.map { [$0] } ?? []) }
        var total: Int { all.reduce(0) { $0 + $1.replicas } }
        var available: Int { all.reduce(0) { $0 + $1.availableReplicas } }

        init(_ deployment: DeploymentFacts, owned: [DynamicObject]) {
            let sorted = owned.map(ReplicaSetFacts.init).sorted {
                ($0.object.creationTimestamp ?? .init(secondsSinceEpoch: 0), $0.object.name)
                    < ($1.object.creationTimestamp ?? .init(secondsSinceEpoch: 0), $1.object.name)
            }
            self.deployment = deployment
            // The oldest one, as in Kubernetes, should there be two of the same template.
            new = sorted.first { Self.isSame($0.bareTemplate, deployment.template) }
            let newUID = new?.object.uid
            old = sorted.filter { $0.object.uid != newUID }
        }

        private static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool { bare(left) == bare(right) }

        /// `creationTimestamp: null` and the like come and go with the writer.
        private static func bare(_ template: JSONValue) -> JSONValue {
            var bare = template
            let metadata = template["metadata"]?.object ?? [:]
            bare["metadata"] = .object(metadata.filter { !$0.value.isNull && $0.value != .object([:]) })
            return bare
        }
    }

    /// - Parameter replicaSets: all of the Deployment's namespace.
    static func decide(deployment object: DynamicObject, replicaSets: [DynamicObject], now: Timestamp) -> Decision {
        let deployment = DeploymentFacts(object)
        guard !object.isBeingDeleted else { return .nothing }
        let claim = Claim(replicaSets, by: object, selector: deployment.selector, type: .replicaSet)
        // Adopted ones count from the next look on.
        guard claim.adoptions.isEmpty else { return Decision(writes: claim.adoptions) }
        let rollout = Rollout(deployment, owned: claim.owned)
        var decision = Decision()
        if rollout.new == nil, !deployment.isPaused, isClear(rollout) {
            let replicaSet = newReplicaSet(rollout)
            let isTaken = replicaSets.contains { $0.name == replicaSet.name }
            decision.writes += isTaken ? [collision(deployment)] : creation(replicaSet, rollout, now: now)
            return decision
        }
        decision.writes += DeploymentScaling.writes(rollout)
        decision.writes += revisionWrites(rollout)
        if decision.writes.isEmpty { decision.writes += historyWrites(rollout) }
        let status = DeploymentStatus(rollout, now: now)
        if let write = SimulatedWrite.status(status.json, of: object, as: .deployment) { decision.writes.append(write) }
        decision.checkAgain = status.untilDeadline
        return decision
    }

    /// `Recreate` makes no pod before the last of the old ones is gone.
    private static func isClear(_ rollout: Rollout) -> Bool {
        guard rollout.deployment.strategy == .recreate else { return true }
        return rollout.old.allSatisfy {
            $0.replicas == 0 && $0.observedReplicas == 0 && $0.terminatingReplicas == 0
        }
    }

    private static func creation(
        _ replicaSet: DynamicObject, _ rollout: Rollout, now: Timestamp
    ) -> [SimulatedWrite] {
        let deployment = rollout.deployment
        var status = DeploymentStatus(rollout, now: now)
        status.created(replicaSet.name)
        let count = replicaSet[path: "spec", "replicas"]?.integer ?? 0
        let event = SimulatedEvent(
            regarding: deployment.object, reason: "ScalingReplicaSet", action: "ScalingReplicaSet",
            note: "Scaled up replica set \(replicaSet.name) from 0 to \(count)")
        return [.create(replicaSet, .replicaSet), count > 0 ? .event(event) : nil].compactMap { $0 }
            + ([SimulatedWrite.status(status.json, of: deployment.object, as: .deployment)].compactMap { $0 })
    }

    /// Another ReplicaSet has the name: the next hash includes a count, so that the name is another one.
    private static func collision(_ deployment: DeploymentFacts) -> SimulatedWrite {
        .patch(
            .deployment, deployment.object.key,
            ["status": ["collisionCount": .integer(Int64(deployment.collisionCount + 1))]], subresource: "status")
    }

    static func newReplicaSet(_ rollout: Rollout) -> DynamicObject {
        let deployment = rollout.deployment
        let hash = deployment.templateHash
        var template = deployment.template
        template[path: ["metadata", "labels", ReplicaSetFacts.hashLabel]] = .string(hash)
        var selector = deployment.object[path: "spec", "selector"] ?? .object([:])
        selector[path: ["matchLabels", ReplicaSetFacts.hashLabel]] = .string(hash)
        let room = max(0, deployment.replicas + deployment.maxSurge - rollout.total)
        let replicas = deployment.strategy == .recreate ? deployment.replicas : min(deployment.replicas, room)
        var spec = JSONObject([
            ("replicas", .integer(Int64(replicas))), ("selector", selector), ("template", template),
        ])
        if deployment.minReadySeconds > 0 { spec["minReadySeconds"] = .integer(Int64(deployment.minReadySeconds)) }
        let revision = (rollout.old.map(\.revision).max() ?? 0) + 1
        return DynamicObject(
            [
                "apiVersion": "apps/v1",
                "kind": "ReplicaSet",
                "metadata": [
                    "name": .string("\(deployment.object.name)-\(hash)"),
                    "namespace": .string(deployment.object.namespace),
                    "labels": template[path: ["metadata", "labels"]] ?? .object([:]),
                    "annotations": .object(annotations(deployment, revision: revision)),
                    "ownerReferences": [deployment.object.asController()],
                ],
                "spec": .object(spec),
            ] as JSONObject)
    }

    private static func annotations(_ deployment: DeploymentFacts, revision: Int) -> JSONObject {
        var annotations = JSONObject()
        for (key, value) in deployment.object.annotations.sorted(by: { $0.key < $1.key })
        where key != "kubectl.kubernetes.io/last-applied-configuration" && !key.hasPrefix("deployment.kubernetes.io/") {
            annotations[key] = .string(value)
        }
        annotations[ReplicaSetFacts.desiredAnnotation] = .string(String(deployment.replicas))
        annotations[ReplicaSetFacts.maxAnnotation] = .string(String(deployment.replicas + deployment.maxSurge))
        annotations[ReplicaSetFacts.revisionAnnotation] = .string(String(revision))
        return annotations
    }

    /// The new ReplicaSet carries the highest revision, after a roll-back too, and the Deployment the same.
    private static func revisionWrites(_ rollout: Rollout) -> [SimulatedWrite] {
        guard let new = rollout.new else { return [] }
        let revision = max(new.revision, (rollout.old.map(\.revision).max() ?? 0) + 1)
        func patch(_ type: ResourceType, _ object: DynamicObject) -> SimulatedWrite? {
            guard object.annotations[ReplicaSetFacts.revisionAnnotation] != String(revision) else { return nil }
            let annotations = JSONObject([(ReplicaSetFacts.revisionAnnotation, .string(String(revision)))])
            return .patch(type, object.key, ["metadata": ["annotations": .object(annotations)]])
        }
        return [patch(.replicaSet, new.object), patch(.deployment, rollout.deployment.object)].compactMap { $0 }
    }

    /// Empty ReplicaSets beyond the history's limit go, the oldest first.
    private static func historyWrites(_ rollout: Rollout) -> [SimulatedWrite] {
        let idle = rollout.old.filter { $0.replicas == 0 && $0.observedReplicas == 0 && !$0.object.isBeingDeleted }
            .sorted { $0.revision < $1.revision }
        return idle.dropLast(rollout.deployment.revisionHistoryLimit).map {
            .delete(.replicaSet, $0.object.key, uid: $0.object.uid)
        }
    }
}
