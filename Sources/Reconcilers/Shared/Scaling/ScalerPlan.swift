package import KubeAPI

/// What has to become of the scalers of a workload: pure, so that every step from one scaler to another can be tested.
///
/// A workload is never without the pods that it has: before one scaler goes the number of pods is nobody's but the
/// cluster's, and the next one takes it up from there. See docs/decisions/0007-scalers-change-hands.md.
package struct ScalerPlan: Sendable, Hashable {
    package enum Autoscaler: Sendable, Hashable {
        case none
        case written
        /// It goes on as it is until KEDA takes it over.
        case held
    }

    /// What the workload is to say; `nil` leaves the number to whoever scales.
    package var replicas: Int?
    package var autoscaler = Autoscaler.none
    package var hasScaledObject = false
    /// Somebody else's scaler has the number, and nothing of ours is begun beside it.
    package var isLeft = false
    /// An autoscaler that KEDA has left behind and nothing else will delete.
    package var orphan: DynamicObject?
    /// Pods to begin with: an HPA does nothing with a Deployment of 0.
    package var firstReplicas: Int?
    /// What has to go before the workload can be scaled as it is to be.
    package var obstacle: String?

    package init(for target: ScaleTarget, by scaler: Scaler, live: LiveScalers?, isKEDAServed: Bool) {
        if let live, !live.foreign.isEmpty, !live.isScaling {
            // Two scalers of one workload fight. See docs/decisions/0027-scalers-of-others.md.
            isLeft = true
            replicas = live.beginning(scaler == .fixed ? target.replicas : max(target.minReplicas, 1))
            return
        }
        // KEDA is gone with all ScaledObjects, and garbage collection may not know their kind any more.
        let isOrphaned = live?.holder == .keda && !isKEDAServed
        switch scaler {
        case .fixed:
            if isOrphaned { orphan = live?.autoscaler }
            // Whoever still scales would fight for the number.
            if let live, live.isScaling {
                obstacle = live.obstacle
            } else {
                replicas = target.replicas
            }
        case .hpa:
            if live?.holder == .keda, !isOrphaned {
                obstacle = live?.obstacle
            } else {
                if isOrphaned { orphan = live?.autoscaler }
                autoscaler = .written
                if live?.replicas == 0, live?.holder != .own { firstReplicas = max(target.minReplicas, 1) }
            }
        case .keda:
            // KEDA would take over whatever autoscaler has that name.
            if live?.holder == .other, live?.scaledObject == nil {
                obstacle = live?.obstacle
                return
            }
            hasScaledObject = true
            if live?.holder == .own { autoscaler = .held }
        }
    }
}

extension LiveScalers {
    /// The number that a workload begins with that others scale; `nil` once it is theirs.
    ///
    /// An HPA leaves a workload of 0 pods alone. One that its owner wants at 0 is given the 0 for that reason, and one that somebody
    /// else has set to 0 would stay there.
    fileprivate func beginning(_ wanted: Int) -> Int? {
        guard let replicas else { return wanted }
        let areAutoscalers = !foreign.contains { $0.mayWantNone }
        return areAutoscalers && (replicas == 0 || wanted == 0) ? wanted : nil
    }

    fileprivate var obstacle: String? {
        let object = scaledObject ?? autoscaler
        return object.map { object in
            let finalizers = object.finalizers
            let waits = object.isBeingDeleted && !finalizers.isEmpty
            return "\(object.kind) \(object.key)\(waits ? " (held by \(finalizers.joined(separator: ", ")))" : "")"
        }
    }
}
