internal import KubeAPI

/// What the controller of a HorizontalPodAutoscaler says of it. Source: Kubernetes API reference,
/// HorizontalPodAutoscalerStatus.
enum AutoscalerState: Sendable, Hashable {
    case active
    /// At 0 pods, by whoever has set the 0.
    case switchedOff
    /// Nothing yet.
    case unknown
    /// It can't scale, in its own words.
    case failing(String)

    init(_ autoscaler: DynamicObject) {
        let conditions = autoscaler.observedConditions
        for type in ["AbleToScale", "ScalingActive"] {
            guard let condition = conditions[type], condition.status == .false else { continue }
            self = condition.reason == "ScalingDisabled" ? .switchedOff : .failing(condition.words)
            return
        }
        self = conditions["ScalingActive"]?.status == .true ? .active : .unknown
    }
}

extension ObservedCondition {
    var words: String { message ?? reason ?? "no reason is given" }
}
