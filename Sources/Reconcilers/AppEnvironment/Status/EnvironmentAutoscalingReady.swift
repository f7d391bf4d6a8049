internal import KubeAPI

extension EnvironmentObservation {
    /// The condition `AutoscalingReady`, where a component is scaled. What nobody has looked at yet does not keep the
    /// environment from being Ready; an autoscaler without metrics does: it would not scale when it has to.
    static func addScaling(_ observed: EnvironmentObservation, to conditions: inout Conditions) {
        guard observed.namespaceFinding == nil else { return }
        let states = observed.components.compactMap { $0.scaling(isKEDAServed: observed.isKEDAServed) }
        let vertical = observed.components.flatMap { $0.scalers?.verticalNotes(of: $0.part) ?? [] }
        guard !states.isEmpty || !vertical.isEmpty else { return }
        if states.findings.isEmpty, let first = states.unknowns.first {
            conditions.note(.autoscalingReady, .unknown, .scalerPending, first)
        } else {
            conditions.add(
                .autoscalingReady, states.findings.mostPressing, orElse: observed.activeReason,
                (observed.tallies + states.notes + vertical).joined(separator: "; "))
        }
    }

    private func count(_ scaler: Scaler) -> Int { components.count { $0.component.scaler == scaler } }

    private var activeReason: Reason {
        count(.keda) > 0 ? .kedaActive : count(.hpa) > 0 ? .hpaActive : .foreignScaler
    }

    private var tallies: [String] {
        let (autoscaled, byKEDA) = (count(.hpa), count(.keda))
        return [
            autoscaled > 0 ? "HorizontalPodAutoscalers scale \(autoscaled.counted("component"))" : nil,
            byKEDA > 0 ? "KEDA scales \(byKEDA.counted("component"))" : nil,
        ].compactMap(\.self)
    }
}

extension ComponentObservation {
    fileprivate var part: String { "component \(component.name)" }

    /// `nil` where nothing scales it.
    fileprivate func scaling(isKEDAServed: Bool) -> ScalerState? {
        let setting = component.autoscaling == nil ? nil : "spec.components[\(component.name)].autoscaling"
        let adopter = component.scaler == .hpa ? "spec.adopt.objects" : nil
        if let plan, let foreign = scalers?.foreignState(plan, of: part, setting: setting, adopter: adopter) {
            return foreign
        }
        if let obstacle = plan?.obstacle {
            return .failing(Finding(.scalerPending, "\(part) waits until \(obstacle) is gone", .wait))
        }
        if let failure = scalerFailures.mostPressing { return .failing(failure.scalerFinding) }
        switch component.scaler {
        case .fixed: return nil
        case .keda where !isKEDAServed:
            return .failing(
                Finding(
                    .kedaNotInstalled,
                    """
                    component \(component.name) is scaled by KEDA, and the API server does not serve \
                    \(ResourceType.scaledObject.apiVersion): its number of pods stays as it is; install KEDA, or remove \
                    \(setting ?? "").keda
                    """, .wait))
        case .keda:
            return scalers?.scaledObject.map { ScalerState(scaledObject: $0, of: part, replicas: scalers?.replicas) }
                ?? .unknown("no ScaledObject \(component.name) yet")
        case .hpa:
            // While pods come and go there are no metrics of them; the component says itself that it is not there.
            guard finding == nil, scalers?.holder == .own, let autoscaler = scalers?.autoscaler else {
                return .unknown("HorizontalPodAutoscaler \(component.name) has not been looked at yet")
            }
            return ScalerState(autoscaler: autoscaler, of: part)
        }
    }
}
