internal import KubeAPI

/// A Job of a component: its own, or one that its CronJob has made.
struct ComponentJob: Sendable, Hashable {
    enum State: Sendable, Hashable {
        /// Whether a pod of it runs.
        case unfinished(hasBegun: Bool)
        case succeeded
        /// With the words of the cluster's job controller.
        case failed(String)
    }

    let name: String
    let uid: String
    let createdAt: Timestamp?
    let endedAt: Timestamp?
    let state: State
    /// It has none that runs or is on its way.
    let isWithoutPods: Bool
    /// The operator has made it. Another one in its place is left alone and says nothing.
    var isOwn = true

    init(_ job: DynamicObject) {
        name = job.name
        uid = job.uid
        createdAt = job[path: "metadata", "creationTimestamp"]?.string.flatMap(Timestamp.init(rfc3339:))
        isWithoutPods = (job[path: "status", "active"]?.integer ?? 0) == 0
        let conditions = job.observedConditions
        let end = ["Complete", "Failed"].lazy.compactMap { conditions[$0] }.first { $0.status == .true }
        endedAt = end?.lastTransitionTime
        state =
            switch end?.type {
            case nil: .unfinished(hasBegun: (job[path: "status", "ready"]?.integer ?? 0) > 0)
            case "Failed":
                .failed([end?.reason, end?.message].compactMap(\.self).joined(separator: ": "))
            default: .succeeded
            }
    }

    var isUnfinished: Bool {
        if case .unfinished = state { true } else { false }
    }

    var hasBegun: Bool { state == .unfinished(hasBegun: true) }
}
