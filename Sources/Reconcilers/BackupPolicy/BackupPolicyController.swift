package import KubeAPI

extension BackupPolicyReconciler {
    /// The controller of BackupPolicies, with its informers and what wakes it. Its `run` is the caller's.
    ///
    /// - Parameter now: the wall clock, by which runs are due and backups get old.
    package static func controller(
        in environment: ReconcilerEnvironment, now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        logger: Logger = .disabled, controllerOptions: Controller.Options = Controller.Options()
    ) -> Controller {
        let reconciler = BackupPolicyReconciler(environment, now: now)
        let controller = Controller(
            name: "backuppolicy", reconciler: reconciler, options: controllerOptions, metrics: environment.metrics,
            logger: logger, time: environment.time)
        controller.reconciles(reconciler.policies)
        for type in BackupPolicy.childTypes {
            controller.watches(environment.children(type)) { owners(in: $0) }
        }
        let policies = reconciler.policies
        for informer in [reconciler.runs.jobs, reconciler.runs.pods] {
            controller.watches(informer) { policy(of: $0, among: policies) }
        }
        environment.exposeConditions(of: policies, kind: BackupPolicy.resourceType.kind)
        return controller
    }

    init(_ environment: ReconcilerEnvironment, now: @escaping @Sendable () -> Timestamp) {
        let objects = InformerObjects(environment.informers)
        self.init(
            policies: environment.informers.informer(Selection(BackupPolicy.resourceType)),
            cronJobs: environment.children(.cronJob), runs: BackupRuns(environment),
            children: ChildWriter(environment, types: BackupPolicy.childTypes),
            statusWriter: StatusWriter(
                api: environment.api, objects: objects, gate: environment.gate, wallClock: now),
            events: environment.events, now: now)
    }

    /// The policies that a child belongs to, or did before somebody took its owner away.
    private static func owners(in event: InformerEvent) -> [ObjectKey] {
        var states = [event.object]
        if case .updated(let old, _) = event { states.append(old) }
        let keys = states.flatMap { child in
            child.ownerReferences
                .filter { $0.controller == true && $0.kind == BackupPolicy.resourceType.kind }
                .map { ObjectKey(namespace: child.key.namespace, name: $0.name) }
        }
        return Array(Set(keys))
    }

    /// Jobs and pods say by a label whose they are; the label of a long name is not the name.
    private static func policy(of event: InformerEvent, among policies: Informer) -> [ObjectKey] {
        guard let value = event.object.labels[LabelKey.backupPolicy] else { return [] }
        let key = ObjectKey(namespace: event.key.namespace, name: value)
        if policies.store.get(key) != nil { return [key] }
        return policies.store.keys().filter {
            $0.namespace == event.key.namespace && ChildName.labelValue($0.name) == value
        }
    }
}
