internal import KubeAPI

/// Pods of an adopted namespace that are on their way out. They still answer, and a node may send them requests for as long as it
/// has not heard of their end; `default-deny` would cut these off.
struct DepartingPods: Sendable {
    private let followed: FollowedSelections
    private let time: TimeSource

    init(_ environment: ReconcilerEnvironment) {
        followed = FollowedSelections(environment.informers, trim: ForeignObjects.outline)
        time = environment.time
    }

    func wake(_ controller: Controller) { followed.wake(controller) }

    /// An editor of the namespace can give a pod as long to end as they like: the namespace is not left open for that.
    private static let longestWait: Duration = .seconds(3600)

    /// How long the last of them may take; `nil` where there is none. One that has outlived its grace period, since its node is lost,
    /// is not waited for.
    func remaining(in environment: ResolvedEnvironment, at now: Timestamp) async -> Duration? {
        let key = ObjectKey(name: environment.name)
        followed.follow([Selection(.pod, namespace: environment.namespace)], for: key)
        await followed.all(of: key).waitUntilSynced(time)
        guard let pods = followed.informer(of: key), pods.hasSynced else { return .seconds(1) }
        let ends = pods.store.keys().compactMap { pods.store.get($0) }.compactMap { pod in
            pod.value(at: "metadata", "deletionTimestamp")?.string.flatMap { Timestamp(rfc3339: $0) }
        }
        return ends.map { $0 - now }.filter { $0 > .zero && $0 <= Self.longestWait }.max()
    }

    /// Looks no longer: the namespace is bounded, or the environment is gone.
    func forget(_ environment: ObjectKey) { followed.forget(environment) }
}
