internal import KubeAPI

/// A warning of the cluster's about a pod or a claim. Source: Kubernetes API reference, Event events.k8s.io/v1.
struct Warning: Sendable, Hashable {
    var kind: String
    var name: String
    var uid: String
    /// Such as `FailedMount`.
    var reason: String
    var note: String
    /// When it was seen last, as RFC 3339.
    var time: String

    init(kind: String, name: String, uid: String = "", reason: String, note: String, time: String = "") {
        self.kind = kind
        self.name = name
        self.uid = uid
        self.reason = reason
        self.note = note
        self.time = time
    }

    /// `nil` where it has no words.
    init?(_ event: CachedObject) {
        let regarding = event.value(at: "regarding")
        guard let kind = regarding?["kind"]?.string, let name = regarding?["name"]?.string,
            let note = event.value(at: "note")?.string, !note.isEmpty
        else { return nil }
        // The older recorder, the kubelet's, leaves the new times empty.
        let times = [
            event.value(at: "series", "lastObservedTime"), event.value(at: "deprecatedLastTimestamp"),
            event.value(at: "eventTime"), event.value(at: "metadata", "creationTimestamp"),
        ]
        self.init(
            kind: kind, name: name, uid: regarding?["uid"]?.string ?? "",
            reason: event.value(at: "reason")?.string ?? "Warning", note: note,
            time: times.lazy.compactMap { $0?.string }.first ?? "")
    }

    /// What is said in the status.
    var words: String { "\(kind) \(name): \(reason): \(note.split(separator: "\n").joined(separator: " "))" }

    /// The pod can't start, because of this.
    var stopsStart: Bool { reason != Self.probeFailed }

    /// A Secret, ConfigMap or claim that the pod names is not there.
    var namesMissingObject: Bool {
        note.contains("not found") && ["secret", "configmap", "persistentvolumeclaim"].contains(where: note.contains)
    }

    fileprivate static let probeFailed = "Unhealthy"
    /// What is said better elsewhere: by the pod's condition `PodScheduled`, and by the states of its containers.
    fileprivate static let saidElsewhere: Set = ["FailedScheduling", "BackOff", "Failed"]
}

extension Collection<Warning> {
    /// The newest warning that still holds of a component's first waiting pod that has one; else one of its claims.
    func telling(of component: ComponentObservation) -> Warning? {
        for pod in component.pods.waiting {
            let known = filter { $0.kind == "Pod" && $0.uid == pod.metadata.uid && pod.isStill(heldUpBy: $0) }
            if let newest = known.newest { return newest }
        }
        let (kind, owner) = (component.component.podOwnerKind, component.podOwner)
        if component.pods.waiting.isEmpty { return filter { $0.kind == kind && $0.name == owner }.newest }
        guard component.pods.waiting.contains(where: { $0.spec?.nodeName == nil }) else { return nil }
        let (own, all) = (component.component, component.component.volumes)
        let claims = Set(all.compactMap(\.existingClaim) + own.ownVolumes.flatMap(own.claimNames))
        return filter { $0.kind == "PersistentVolumeClaim" && claims.contains($0.name) }.newest
    }

    private var newest: Warning? { self.max { ($0.time, $0.note) < ($1.time, $1.note) } }
}

extension Collection<Pod> {
    /// Those that are on their way to serve, by name.
    var waiting: [Pod] {
        filter { !$0.isReady && !$0.hasEnded && !$0.metadata.isBeingDeleted }
            .sorted { ($0.metadata.name ?? "") < ($1.metadata.name ?? "") }
    }
}

extension Pod {
    /// Events tell what was. A failed mount matters until the pod's sandbox is there, a failed probe while a container runs.
    fileprivate func isStill(heldUpBy warning: Warning) -> Bool {
        if Warning.saidElsewhere.contains(warning.reason) { return false }
        let containers = (status?.initContainerStatuses ?? []) + (status?.containerStatuses ?? [])
        let hasStarted = containers.contains { $0.state?.running != nil || $0.state?.terminated != nil }
        if warning.reason == Warning.probeFailed { return hasStarted }
        return !hasStarted && status?.conditions?.status(of: "PodReadyToStartContainers") != .true
    }
}
