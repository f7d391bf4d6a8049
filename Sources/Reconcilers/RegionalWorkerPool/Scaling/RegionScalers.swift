package import KubeAPI

/// What scales a region now: its HorizontalPodAutoscaler, whoever made it, and its ScaledObject.
package struct RegionScalers: Sendable, Hashable {
    /// Whose an autoscaler is.
    package enum Holder: Sendable, Hashable {
        case pool
        /// KEDA's, by a ScaledObject of the autoscaler's own name.
        case keda
        case other
    }

    package var autoscaler: DynamicObject?
    package var scaledObject: DynamicObject?
    /// UID of the pool, which tells its autoscalers from those of others.
    package var poolUID: String
    /// The pods that the live Deployment wants; `nil` where there is none.
    package var replicas: Int?

    package init(
        autoscaler: DynamicObject? = nil, scaledObject: DynamicObject? = nil, poolUID: String, replicas: Int? = nil
    ) {
        self.autoscaler = autoscaler
        self.scaledObject = scaledObject
        self.poolUID = poolUID
        self.replicas = replicas
    }

    package var holder: Holder? {
        guard let autoscaler else { return nil }
        guard let controller = autoscaler.ownerReferences.first(where: { $0.controller == true }) else { return .other }
        if controller.uid == poolUID { return .pool }
        let isKEDA =
            controller.kind == ResourceType.scaledObject.kind && controller.name == autoscaler.name
            && controller.apiVersion.hasPrefix("\(ResourceType.scaledObject.group)/")
        return isKEDA ? .keda : .other
    }

    /// Whether anything of the pool's scales the region, or may begin to.
    var isScaling: Bool { scaledObject != nil || holder == .pool || holder == .keda }
}
