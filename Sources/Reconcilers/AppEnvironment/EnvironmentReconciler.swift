internal import KubeAPI

/// Makes one AppEnvironment true: its namespace, everything in it, and a status that says why not.
struct EnvironmentReconciler: KindReconciler {
    typealias Owner = AppEnvironment

    let objects: Informer
    let namespaces: NamespaceProvisioner
    let priorityClasses: PriorityClasses
    let bounds: NamespaceBounds
    let claims: PersistentVolumeClaims
    let workloads: EnvironmentWorkloads
    let adoptions: AdoptionFinder
    let departing: DepartingPods
    let images: EnvironmentImages
    let bindings: Informer
    let dependencies: DependencyWatch
    let siblings: Siblings
    let warnings: WarningWatch
    let children: ChildWriter
    let expiry: ExpiryTimer
    let finalizers: Finalizers
    let status: StatusReporter
    let events: any EventSink
    let catalogue: DefaultsCatalogue
    /// Where the operator's ServiceAccount is.
    let operatorNamespace: String
    /// The wall clock.
    let now: @Sendable () -> Timestamp

    /// How long rights take to be known to the API server.
    static let rightsDelay: Duration = .milliseconds(100)

    static let resumesBeforeDeletion: String? = "it can be deleted"

    func releaseMissing(_ key: ObjectKey) async throws -> Outcome {
        forget(key)
        return .done
    }

    /// Lets go of what is kept in memory of an environment.
    func forget(_ key: ObjectKey) {
        expiry.forget(key)
        dependencies.forget(key)
        warnings.forget(key)
        bounds.forget(key)
        departing.forget(key)
        adoptions.forget(key)
        workloads.made.forget(key)
    }

    /// The environment with its defaults, or why it can't be read.
    func resolve(_ object: DynamicObject) -> Result<ResolvedEnvironment, Finding> {
        AppEnvironment.read(object).flatMap { environment in
            do throws(Violation) {
                var resolved = try ResolvedEnvironment(environment, catalogue: catalogue)
                resolved.inputs.operatorNamespace = operatorNamespace
                if let images = images.find(resolved) { resolved.deploy(images) }
                return .success(resolved)
            } catch {
                return .failure(Finding(.invalidSpec, "\(error)", .edit))
            }
        }
    }

    func needsCleanUp(_ environment: ResolvedEnvironment) -> Bool { !environment.spec.suspend }

    func apply(
        _ environment: ResolvedEnvironment, to object: DynamicObject
    ) async throws -> PassResult<EnvironmentObservation> {
        let isSuspended = environment.spec.suspend
        var observed = EnvironmentObservation(environment)
        var waits: [Duration] = []
        switch try await expire(environment, object, into: &observed) {
        case .deleted: return .ended(.done)
        case .lives(let wait): waits += [wait].compactMap(\.self)
        }
        let wasEnforced = namespaces.isEnforced(environment)
        switch try await namespaces.provision(environment, isSuspended: isSuspended, enforces: wasEnforced) {
        case .blocked(let finding, let wait):
            observed.namespaceFinding = finding
            waits.append(wait)
        case .ready(let isAdopted, let wait):
            waits += [wait].compactMap(\.self)
            if try await givesRights(environment, object) { return .ended(.requeue(after: Self.rightsDelay)) }
            observed.isAdopted = isAdopted
            observed.isEnforced = !isAdopted || wasEnforced
            waits += try await fill(environment, object, into: &observed)
            waits += try await enforce(environment, object, into: &observed)
        }
        return .applied(observed, waits: waits)
    }

    /// What is in the namespace.
    ///
    /// - Returns: when to requeue although nothing may have changed.
    private func fill(
        _ resolved: ResolvedEnvironment, _ object: DynamicObject, into observed: inout EnvironmentObservation
    ) async throws -> [Duration] {
        let hasRights = hasRights(in: resolved)
        let found = await dependencies.find(resolved, hasRights: hasRights, workloads: workloads.scaled)
        observed.dependencies = found
        let environment = environment(resolved.adopting(try await adoptions.find(resolved)), found, observed)
        observed.components = observed.components(as: environment)
        observed.callers = environment.inputs.callers
        let claimed = claims.all(of: environment)
        observed.adoptedClaims = environment.adoptedClaims(among: claimed)
        for index in observed.components.indices { observed.components[index].claims = claimed }
        let own = workloads.use(of: environment, claims: claimed.map(\.size))
        let (quota, quotaDue) = bounds.check(environment, own: own)
        observed.quota = quota
        try await ensurePriorityClasses(of: environment, into: &observed)
        let refusals = environment.refusals(by: priorityClasses)
        for index in observed.components.indices {
            let component = observed.components[index].component
            observed.components[index].refusal = refusals[component.name]
            observed.components[index].gate = environment.gate(before: component)
            observed.components[index].plan = environment.scalerPlan(of: component)
            observed.components[index].awaited = environment.databaseWait(of: component, found.databases)
            observed.components[index].fixed = component.fixedFinding(
                environment.inputs.statefulSets[component.name], in: environment.namespace)
        }
        let gated = Set(observed.components.filter { $0.gate != nil || $0.awaited != nil }.map(\.component.name))

        let isSuspended = environment.spec.suspend
        if !isSuspended, hasRights { try await prepareScalers(of: environment, into: &observed) }
        let (wanted, objections) = try environment.adoptingChildren()
        observed.openServices = wanted.filter(environment.selectsPodsOfBefore).map(\.part)
        let hasUnknownSiblings = !siblings.areKnown && siblings.exist(in: environment.namespace)
        let recorded = Set(observed.inventory.map(\.description))
        let areImagesKnown = !images.hasVanished(environment, recorded: observed.inventory)
        let held = (wanted + workloads.outgoingConfigMaps(environment)).map { child in
            let waits = !hasRights && child.type != .roleBinding
            let mayRun =
                areImagesKnown && quota.isSufficient && refusals[child.part] == nil && !gated.contains(child.part)
            // What is there for them stays while their specs may lack what their authors wrote.
            let stays = hasUnknownSiblings && child.type.isForSiblings && recorded.contains(child.name)
            return child.held(waits || stays || (!mayRun && child.type.isRolledOut))
        }
        var written = try await children.apply(
            held, of: environment.environment, object, recorded: observed.inventory, isSuspended: isSuspended)
        written.failures += objections
        observed.adoption = try await adoptions.report(
            held, of: environment, canTry: hasRights, into: &written)
        observed.add(written)
        workloads.made.learn(written.inventory, of: environment)
        if !isSuspended, hasRights {
            observed.pruneFailures += try await claims.deleteUnwanted(of: environment, announcing: object, to: events)
        }
        let rightsDue: Duration? = hasRights || isSuspended ? nil : .seconds(1)
        let siblingsDue: Duration? = hasUnknownSiblings ? .seconds(30) : nil
        return [written.retryAfter, quotaDue, rightsDue, siblingsDue].compactMap(\.self)
    }

    /// The environment with all that its children depend on.
    private func environment(
        _ resolved: ResolvedEnvironment, _ found: EnvironmentObservation.Dependencies,
        _ observed: EnvironmentObservation
    ) -> ResolvedEnvironment {
        var environment = resolved
        environment.inputs.isAdopted = observed.isAdopted
        environment.inputs.isEnforced = observed.isEnforced
        (environment.inputs.callers, environment.inputs.siblings) = siblings.find(resolved)
        environment.inputs.retainedClaims = claims.unwanted(of: resolved).map(\.size)
        environment.inputs.isKEDAServed = workloads.scalers.isKEDAServed
        environment.inputs.scalers = workloads.liveScalers(of: resolved)
        environment.countAdoptedPods()
        environment.inputs.starting = workloads.starting(environment)
        environment.inputs.jobs = workloads.jobs(of: resolved)
        environment.inputs.images = workloads.images(of: resolved)
        environment.inputs.starting.subtract(environment.adoptedWithPods)
        environment.inputs.statefulSets = workloads.fixedFields(of: resolved)
        environment.keepAdoptedStatefulSets()
        environment.inputs.secrets = found.secrets
        environment.inputs.lostHosts = Set(found.lostHosts.keys)
        environment.inputs.server = found.server
        return environment
    }

    /// Writes what bounds a namespace that was there before, once the components stand in it: until then what ran there goes on as
    /// it did.
    ///
    /// - Returns: when to requeue although nothing may have changed.
    private func enforce(
        _ environment: ResolvedEnvironment, _ object: DynamicObject, into observed: inout EnvironmentObservation
    ) async throws -> [Duration] {
        guard !observed.isEnforced, !environment.spec.suspend, hasRights(in: environment) else {
            departing.forget(object.key)
            return []
        }
        _ = workloads.observe(into: &observed, at: now())
        guard observed.stands else { return [] }
        if let wait = await departing.remaining(in: environment, at: now()) { return [wait] }
        switch try await namespaces.provision(environment, isSuspended: false, enforces: true) {
        case .ready: break
        case .blocked(let finding, let wait):
            observed.namespaceFinding = finding
            return [wait]
        }
        observed.beginAnew()
        observed.isEnforced = true
        return try await fill(environment, object, into: &observed)
    }

    private func prepareScalers(
        of environment: ResolvedEnvironment, into observed: inout EnvironmentObservation
    ) async throws {
        for index in observed.components.indices {
            let target = observed.components[index].component.target
            do {
                let plan = environment.scalerPlan(of: observed.components[index].component)
                try await workloads.scalers.prepare(plan, for: target, in: environment.namespace)
            } catch {
                let key = ObjectKey(namespace: environment.namespace, name: target.name)
                let failure = try WriteFailure(error, on: WrittenObject(.horizontalPodAutoscaler, key))
                observed.components[index].scalerFailures.append(failure)
            }
        }
    }

    /// How the workloads in the namespace are.
    func observe(_: ResolvedEnvironment, into observed: inout EnvironmentObservation) -> [Duration] {
        guard observed.namespaceFinding == nil else { return [] }
        return [workloads.observe(into: &observed, at: now()), warnings.observe(into: &observed)].compactMap(\.self)
    }

    func reportElsewhere(_ observed: EnvironmentObservation) async throws { try await images.report(observed) }

    func reportElsewhere(_ finding: Finding, about object: DynamicObject) async throws {
        try await images.report(finding, about: object)
    }

    /// Gives the operator its rights in the namespace where it does not have them.
    ///
    /// - Returns: whether it has them only now: everything else waits for the next pass. False also where they could not be
    ///   given: that is told with everything else.
    private func givesRights(_ environment: ResolvedEnvironment, _ object: DynamicObject) async throws -> Bool {
        guard !environment.spec.suspend, !hasRights(in: environment) else { return false }
        return try await children.prepare(
            environment.operatorBindings(), of: environment.environment, object,
            recorded: object.inventory)
    }

    private func hasRights(in environment: ResolvedEnvironment) -> Bool {
        let key = ObjectKey(namespace: environment.namespace, name: ResolvedEnvironment.operatorRole)
        let binding = bindings.store.whole(key)
        return binding?.value(at: "roleRef", "name")?.string == ResolvedEnvironment.operatorRole
    }
}

extension ResourceType {
    /// What makes pods.
    fileprivate var isRolledOut: Bool {
        [.deployment, .statefulSet, .job, .cronJob, .horizontalPodAutoscaler, .scaledObject].contains(self)
    }

    /// What follows from pools and policies of the namespace, too.
    fileprivate var isForSiblings: Bool { self == .networkPolicy || self == .resourceQuota }
}

extension EnvironmentReconciler {
    enum Lifetime {
        /// When to requeue.
        case lives(Duration?)
        case deleted
    }

    /// Deletes a preview whose time is up.
    func expire(
        _ environment: ResolvedEnvironment, _ object: DynamicObject, into observed: inout EnvironmentObservation
    ) async throws -> Lifetime {
        guard let lifetime = environment.timeToLive else { return .lives(nil) }
        let now = now()
        let change = environment.environment.specChange(generation: object.generation, now: now)
        let end = change.time + lifetime
        observed.specChange = change
        observed.expiresAt = end
        guard end <= now else {
            expiry.forget(object.key)
            // Not much later than now: the wall clock may be set forward meanwhile.
            return .lives(min(end - now, .seconds(3600)))
        }
        guard !environment.spec.suspend else { return .lives(nil) }
        if let remaining = expiry.remaining(object.key, uid: object.uid) {
            observed.isExpiring = true
            return .lives(remaining)
        }
        // Announced minutes ago, when the status began to say so.
        try await expiry.delete(object)
        return .deleted
    }
}

extension AppEnvironment {
    /// When the spec was changed last, as far as the operator has seen.
    ///
    /// The first spec counts from the creation. A time that is yet to come was recorded by a clock that was wrong.
    func specChange(generation: Int64, now: Timestamp) -> SpecChange {
        let time =
            if let known = status?.specChange, known.generation == generation {
                known.time
            } else if status?.specChange == nil, generation <= 1 {
                metadata.creationTimestamp ?? now
            } else {
                now
            }
        // Whole seconds, as the status keeps them.
        let seconds = Swift.min(time.secondsSinceEpoch, now.secondsSinceEpoch)
        return SpecChange(generation: generation, time: Timestamp(secondsSinceEpoch: seconds))
    }
}
