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

    /// Whether it was there and is not any more. Before its CRD is seen to go the objects of it go, and nobody meant to take back
    /// images: it is made anew first, and what it then says counts.
    func hasVanished(_ environment: ResolvedEnvironment, recorded: [InventoryEntry]) -> Bool {
        let (key, kind) = (environment.componentImagesKey, ComponentImages.resourceType.kind)
        return environment.spec.access.deployer && objects.store.get(key) == nil
            && recorded.contains { $0.kind == kind && $0.key == key && !$0.uid.isEmpty }
    }

    /// Says in it what became of its images.
    ///
    /// - Throws: `APIError`, `NotLeaderError`.
    func report(_ observed: EnvironmentObservation) async throws {
        guard let images = observed.environment.images, !images.object.isBeingDeleted else { return }
        try await status.report(observed.status(of: images), on: images.object)
    }

    /// Says in the one of an environment why that can't be followed: no image is rolled out then.
    ///
    /// - Throws: `APIError`, `NotLeaderError`.
    func report(_ finding: Finding, about environment: DynamicObject) async throws {
        let namespace = environment[path: "spec", "namespace", "name"]?.string ?? environment.name
        let key = ObjectKey(namespace: namespace, name: environment.name)
        guard let found = objects.store.get(key), !found.isBeingDeleted,
            ChildSeal(seal, of: AppEnvironment.self, environment.key).isOn(found, ComponentImages.resourceType)
        else { return }
        var finding = finding
        finding.message = "AppEnvironment \(environment.name): \(finding.message)"
        try await status.report(finding, on: found.dynamic())
    }
}
