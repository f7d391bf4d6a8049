internal import KubeAPI

extension EnvironmentObservation {
    /// The condition `AutoscalingReady`, where a component is scaled. What nobody has looked at yet does not keep the
    /// environment from being Ready; an autoscaler without metrics does: it would not scale when it has to.
    static func addScaling(_ observed: EnvironmentObservation, to conditions: inout Conditions) {
        let scaled = observed.components.filter { $0.component.autoscaling != nil }
        guard observed.namespaceFinding == nil, !scaled.isEmpty else { return }
        let states = scaled.map(\.scaling)
        let findings = states.compactMap { if case .failing(let finding) = $0 { finding } else { nil } }
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
    fileprivate enum Scaling: Hashable {
        case active
        case unknown
        case failing(Finding)
    }

    /// Source: Kubernetes API reference, HorizontalPodAutoscalerStatus.
    fileprivate var scaling: Scaling {
        // While pods come and go there are no metrics of them; the component says itself that it is not there.
        guard finding == nil, let autoscaler else { return .unknown }
        let conditions = autoscaler.observedConditions
        for type in ["AbleToScale", "ScalingActive"] {
            guard let condition = conditions[type], condition.status == .false else { continue }
            // At 0 pods it is switched off, by whoever has set the 0.
            if condition.reason == "ScalingDisabled" { return .active }
            let words = condition.message ?? condition.reason ?? "no reason is given"
            return .failing(
                Finding(.triggerFailing, "HorizontalPodAutoscaler \(component.name): \(words)", .wait))
        }
        return conditions["ScalingActive"]?.status == .true ? .active : .unknown
    }
}
