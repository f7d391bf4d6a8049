internal import KubeAPI

extension RegionObservation {
    private var part: String { "region \(region.name)" }

    func scaling(by scaler: Scaler, isKEDAServed: Bool) -> ScalerState {
        let setting = scaler == .fixed ? nil : "spec.scaling"
        if let foreign = scalers?.foreignState(plan, of: part, setting: setting) { return foreign }
        if let obstacle = plan.obstacle {
            return .failing(Finding(.scalerPending, "\(part) waits until \(obstacle) is gone", .wait))
        }
        if let failure = scalerFailures.mostPressing { return .failing(failure.scalerFinding) }
        return switch scaler {
        case .fixed: .active("")
        case .hpa:
            scalers?.autoscaler.map { ScalerState(autoscaler: $0, of: part) }
                ?? .unknown("no HorizontalPodAutoscaler \(region.childName) yet")
        case .keda where !isKEDAServed:
            .failing(
                Finding(
                    .kedaNotInstalled,
                    """
                    scaling.engine is KEDA, and the API server does not serve \(ResourceType.scaledObject.apiVersion); \
                    install KEDA, or set the engine to Auto or HPA
                    """, .wait))
        case .keda:
            scalers?.scaledObject.map { ScalerState(scaledObject: $0, of: part, replicas: scalers?.replicas) }
                ?? .unknown("no ScaledObject \(region.childName) yet")
        }
    }

    fileprivate var verticalNotes: [String] { scalers?.verticalNotes(of: part) ?? [] }
}

extension PoolObservation {
    /// Adds `AutoscalingReady`. What nobody has looked at yet does not keep the pool from being Ready.
    func addScaling(to conditions: inout Conditions) {
        let states = regions.map { $0.scaling(by: pool.scaler, isKEDAServed: pool.inputs.isKEDAServed) }
        let findings = failures.filter(\.isAboutScaler).map(\.scalerFinding) + states.findings
        if findings.isEmpty, let first = states.unknowns.first {
            conditions.note(.autoscalingReady, .unknown, .scalerPending, first)
        } else {
            let isLeft = regions.contains { $0.plan.isLeft }
            conditions.add(
                .autoscalingReady, findings.mostPressing, orElse: isLeft ? .foreignScaler : pool.scaler.activeReason,
                ([scaling] + states.notes + regions.flatMap(\.verticalNotes)).joined(separator: "; "))
        }
    }

    private var scaling: String {
        switch pool.scaler {
        case .fixed: "the number of pods is fixed"
        case .keda: "KEDA scales \(regions.count.counted("region"))"
        case .hpa:
            "HorizontalPodAutoscalers scale \(regions.count.counted("region"))"
                + (pool.spec.scaling?.engine == .auto && !pool.inputs.isKEDAServed ? "; KEDA is not installed" : "")
        }
    }
}

extension Scaler {
    fileprivate var activeReason: Reason {
        switch self {
        case .keda: .kedaActive
        case .hpa: .hpaActive
        case .fixed: .fixed
        }
    }
}
