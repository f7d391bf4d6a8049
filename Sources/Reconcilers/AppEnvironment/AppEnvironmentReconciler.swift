internal import KubeAPI

/// Makes one AppEnvironment true: its namespace, everything in it, and a status that says why not.
struct AppEnvironmentReconciler: KindReconciler {
    typealias Owner = AppEnvironment

    let objects: Informer
    let namespaces: NamespaceProvisioner
    let priorityClasses: PriorityClasses
    let bounds: NamespaceBounds
    let claims: PersistentVolumeClaims
    let workloads: EnvironmentWorkloads
    let bindings: Informer
    let surroundings: SurroundingsWatch
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
        surroundings.secrets.forget(key)
        warnings.forget(key)
        bounds.forget(key)
    }

    /// The environment with its defaults, or why it can't be read.
    func resolve(_ object: DynamicObject) -> Result<ResolvedEnvironment, Finding> {
        AppEnvironment.read(object).flatMap { environment in
            do throws(Violation) {
                return .success(try ResolvedEnvironment(environment, catalogue: catalogue))
            } catch {
                return .failure(Finding(.invalidSpec, "\(error)", .edit))
            }
        }
    }

    func apply(
        _ environment: ResolvedEnvironment, to object: DynamicObject
    ) async throws -> PassResult<EnvironmentObservation> {
        let isSuspended = environment.spec.suspend
        var seen = EnvironmentObservation(environment)
        var waits: [Duration] = []
        switch try await expire(environment, object, into: &seen) {
        case .deleted: return .ended(.done)
        case .lives(let wait): waits += [wait].compactMap(\.self)
        }
        let wasEnforced = namespaces.isEnforced(environment)
        switch try await namespaces.settle(environment, isSuspended: isSuspended, enforces: wasEnforced) {
        case .blocked(let finding, let wait):
            seen.namespaceFinding = finding
            waits.append(wait)
        case .ready(let isAdopted, let wait):
            waits += [wait].compactMap(\.self)
            if try await givesRights(environment, object) { return .ended(.requeue(after: Self.rightsDelay)) }
            seen.isAdopted = isAdopted
            seen.isEnforced = !isAdopted || wasEnforced
            waits += try await fill(environment, object, into: &seen)
            waits += try await enforce(environment, object, into: &seen)
        }
        return .applied(seen, waits: waits)
    }

    /// What is in the namespace.
    ///
    /// - Returns: when to look again although nothing may have changed.
    private func fill(
        _ environment: ResolvedEnvironment, _ object: DynamicObject, into seen: inout EnvironmentObservation
    ) async throws -> [Duration] {
        let isSuspended = environment.spec.suspend
        var facts = EnvironmentFacts()
        facts.isAdopted = seen.isAdopted
        facts.isEnforced = seen.isEnforced
        facts.operatorNamespace = operatorNamespace
        (facts.callers, facts.siblings) = siblings.look(environment)
        seen.callers = facts.callers
        facts.retainedClaims = claims.unwanted(of: environment).map(\.size)
        facts.starting = workloads.starting(environment)
        let hasRights = hasRights(in: environment)
        let around = await surroundings.look(environment, hasRights: hasRights, deployments: workloads.deployments)
        facts.secrets = around.secrets
        facts.lostHosts = Set(around.lostHosts.keys)
        seen.surroundings = around
        let claimed = claims.all(of: environment)
        for index in seen.components.indices { seen.components[index].claims = claimed }
        let own = workloads.use(of: environment, claims: claimed.map(\.size))
        let (quota, quotaDue) = bounds.check(environment, facts, own: own)
        seen.quota = quota
        let refusals = try await ensurePriorityClasses(of: environment, into: &seen)

        let wanted = try environment.children(facts) + workloads.outgoingConfigMaps(environment)
        let hasUnknownSiblings = !siblings.areKnown && siblings.exist(in: environment.namespace)
        let recorded = Set(seen.inventory.map(\.description))
        let written = try await children.settle(
            wanted.map { child in
                let waits = !hasRights && child.type != .roleBinding
                let mayRun = quota.isSufficient && refusals[child.part] == nil
                // What is there for them stays while their specs may lack what their authors wrote.
                let stays = hasUnknownSiblings && child.type.isForSiblings && recorded.contains(child.name)
                return child.held(waits || stays || (!mayRun && child.type.isRolledOut))
            }, of: environment.environment, object, recorded: seen.inventory, isSuspended: isSuspended)
        seen.add(written)
        if !isSuspended, hasRights {
            seen.pruneFailures += try await claims.deleteUnwanted(of: environment, announcing: object, to: events)
        }
        let rightsDue: Duration? = hasRights || isSuspended ? nil : .seconds(1)
        let siblingsDue: Duration? = hasUnknownSiblings ? .seconds(30) : nil
        return [written.retryAfter, quotaDue, rightsDue, siblingsDue].compactMap(\.self)
    }

    /// Writes what bounds a namespace that was there before, once the components stand in it: until then what ran there goes on as
    /// it did.
    ///
    /// - Returns: when to look again although nothing may have changed.
    private func enforce(
        _ environment: ResolvedEnvironment, _ object: DynamicObject, into seen: inout EnvironmentObservation
    ) async throws -> [Duration] {
        guard !seen.isEnforced, !environment.spec.suspend, hasRights(in: environment) else { return [] }
        _ = workloads.observe(into: &seen, at: now())
        guard seen.stands else { return [] }
        switch try await namespaces.settle(environment, isSuspended: false, enforces: true) {
        case .ready: break
        case .blocked(let finding, let wait):
            seen.namespaceFinding = finding
            return [wait]
        }
        seen.beginAnew()
        seen.isEnforced = true
        return try await fill(environment, object, into: &seen)
    }

    /// - Returns: what components ask for and may not have.
    private func ensurePriorityClasses(
        of environment: ResolvedEnvironment, into seen: inout EnvironmentObservation
    ) async throws -> [String: String] {
        if !environment.spec.suspend {
            for request in environment.priorityClasses
            where priorityClasses.refusal(of: request, in: environment.namespace) == nil {
                if let failure = try await priorityClasses.ensure(request) { seen.failures.append(failure) }
            }
        }
        let refusals = environment.refusals(by: priorityClasses)
        for index in seen.components.indices {
            seen.components[index].refusal = refusals[seen.components[index].component.name]
        }
        return refusals
    }

    /// How the workloads in the namespace are.
    func observe(_: ResolvedEnvironment, into seen: inout EnvironmentObservation) -> [Duration] {
        guard seen.namespaceFinding == nil else { return [] }
        return [workloads.observe(into: &seen, at: now()), warnings.observe(into: &seen)].compactMap(\.self)
    }

    /// Gives the operator its rights in the namespace where it does not have them.
    ///
    /// - Returns: whether it has them only now: everything else waits for the next look. False also where they could not be
    ///   given: that is told with everything else.
    private func givesRights(_ environment: ResolvedEnvironment, _ object: DynamicObject) async throws -> Bool {
        guard !environment.spec.suspend, !hasRights(in: environment) else { return false }
        return try await children.prepare(
            environment.operatorBinding(to: operatorNamespace), of: environment.environment, object,
            recorded: object.inventory)
    }

    private func hasRights(in environment: ResolvedEnvironment) -> Bool {
        let key = ObjectKey(namespace: environment.namespace, name: ResolvedEnvironment.operatorRole)
        let binding = bindings.store.whole(key)
        return binding?.value(at: "roleRef", "name")?.string == ResolvedEnvironment.operatorRole
    }
}

extension DesiredChild {
    fileprivate func held(_ isHeld: Bool) -> DesiredChild {
        var child = self
        child.isHeld = child.isHeld || isHeld
        return child
    }
}

extension ResourceType {
    /// What makes pods.
    fileprivate var isRolledOut: Bool { self == .deployment || self == .horizontalPodAutoscaler }

    /// What follows from pools and policies of the namespace, too.
    fileprivate var isForSiblings: Bool { self == .networkPolicy || self == .resourceQuota }
}
