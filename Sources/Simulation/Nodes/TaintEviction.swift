internal import KubeAPI

/// How long pods stay on nodes that have `NoExecute` taints.
///
/// Source: Kubernetes, "Taint based Evictions"; kube-controller-manager, tainteviction.
enum TaintEviction {
    /// - Returns: `nil` where the pod stays for good.
    static func stay(of pod: PodFacts, on node: NodeFacts) -> Duration? {
        let tolerations = Toleration.all(in: pod.spec)
        var stay: Duration?
        for taint in node.taints where taint.effect == .noExecute {
            // The first one that fits decides.
            guard let toleration = tolerations.first(where: { $0.tolerates(taint) }) else { return .zero }
            guard let seconds = toleration.seconds else { continue }
            stay = min(stay ?? .seconds(seconds), .seconds(max(0, seconds)))
        }
        return stay
    }

    /// - Parameter since: when the pod's stay began to be limited.
    static func decide(pod: PodFacts, node: NodeFacts, since: Timestamp, now: Timestamp) -> Decision {
        guard pod.isActive, let stay = stay(of: pod, on: node) else { return .nothing }
        let rest = (since + stay) - now
        if rest > .zero { return Decision(checkAgain: rest) }
        return Decision(writes: [
            .event(
                SimulatedEvent(
                    regarding: pod.object, reason: "TaintManagerEviction", action: "Deleting",
                    note: "Marking for deletion Pod \(pod.object.key)")),
            .delete(.pod, pod.object.key, uid: pod.object.uid),
        ])
    }
}
