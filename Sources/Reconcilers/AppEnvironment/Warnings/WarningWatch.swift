internal import KubeAPI

/// The warnings in the namespaces of environments that are held up.
///
/// Events are many and short-lived, so nothing is kept of them while all is well: an informer for one namespace begins
/// when a component waits and its pods don't say what for, and ends when every component is rolled out.
struct WarningWatch: Sendable {
    /// How old a pod has to be before its events matter: most are ready by then.
    static let patience: Duration = .seconds(10)

    private let followed: FollowedSelections

    init(_ environment: ReconcilerEnvironment) { followed = FollowedSelections(environment.informers) }

    func wake(_ controller: Controller) { followed.wake(controller) }

    func forget(_ environment: ObjectKey) { followed.forget(environment) }

    /// Adds what the warnings say of components whose pods say nothing themselves.
    ///
    /// - Returns: when to requeue although nothing may have changed.
    func observe(into observed: inout EnvironmentObservation) -> Duration? {
        let environment = observed.environment
        let key = ObjectKey(name: environment.name)
        let ages = observed.components.filter(\.isSilent).map(\.silence)
        if let oldest = ages.max(), oldest >= Self.patience {
            followed.follow([Self.selection(environment.namespace)], for: key)
        } else if observed.components.allSatisfy(\.isSettled) {
            followed.forget(key)
        }
        guard let informer = followed.informer(of: key) else {
            return ages.max().map { Self.patience - $0 }
        }
        let warnings = informer.store.list().compactMap(Warning.init)
        for index in observed.components.indices where observed.components[index].isSilent {
            observed.components[index].warning = warnings.telling(of: observed.components[index])
        }
        return nil
    }

    private static func selection(_ namespace: String) -> Selection {
        Selection(.event, namespace: namespace, fieldSelector: "type=Warning")
    }
}
