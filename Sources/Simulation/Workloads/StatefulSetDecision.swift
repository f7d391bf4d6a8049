internal import KubeAPI

/// What the statefulset controller does: pods with numbers, which come, go and are replaced one after the other.
///
/// Source: Kubernetes API concepts, "StatefulSets". Revisions are labels alone, without ControllerRevisions; partitions and
/// `OnDelete` are not played.
enum StatefulSetDecision {
    /// - Parameter pods: those of the namespace that it owns, and those without an owner.
    static func plan(statefulSet object: DynamicObject, pods: [DynamicObject]) -> PodSetPlan {
        let set = StatefulSetFacts(object)
        guard !object.isBeingDeleted else { return PodSetPlan() }
        let claim = Claim(pods, by: object, selector: set.selector, type: .pod)
        guard claim.adoptions.isEmpty else { return PodSetPlan(writes: claim.adoptions) }
        let owned = numbered(claim.owned, in: set)
        var plan = PodSetPlan()
        for ordinal in 0..<set.replicas {
            guard let pod = owned[ordinal] else {
                plan.writes += set.claims(of: ordinal).map { .create($0.claim, .persistentVolumeClaim) }
                plan.creations.append(set.pod(ordinal))
                if set.isParallel { continue }
                return plan
            }
            if pod.isFinished, !pod.object.isBeingDeleted { plan.writes.append(delete(pod)) }
            if !set.isParallel, !pod.isReady || pod.object.isBeingDeleted { return plan }
        }
        let surplus = owned.filter { $0.key >= set.replicas }.sorted { $0.key > $1.key }.map(\.value)
        if let first = surplus.first {
            plan.writes += (set.isParallel ? surplus : [first]).filter { !$0.object.isBeingDeleted }.map(delete)
            if !set.isParallel { return plan }
        }
        if plan == PodSetPlan(), let outdated = outdated(owned, in: set) { plan.writes.append(delete(outdated)) }
        return plan
    }

    static func status(statefulSet object: DynamicObject, pods: [DynamicObject]) -> Decision {
        let set = StatefulSetFacts(object)
        let active = numbered(pods.filter { $0.isControlled(by: object) }, in: set).values.filter(\.isActive)
        let updated = active.count(where: set.isCurrent)
        let isDone = updated == set.replicas && active.count == updated && active.allSatisfy(\.isReady)
        let before = object[path: "status", "currentRevision"]?.string
        var status = StatusFields()
        status.set("observedGeneration", always: Int(object.generation))
        status.set("replicas", always: active.count)
        status.set("readyReplicas", count: active.count(where: \.isReady))
        status.set("availableReplicas", always: active.count(where: \.isReady))
        status.set("currentReplicas", count: isDone ? updated : active.count - updated)
        status.set("updatedReplicas", count: updated)
        status.set("currentRevision", .string(isDone ? set.revision : before ?? set.revision))
        status.set("updateRevision", .string(set.revision))
        status.set("collisionCount", always: 0)
        return Decision(writes: [.status(status.json, of: object, as: .statefulSet)].compactMap(\.self))
    }

    /// The last pod of an earlier template, once those behind it are replaced and ready.
    private static func outdated(_ owned: [Int: PodFacts], in set: StatefulSetFacts) -> PodFacts? {
        for ordinal in (0..<set.replicas).reversed() {
            guard let pod = owned[ordinal], !pod.object.isBeingDeleted else { return nil }
            if !set.isCurrent(pod) { return pod }
            if !pod.isReady { return nil }
        }
        return nil
    }

    private static func numbered(_ pods: [DynamicObject], in set: StatefulSetFacts) -> [Int: PodFacts] {
        pods.map(PodFacts.init).reduce(into: [:]) { numbered, pod in
            if let ordinal = set.ordinal(of: pod) { numbered[ordinal] = pod }
        }
    }

    private static func delete(_ pod: PodFacts) -> SimulatedWrite {
        .delete(.pod, pod.object.key, uid: pod.object.uid)
    }
}
