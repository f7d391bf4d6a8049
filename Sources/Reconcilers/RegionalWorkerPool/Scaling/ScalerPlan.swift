package import KubeAPI

/// What has to become of the scalers of a region: pure, so that every step from one scaler to another can be tested.
///
/// A region is never without the pods that it has: before one scaler goes the number of pods is nobody's but the
/// cluster's, and the next one takes it up from there. See docs/decisions/0007-scalers-change-hands.md.
package struct ScalerPlan: Sendable, Hashable {
    package enum Autoscaler: Sendable, Hashable {
        case none
        case written
        /// It goes on as it is until KEDA takes it over.
        case held
    }

    /// What the Deployment is to say; `nil` leaves the number to whoever scales.
    package var replicas: Int?
    package var autoscaler = Autoscaler.none
    package var hasScaledObject = false
    /// An autoscaler that KEDA has left behind and nothing else will delete.
    package var orphan: DynamicObject?
    /// Pods to begin with: an HPA does nothing with a Deployment of 0.
    package var firstReplicas: Int?
    /// What has to go before the region can be scaled as it is to be.
    package var obstacle: String?

    package init(
        for region: Region, by scaler: RegionalWorkerPool.Scaler, live: RegionScalers?, isKEDAServed: Bool
    ) {
        // KEDA is gone with all ScaledObjects, and garbage collection may not know their kind any more.
        let isOrphaned = live?.holder == .keda && !isKEDAServed
        switch scaler {
        case .fixed:
            if isOrphaned { orphan = live?.autoscaler }
            // Whoever still scales would fight for the number.
            if let live, live.isScaling {
                obstacle = live.obstacle
            } else {
                replicas = region.replicas
            }
        case .hpa:
            if live?.holder == .keda, !isOrphaned {
                obstacle = live?.obstacle
            } else {
                if isOrphaned { orphan = live?.autoscaler }
                autoscaler = .written
                if live?.replicas == 0, live?.holder != .pool { firstReplicas = max(region.minReplicas, 1) }
            }
        case .keda:
            hasScaledObject = true
            if live?.holder == .pool { autoscaler = .held }
        }
    }
}

extension RegionScalers {
    fileprivate var obstacle: String? {
        let object = scaledObject ?? autoscaler
        return object.map { object in
            let finalizers = object.finalizers
            let waits = object.isBeingDeleted && !finalizers.isEmpty
            return "\(object.kind) \(object.key)\(waits ? " (held by \(finalizers.joined(separator: ", ")))" : "")"
        }
    }
}
