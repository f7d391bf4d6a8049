internal import KubeAPI

/// The `ComponentImages` objects of environments.
struct EnvironmentImages: Sendable {
    private let objects: Informer
    private let status: StatusReporter
    private let seal: Seal

    init(_ environment: ReconcilerEnvironment, wallClock: @escaping @Sendable () -> Timestamp) {
        objects = environment.children(ComponentImages.resourceType)
        status = StatusReporter(ComponentImages.resourceType, in: environment, wallClock: wallClock)
        seal = environment.seal
    }

    func wake(in environment: ReconcilerEnvironment) {
        environment.exposeConditions(of: objects, kind: ComponentImages.resourceType.kind)
    }

    /// The one that the operator has made for an environment that has a deployer.
    func find(_ environment: ResolvedEnvironment) -> DynamicObject? {
        guard environment.spec.access.deployer, let found = objects.store.get(environment.componentImagesKey),
            environment.owns(found, ComponentImages.resourceType, seal)
        else { return nil }
        return found.dynamic()
    }

    /// Says in it what became of its images.
    ///
    /// - Throws: `APIError`, `NotLeaderError`.
    func report(_ observed: EnvironmentObservation) async throws {
        guard let images = observed.environment.images, !images.object.isBeingDeleted else { return }
        try await status.report(observed.status(of: images), on: images.object)
    }
}
