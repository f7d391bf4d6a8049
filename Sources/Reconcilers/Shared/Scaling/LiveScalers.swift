package import KubeAPI

/// What scales a workload of ours now: its HorizontalPodAutoscaler, whoever made it, its ScaledObject, and scalers of others.
package struct LiveScalers: Sendable, Hashable {
    /// Whose an autoscaler is.
    package enum Holder: Sendable, Hashable {
        case own
        /// KEDA's, by a ScaledObject of the autoscaler's own name.
        case keda
        case other
    }

    /// That of the workload's name.
    package var autoscaler: DynamicObject?
    /// The operator's own.
    package var scaledObject: DynamicObject?
    /// Those of somebody else that scale the workload, too.
    package var foreign: [ForeignScaler] = []
    /// VerticalPodAutoscalers that change its pods: they leave the number alone.
    package var vertical: [ForeignScaler] = []
    /// UID of the owner, which tells its autoscalers from those of others.
    package var ownerUID: String
    /// The autoscaler names no controller, and the operator has made it.
    package var isAutoscalerMade = false
    /// The pods that the live workload wants; `nil` where there is none.
    package var replicas: Int?

    package init(
        autoscaler: DynamicObject? = nil, scaledObject: DynamicObject? = nil, ownerUID: String, replicas: Int? = nil
    ) {
        self.autoscaler = autoscaler
        self.scaledObject = scaledObject
        self.ownerUID = ownerUID
        self.replicas = replicas
    }

    package var holder: Holder? {
        guard let autoscaler else { return nil }
        guard let controller = autoscaler.controller else { return isAutoscalerMade ? .own : .other }
        if controller.uid == ownerUID { return .own }
        return controller.isScaledObject && controller.name == autoscaler.name ? .keda : .other
    }

    /// Whether anything of the owner's scales the workload, or may begin to.
    var isScaling: Bool { scaledObject != nil || holder == .own || (holder == .keda && foreign.isEmpty) }

    /// The most pods that others may ask for.
    var foreignMaximum: Int { foreign.map(\.maxReplicas).max() ?? 0 }
}

extension LiveScalers {
    /// Sorts out what was found.
    ///
    /// - Parameters:
    ///   - objects: those of the target's name, and all that name it as what they scale.
    ///   - isMade: whether the operator has made an object for the owner; asked where no controller tells.
    init(
        of target: ScaleTarget, in namespace: String, ownerUID: String, replicas: Int?, objects: [DynamicObject],
        isMade: (DynamicObject) -> Bool
    ) {
        self.init(ownerUID: ownerUID, replicas: replicas)
        let key = ObjectKey(namespace: namespace, name: target.name)
        func isOwn(_ object: DynamicObject) -> Bool {
            object.controller.map { $0.uid == ownerUID } ?? isMade(object)
        }
        autoscaler = objects.first { $0.kind == ResourceType.horizontalPodAutoscaler.kind && $0.key == key }
        isAutoscalerMade = autoscaler.map { $0.controller == nil && isMade($0) } ?? false
        scaledObject = objects.first { $0.kind == ResourceType.scaledObject.kind && $0.key == key && isOwn($0) }

        let scalers = objects.filter { $0.scales(target) }.map(ForeignScaler.init)
        vertical = scalers.filter { $0.isVertical && $0.changesPods }.sorted { $0.object.key < $1.object.key }
        let scaledObjects = scalers.filter { $0.object.kind == ResourceType.scaledObject.kind }
        foreign = scalers.filter { scaler in
            if scaler.isVertical || scaler.object.uid == scaledObject?.uid { return false }
            guard scaler.object.kind == ResourceType.horizontalPodAutoscaler.kind else { return true }
            // KEDA's belongs to its ScaledObject. Who only says so is believed where the ScaledObject names it.
            if scaledObjects.contains(where: { $0.makes(scaler.object) }) { return false }
            return scaler.object.key != key || holder == .other
        }.sorted { ($0.object.kind, $0.object.key) < ($1.object.kind, $1.object.key) }
    }
}

extension DynamicObject {
    var controller: OwnerReference? { ownerReferences.first { $0.controller == true } }
}

extension OwnerReference {
    fileprivate var isScaledObject: Bool {
        kind == ResourceType.scaledObject.kind && apiVersion.hasPrefix("\(ResourceType.scaledObject.group)/")
    }
}

extension ForeignScaler {
    /// Whether an autoscaler is the one that KEDA makes for this ScaledObject. Source: KEDA, "ScaledObject specification".
    fileprivate func makes(_ autoscaler: DynamicObject) -> Bool {
        guard let controller = autoscaler.controller, controller.isScaledObject, controller.uid == object.uid else {
            return false
        }
        let named = object[path: "spec", "advanced", "horizontalPodAutoscalerConfig", "name"]?.string
        return autoscaler.name == (named ?? "keda-hpa-\(object.name)")
    }
}
