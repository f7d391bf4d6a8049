internal import KubeAPI

/// What a controller of pods is to make and delete before it writes its status.
struct PodSetPlan: Sendable, Hashable {
    var writes: [SimulatedWrite] = []
    /// One request each; the first refusal ends them, as it would meet the others too.
    var creations: [DynamicObject] = []
}
