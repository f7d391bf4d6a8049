internal import KubeAPI

/// What the replicaset controller does: as many pods from the template as wanted.
enum ReplicaSetDecision {
    /// - Parameter pods: those of the namespace that it owns, and those without an owner.
    static func plan(replicaSet object: DynamicObject, pods: [DynamicObject]) -> PodSetPlan {
        let replicaSet = ReplicaSetFacts(object)
        guard !object.isBeingDeleted else { return PodSetPlan() }
        let claim = Claim(pods, by: object, selector: replicaSet.selector, type: .pod)
        guard claim.adoptions.isEmpty else { return PodSetPlan(writes: claim.adoptions) }
        let active = claim.owned.map(PodFacts.init).filter(\.isActive)
        let missing = replicaSet.replicas - active.count
        if missing > 0 {
            return PodSetPlan(
                creations: Array(repeating: pod(of: object, template: replicaSet.template), count: missing))
        }
        let victims = active.sorted(by: goesFirst).prefix(-missing)
        return PodSetPlan(writes: victims.map { .delete(.pod, $0.object.key, uid: $0.object.uid) })
    }

    /// - Parameter failure: the API server's words where it refused a pod just now.
    static func status(
        replicaSet object: DynamicObject, pods: [DynamicObject], failure: String?, now: Timestamp
    ) -> Decision {
        let replicaSet = ReplicaSetFacts(object)
        let owned = pods.filter { $0.isControlled(by: object) }.map(PodFacts.init)
        let active = owned.filter(\.isActive)
        let waits = active.map { $0.untilAvailable(minReadySeconds: replicaSet.minReadySeconds, now: now) }
        let labels = templateLabels(replicaSet)
        var conditions = ConditionList(of: object)
        let missing = replicaSet.replicas - active.count
        if let failure {
            // The first refusal stays until it is over: the name in it changes with every attempt.
            conditions.setUnlessSame(
                "ReplicaFailure", true, reason: missing >= 0 ? "FailedCreate" : "FailedDelete", message: failure,
                now: now)
        } else if missing <= 0 {
            conditions.remove("ReplicaFailure")
        }
        var status = StatusFields()
        status.set("replicas", always: active.count)
        status.set(
            "fullyLabeledReplicas", count: active.count { LabelSelector.matching(labels).matches($0.object.labels) })
        status.set("readyReplicas", count: waits.count { $0 != nil })
        status.set("availableReplicas", count: waits.count { $0 == .zero })
        status.set("terminatingReplicas", always: owned.count { $0.object.isBeingDeleted && !$0.isFinished })
        status.set("observedGeneration", always: Int(object.generation))
        status.set("conditions", conditions: conditions.conditions)
        let write = SimulatedWrite.status(status.json, of: object, as: .replicaSet)
        return Decision(
            writes: write.map { [$0] } ?? [], checkAgain: waits.compactMap { $0 }.filter { $0 > .zero }.min())
    }

    /// A pod from a template, named by the API server.
    static func pod(of owner: DynamicObject, template: JSONValue) -> DynamicObject {
        var metadata = JSONObject([
            ("generateName", .string("\(owner.name)-")), ("namespace", .string(owner.namespace)),
            ("ownerReferences", .array([owner.asController()])),
        ])
        for field in ["labels", "annotations", "finalizers"] { metadata[field] = template[path: ["metadata", field]] }
        return DynamicObject(
            [
                "apiVersion": "v1", "kind": "Pod", "metadata": .object(metadata),
                "spec": template["spec"] ?? .object([:]),
            ] as JSONObject)
    }

    private static func templateLabels(_ replicaSet: ReplicaSetFacts) -> [String: String] {
        var labels: [String: String] = [:]
        for (key, value) in replicaSet.template[path: ["metadata", "labels"]]?.object ?? [:] {
            labels[key] = value.string
        }
        return labels
    }

    /// Pods that do less go first. Source: Kubernetes, "ReplicaSet", scaling down.
    private static func goesFirst(_ left: PodFacts, _ right: PodFacts) -> Bool {
        func rank(_ pod: PodFacts) -> (Int, Int, Int, Int) {
            let phases = ["Pending": 0, "Unknown": 1]
            let cost = pod.object.annotations["controller.kubernetes.io/pod-deletion-cost"].flatMap { Int($0) } ?? 0
            return (pod.nodeName == nil ? 0 : 1, phases[pod.phase] ?? 2, pod.isReady ? 1 : 0, cost)
        }
        let (leftRank, rightRank) = (rank(left), rank(right))
        if leftRank != rightRank { return leftRank < rightRank }
        // The younger one goes.
        let never = Timestamp(secondsSinceEpoch: 0)
        return (left.object.creationTimestamp ?? never, left.object.name)
            > (right.object.creationTimestamp ?? never, right.object.name)
    }
}
