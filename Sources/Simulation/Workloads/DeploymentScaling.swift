internal import KubeAPI

/// How many pods each ReplicaSet of a Deployment is to have next.
enum DeploymentScaling {
    static func writes(_ rollout: DeploymentDecision.Rollout) -> [SimulatedWrite] {
        let sizes = rollout.deployment.isPaused ? pausedSizes(rollout) : sizes(rollout)
        return rollout.all.flatMap { replicaSet -> [SimulatedWrite] in
            let size = sizes[replicaSet.object.uid] ?? replicaSet.replicas
            return write(replicaSet, size: size, rollout)
        }
    }

    /// Sizes by UID; a ReplicaSet that is not named keeps its own.
    static func sizes(_ rollout: DeploymentDecision.Rollout) -> [String: Int] {
        guard rollout.deployment.strategy == .recreate else { return rollingSizes(rollout) }
        var sizes = Dictionary(rollout.old.map { ($0.object.uid, 0) }, uniquingKeysWith: { first, _ in first })
        let isClear = rollout.old.allSatisfy { $0.observedReplicas == 0 && $0.terminatingReplicas == 0 }
        if let new = rollout.new, isClear || new.replicas > 0 { sizes[new.object.uid] = rollout.deployment.replicas }
        return sizes
    }

    /// A paused Deployment still follows its number of replicas, as long as one ReplicaSet has all pods.
    private static func pausedSizes(_ rollout: DeploymentDecision.Rollout) -> [String: Int] {
        let active = rollout.all.filter { $0.replicas > 0 }
        guard active.count <= 1, let only = active.first ?? rollout.new ?? rollout.old.last else { return [:] }
        return [only.object.uid: rollout.deployment.replicas]
    }

    private static func rollingSizes(_ rollout: DeploymentDecision.Rollout) -> [String: Int] {
        let deployment = rollout.deployment
        guard let new = rollout.new else { return [:] }
        if new.replicas > deployment.replicas { return [new.object.uid: deployment.replicas] }
        let room = deployment.replicas + deployment.maxSurge - rollout.total
        if new.replicas < deployment.replicas, room > 0 {
            return [new.object.uid: new.replicas + min(room, deployment.replicas - new.replicas)]
        }
        return shrunkSizes(rollout, new: new)
    }

    /// Takes pods from old ReplicaSets as far as enough others are available: first those that are not available
    /// anyway, then the oldest.
    private static func shrunkSizes(_ rollout: DeploymentDecision.Rollout, new: ReplicaSetFacts) -> [String: Int] {
        let deployment = rollout.deployment
        let minAvailable = deployment.replicas - deployment.maxUnavailable
        let newUnavailable = max(0, new.replicas - new.availableReplicas)
        var broken = rollout.total - minAvailable - newUnavailable
        var sizes: [String: Int] = [:]
        for replicaSet in rollout.old where broken > 0 && replicaSet.replicas > 0 {
            let taken = min(broken, max(0, replicaSet.replicas - replicaSet.availableReplicas))
            guard taken > 0 else { continue }
            sizes[replicaSet.object.uid] = replicaSet.replicas - taken
            broken -= taken
        }
        var spare = min(broken, rollout.available - minAvailable)
        for replicaSet in rollout.old where spare > 0 {
            let size = sizes[replicaSet.object.uid] ?? replicaSet.replicas
            let taken = min(spare, size)
            guard taken > 0 else { continue }
            sizes[replicaSet.object.uid] = size - taken
            spare -= taken
        }
        return sizes
    }

    private static func write(
        _ replicaSet: ReplicaSetFacts, size: Int, _ rollout: DeploymentDecision.Rollout
    ) -> [SimulatedWrite] {
        let deployment = rollout.deployment
        let object = replicaSet.object
        let wanted = [
            ReplicaSetFacts.desiredAnnotation: String(deployment.replicas),
            ReplicaSetFacts.maxAnnotation: String(deployment.replicas + deployment.maxSurge),
        ]
        let isAnnotated = size == 0 || wanted.allSatisfy { object.annotations[$0.key] == $0.value }
        guard size != replicaSet.replicas || !isAnnotated else { return [] }
        let annotations = JSONObject(wanted.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
        let patch = SimulatedWrite.patch(
            .replicaSet, object.key,
            [
                "metadata": [
                    "resourceVersion": .string(object.resourceVersion), "annotations": .object(annotations),
                ],
                "spec": ["replicas": .integer(Int64(size))],
            ])
        guard size != replicaSet.replicas else { return [patch] }
        let direction = size > replicaSet.replicas ? "up" : "down"
        let event = SimulatedEvent(
            regarding: deployment.object, reason: "ScalingReplicaSet", action: "ScalingReplicaSet",
            note: "Scaled \(direction) replica set \(object.name) from \(replicaSet.replicas) to \(size)")
        return [patch, .event(event)]
    }
}
