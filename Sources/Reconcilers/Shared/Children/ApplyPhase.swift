/// When a child is written among the children of its owner. Those of one phase don't need each other and are written
/// several at once; a phase begins when everything of the one before has had its try.
enum ApplyPhase: Int, Comparable, CaseIterable {
    /// What gives the operator and the pods the right to do what comes next.
    case rights
    /// What pods mount, and what rules over pods and bounds them: it has to be there before the first of them.
    case prerequisites
    /// One after the other, in their order: what refuses all traffic comes after what allows some of it.
    case policies
    /// What makes pods.
    case workloads
    /// What points at workloads and at what surrounds them: a scaler that is there first finds no target.
    case followers
    /// One after the other, in their order: a path that moves to another Ingress is there before the one that it was in gives it
    /// up.
    case routes

    /// How many of a phase are written at once.
    var inFlight: Int { self == .policies || self == .routes ? 1 : 4 }

    static func < (one: ApplyPhase, other: ApplyPhase) -> Bool { one.rawValue < other.rawValue }
}
