internal import KubeAPI

extension EnvironmentObservation {
    /// The condition `AutoscalingReady`, where a component is scaled. What nobody has looked at yet does not keep the
    /// environment from being Ready; an autoscaler without metrics does: it would not scale when it has to.
    static func addScaling(_ observed: EnvironmentObservation, to conditions: inout Conditions) {
        let scaled = observed.components.filter { $0.component.autoscaling != nil }
        guard observed.namespaceFinding == nil, !scaled.isEmpty else { return }
        let findings = scaled.compactMap { component -> Finding? in
            guard case .failing(let words) = component.scaling else { return nil }
            let name = component.component.name
            return Finding(.triggerFailing, "HorizontalPodAutoscaler \(name): \(words)", .wait)
        }
        if findings.isEmpty, let name = scaled.first(where: { $0.scaling == .unknown })?.component.name {
            conditions.note(
                .autoscalingReady, .unknown, .scalerPending,
                "HorizontalPodAutoscaler \(name) has not been looked at yet")
        } else {
            conditions.add(
                .autoscalingReady, findings.mostPressing, orElse: .hpaActive,
                "HorizontalPodAutoscalers scale \(scaled.count.counted("component"))")
        }
    }
}

extension ComponentObservation {
    fileprivate var scaling: AutoscalerState {
        // While pods come and go there are no metrics of them; the component says itself that it is not there.
        guard finding == nil, let autoscaler else { return .unknown }
        return AutoscalerState(autoscaler)
    }
}
