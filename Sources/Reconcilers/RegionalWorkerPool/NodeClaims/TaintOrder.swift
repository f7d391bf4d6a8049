package import KubeAPI

/// In which order pods and nodes come to a taint: first the pods tolerate it, then the node gets it.
///
/// A `NoExecute` taint evicts at once and past every budget whoever does not tolerate it. What the pods of a region
/// tolerate can't be changed while they run, so it takes a roll-out of their Deployment. The other way round the
/// Deployment tolerates a taint for as long as a node carries it: see `PoolInputs.carriedTaints`.
struct TaintOrder: Sendable {
    private let deployment: Deployment?
    private let tolerations: [Toleration]

    /// - Parameter deployment: the region's as it is in the cluster; `nil` where there is none, and so no pod.
    init(_ deployment: Deployment?) {
        self.deployment = deployment
        tolerations = Toleration.all(in: deployment?.spec.template["spec"])
    }

    /// What of the taints has to wait.
    func hold(of taints: [Taint], in region: String) -> TaintHold {
        guard deployment != nil, hasPods else { return TaintHold() }
        var hold = TaintHold()
        for taint in taints {
            let isTolerated = tolerations.contains { $0.tolerates(taint) }
            if isTolerated, taint.effect != .noExecute || isEveryPodUpdated { continue }
            hold.pending.append(
                PendingTaint(
                    taint: taint, region: region, toleratingPods: isTolerated ? updatedPods : 0, pods: pods,
                    isInTemplate: isTolerated))
        }
        return hold
    }

    private var pods: Int { deployment?.status?.replicas ?? 0 }
    private var updatedPods: Int { deployment?.isObserved == true ? deployment?.status?.updatedReplicas ?? 0 : 0 }

    /// A status of an earlier spec may know of fewer pods than there are.
    private var hasPods: Bool {
        pods > 0 || (deployment?.spec.replicas ?? 1) > 0 || deployment?.isObserved != true
    }

    /// Pods that are being deleted don't count here, as they don't in the status: an eviction changes nothing for them.
    private var isEveryPodUpdated: Bool { deployment?.isObserved == true && updatedPods >= pods }
}

/// A taint of a region that waits for its pods.
package struct PendingTaint: Sendable, Hashable {
    package var taint: Taint
    package var region: String
    package var toleratingPods: Int
    package var pods: Int
    /// Whether new pods of the region tolerate it; then it is kept from nodes only on which older ones may run.
    package var isInTemplate: Bool
}

/// The taints that nodes of a region must not be given yet.
struct TaintHold: Sendable, Hashable {
    var pending: [PendingTaint] = []

    /// - Parameter mayHavePods: whether pods of the region may run on the node.
    func withheld(mayHavePods: Bool) -> [Taint] {
        pending.filter { mayHavePods || !$0.isInTemplate }.map(\.taint)
    }
}
