internal import KubeAPI

/// When a child is written among the children of its owner. Those of one wave don't need each other and are written
/// several at once; a wave begins when everything of the one before has had its try.
enum WriteWave: Int, Comparable, CaseIterable {
    /// What gives the operator and the pods the right to do what comes next.
    case rights
    /// What pods mount, and what rules over pods and bounds them: it has to be there before the first of them.
    case surroundings
    /// One after the other, in their order: what refuses all traffic comes after what allows some of it.
    case policies
    /// What makes pods.
    case workloads
    /// What points at workloads and at what surrounds them: a scaler that is there first finds no target.
    case followers

    /// How many of a wave are written at once.
    var inFlight: Int { self == .policies ? 1 : 4 }

    static func < (one: WriteWave, other: WriteWave) -> Bool { one.rawValue < other.rawValue }

    init(_ type: ResourceType) {
        self =
            switch type {
            case .roleBinding: .rights
            case .networkPolicy: .policies
            case .deployment, .cronJob, .job, .veleroSchedule: .workloads
            case .horizontalPodAutoscaler, .scaledObject, .ingress, .serviceMonitor, .prometheusRule: .followers
            default: .surroundings
            }
    }
}
