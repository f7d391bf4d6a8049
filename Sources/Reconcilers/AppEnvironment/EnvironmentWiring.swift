package import KubeAPI

extension AppEnvironment {
    package static func controller(
        in environment: ReconcilerEnvironment, now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        logger: Logger = .disabled, controllerOptions: Controller.Options = Controller.Options()
    ) -> Controller {
        EnvironmentReconciler(environment, now: now).controller(
            in: environment, logger: logger, controllerOptions: controllerOptions)
    }
}

extension EnvironmentReconciler {
    func wake(_ controller: Controller, in environment: ReconcilerEnvironment) {
        let environments = objects
        controller.watchesChildren(
            of: AppEnvironment.self, types: [.namespace], owners: environments, in: environment)
        controller.watches(workloads.pods) { $0.object.labelledOwners(of: AppEnvironment.self, among: environments) }
        // Those that a CronJob has made, too: it is their controller.
        controller.watches(workloads.jobs) { $0.object.labelledOwners(of: AppEnvironment.self, among: environments) }
        for informer in [bounds.quotas, bounds.ranges] {
            controller.watches(informer) { event in
                // Others' quotas have no label of ours: every environment of the namespace is concerned.
                environments.environments(in: event.key.namespace)
            }
        }
        wakeForPriorityClasses(controller)
        workloads.scalers.wake(controller) { namespace, _ in environments.environments(in: namespace) }
        images.wake(in: environment)
        departing.wake(controller)
        dependencies.wake(controller, of: environments)
        siblings.wake(controller, of: environments)
        warnings.wake(controller)
    }

    init(
        _ environment: ReconcilerEnvironment, now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        catalogue: DefaultsCatalogue = .builtIn
    ) {
        let environments = Self.environments(environment)
        let workloads = EnvironmentWorkloads(environment)
        self.init(
            objects: environments, namespaces: NamespaceProvisioner(environment, environments: environments),
            priorityClasses: PriorityClasses(environment),
            bounds: NamespaceBounds(environment), claims: PersistentVolumeClaims(environment),
            workloads: workloads, adoptions: AdoptionFinder(environment, workloads),
            departing: DepartingPods(environment),
            images: EnvironmentImages(environment, wallClock: now),
            bindings: environment.children(.roleBinding),
            dependencies: DependencyWatch(environment, environments: environments),
            siblings: Siblings(environment), warnings: WarningWatch(environment),
            children: ChildWriter(environment, kinds: AppEnvironment.childKinds),
            expiry: ExpiryTimer(environment),
            finalizers: Finalizers(environment.client),
            status: StatusReporter(AppEnvironment.resourceType, in: environment, wallClock: now),
            events: environment.events, catalogue: catalogue,
            operatorNamespace: environment.permissions.operatorNamespace, now: now)
    }
}

extension EnvironmentReconciler {
    private static func environments(_ environment: ReconcilerEnvironment) -> Informer {
        let informer = environment.objects(of: .appEnvironment)
        informer.store.add([
            .environmentNamespace, .sharedSecret, .environmentHost, .peerNamespace, .guest, .databaseNamespace,
        ])
        return informer
    }
}

extension Informer {
    /// The AppEnvironments of a namespace.
    func environments(in namespace: String) -> [ObjectKey] {
        store.list(index: Indexer.environmentNamespace.name, value: namespace).map(\.key)
    }
}

extension Indexer {
    /// AppEnvironments by the namespace that is theirs.
    static let environmentNamespace = Indexer("environmentNamespace") { environment in
        [environment.value(at: "spec", "namespace", "name")?.string ?? environment.key.name]
    }
}
