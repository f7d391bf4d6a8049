internal import KubeAPI

/// A controller of what makes no pods itself: it looks at an object and at what that controls, and writes what follows.
struct DecidingController: SimulationController {
    let controller: SimulatedController
    let workers: Int
    let type: ResourceType
    /// What the objects control.
    let dependents: ResourceType
    let cluster: SimulatedCluster
    let decide: @Sendable (DynamicObject) -> Decision

    /// Deployments by their ReplicaSets.
    static func deployments(_ cluster: SimulatedCluster, now: @escaping @Sendable () -> Timestamp) -> Self {
        DecidingController(
            controller: .deployments, workers: 2, type: .deployment, dependents: .replicaSet, cluster: cluster
        ) { deployment in
            // Those that nobody controls, too: it may adopt them.
            DeploymentDecision.decide(
                deployment: deployment, replicaSets: cluster.objects(.replicaSet, in: deployment.namespace), now: now())
        }
    }

    /// CronJobs by their Jobs.
    static func cronJobs(_ cluster: SimulatedCluster, now: @escaping @Sendable () -> Timestamp) -> Self {
        DecidingController(
            controller: .cronJobs, workers: 1, type: .cronJob, dependents: .job, cluster: cluster
        ) { cronJob in
            CronJobDecision.decide(cronJob: cronJob, jobs: cluster.dependents(.job, of: cronJob), now: now())
        }
    }

    func observe(_ queue: WorkQueue<ObjectKey>) {
        cluster.informer(type).addHandler { queue.add($0.key) }
        cluster.informer(dependents).addHandler { queue.addController(of: $0.object, kind: type.kind) }
    }

    func sync(_ key: ObjectKey) async throws -> Duration? {
        guard let object = cluster.get(type, key) else { return nil }
        let decision = decide(object)
        try await cluster.perform(decision.writes)
        return decision.checkAgain
    }
}

/// ReplicaSets by their pods.
struct ReplicaSetController: SimulationController {
    let controller = SimulatedController.replicaSets
    let workers = 4
    let cluster: SimulatedCluster
    let now: @Sendable () -> Timestamp

    func observe(_ queue: WorkQueue<ObjectKey>) {
        cluster.informer(.replicaSet).addHandler { queue.add($0.key) }
        cluster.pods.addHandler { queue.addController(of: $0.object, kind: "ReplicaSet") }
    }

    func sync(_ key: ObjectKey) async throws -> Duration? {
        guard let replicaSet = cluster.get(.replicaSet, key) else { return nil }
        let plan = ReplicaSetDecision.plan(
            replicaSet: replicaSet, pods: cluster.dependents(.pod, of: replicaSet))
        try await cluster.perform(plan.writes)
        let refusal = try await cluster.create(pods: plan.creations, of: replicaSet)
        let decision = ReplicaSetDecision.status(
            replicaSet: cluster.get(.replicaSet, key) ?? replicaSet, pods: cluster.dependents(.pod, of: replicaSet),
            failure: refusal?.message, now: now())
        try await cluster.perform(decision.writes)
        if let refusal { throw refusal }
        return decision.checkAgain
    }
}

/// Jobs by their pods.
struct JobController: SimulationController {
    let controller = SimulatedController.jobs
    let workers = 2
    let cluster: SimulatedCluster
    let options: SimulationOptions
    let now: @Sendable () -> Timestamp

    func observe(_ queue: WorkQueue<ObjectKey>) {
        cluster.informer(.job).addHandler { queue.add($0.key) }
        cluster.pods.addHandler { queue.addController(of: $0.object, kind: "Job") }
    }

    func sync(_ key: ObjectKey) async throws -> Duration? {
        guard let job = cluster.get(.job, key) else { return nil }
        let decision = JobDecision(
            job: job, pods: cluster.dependents(.pod, of: job), now: now(), backOff: options.jobBackOff)
        try await cluster.perform(decision.plan.writes)
        let refusal = try await cluster.create(pods: decision.plan.creations, of: job)
        try await cluster.perform([decision.statusWrite].compactMap { $0 })
        if let refusal { throw refusal }
        return decision.checkAgain
    }
}

/// The status of PodDisruptionBudgets.
struct DisruptionBudgetController: SimulationController {
    let controller = SimulatedController.disruptionBudgets
    let workers = 1
    let cluster: SimulatedCluster
    let now: @Sendable () -> Timestamp

    func observe(_ queue: WorkQueue<ObjectKey>) {
        let budgets = cluster.informer(.podDisruptionBudget)
        budgets.addHandler { queue.add($0.key) }
        // Which budgets a pod or a scale counts for follows from their selectors; there are few in a namespace.
        let addAll: @Sendable (InformerEvent) -> Void = { [store = budgets.store] event in
            for budget in store.list(index: SimulatedCluster.byNamespace.name, value: event.key.namespace) {
                queue.add(budget.key)
            }
        }
        cluster.pods.addHandler(addAll)
        cluster.informer(.replicaSet).addHandler(addAll)
        cluster.informer(.deployment).addHandler(addAll)
        cluster.informer(.job).addHandler(addAll)
        cluster.informer(.statefulSet).addHandler(addAll)
    }

    func sync(_ key: ObjectKey) async throws -> Duration? {
        guard let budget = cluster.get(.podDisruptionBudget, key) else { return nil }
        let decision = DisruptionBudgetDecision.decide(
            budget: budget, pods: cluster.objects(.pod, in: key.namespace),
            scale: { scale(of: $0, in: key.namespace) }, now: now())
        try await cluster.perform(decision.writes)
        return decision.checkAgain
    }

    /// What the controller of a pod wants; for a ReplicaSet its Deployment's word counts.
    private func scale(of owner: OwnerReference, in namespace: String) -> Int? {
        let key = ObjectKey(namespace: namespace, name: owner.name)
        switch owner.kind {
        case "ReplicaSet":
            guard let replicaSet = cluster.get(.replicaSet, key), replicaSet.uid == owner.uid else { return nil }
            if let parent = replicaSet.controller, parent.kind == "Deployment" {
                let parentKey = ObjectKey(namespace: namespace, name: parent.name)
                return cluster.get(.deployment, parentKey).map { DeploymentFacts($0).replicas }
            }
            return ReplicaSetFacts(replicaSet).replicas
        case "Job": return cluster.get(.job, key).map { JobFacts($0).parallelism }
        case "StatefulSet": return cluster.get(.statefulSet, key).map { StatefulSetFacts($0).replicas }
        default: return nil
        }
    }
}

/// Pods of nodes that are gone.
struct PodCollectionController: SimulationController {
    let controller = SimulatedController.podCollection
    let workers = 1
    let cluster: SimulatedCluster
    let options: SimulationOptions

    func observe(_ queue: WorkQueue<ObjectKey>) {
        let delay = options.podCollectionDelay
        cluster.nodes.addHandler { [pods = cluster.pods.store] event in
            guard case .deleted(let node) = event else { return }
            for pod in pods.list(index: SimulatedCluster.byNode.name, value: node.key.name) {
                queue.add(pod.key, after: delay)
            }
        }
        cluster.pods.addHandler { [nodes = cluster.nodes.store] event in
            guard let node = event.object.value(at: "spec", "nodeName")?.string,
                nodes.get(ObjectKey(name: node)) == nil
            else { return }
            queue.add(event.key, after: delay)
        }
    }

    func sync(_ key: ObjectKey) async throws -> Duration? {
        guard let pod = cluster.get(.pod, key).map(PodFacts.init), let node = pod.nodeName,
            cluster.get(.node, ObjectKey(name: node)) == nil
        else { return nil }
        // Only a finalizer can hold it then, and that is somebody else's.
        if pod.object[path: "metadata", "deletionGracePeriodSeconds"]?.integer == 0 { return nil }
        try await cluster.perform([.delete(.pod, key, uid: pod.object.uid, gracePeriod: 0)])
        return nil
    }
}

extension WorkQueue<ObjectKey> {
    /// Adds the controller of an object, where it is of this kind.
    func addController(of object: CachedObject, kind: String) {
        guard let owner = object.ownerReferences.first(where: { $0.controller == true }), owner.kind == kind else {
            return
        }
        add(ObjectKey(namespace: object.key.namespace, name: owner.name))
    }
}

extension SimulatedCluster {
    /// Creates the pods of a controller.
    ///
    /// - Returns: the first refusal; it ends the series, as it would meet the other pods too.
    func create(pods: [DynamicObject], of owner: DynamicObject) async throws -> APIError? {
        for pod in pods {
            do {
                let created = try await create(pod: pod)
                try await perform([
                    .event(
                        SimulatedEvent(
                            regarding: owner, reason: "SuccessfulCreate", action: "Creating",
                            note: "Created pod: \(created.name)"))
                ])
            } catch let error as APIError {
                let event = SimulatedEvent(
                    regarding: owner, isWarning: true, reason: "FailedCreate", action: "Creating",
                    note: "Error creating: \(error.message)")
                try await perform([.event(event)])
                return error
            }
        }
        return nil
    }
}
