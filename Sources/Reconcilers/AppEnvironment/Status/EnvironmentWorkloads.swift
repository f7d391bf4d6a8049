internal import KubeAPI

/// The Deployments, pods and configurations of environments as the cluster shows them.
struct EnvironmentWorkloads: Sendable {
    /// Those of a number of pods, by their type.
    let scaled: [ResourceType: Informer]
    let jobs: Informer
    private let cronJobs: Informer
    let configMaps: Informer
    let pods: Informer
    private let services: Informer
    private let nodes: NodeReadiness
    let scalers: ScalerHandover
    private let seal: Seal
    let made = MadeJobs()

    init(_ environment: ReconcilerEnvironment) {
        scaled = [.deployment: environment.children(.deployment), .statefulSet: environment.children(.statefulSet)]
        jobs = environment.children(.job)
        cronJobs = environment.children(.cronJob)
        configMaps = environment.children(.configMap)
        services = environment.children(.service)
        nodes = NodeReadiness(environment)
        scalers = ScalerHandover(environment)
        seal = environment.seal
        let ours = LabelSelector(matchExpressions: [.init(key: LabelKey.appEnvironment, operator: .exists)])
        pods = environment.informers.informer(
            Selection(.pod, labelSelector: ours),
            indexers: [.label(LabelKey.appEnvironment), UnsteadyPods.indexer(LabelKey.appEnvironment)])
    }

    /// Components whose autoscaler would have nothing to begin with: no Deployment yet, or one of no pods, which an HPA
    /// takes for switched off. KEDA begins at 0 by itself, as long as it is there.
    func starting(_ environment: ResolvedEnvironment) -> Set<String> {
        let starting = environment.components.filter { component in
            // Of one that is kept in part its number is not known, and nothing begins.
            let key = ObjectKey(namespace: environment.namespace, name: component.name)
            return component.autoscaling != nil && scaled[component.workloadType]?.store.get(key)?.isWhole != false
                && isEmpty(component, environment)
        }
        return Set(starting.map(\.name))
    }

    private func isEmpty(_ component: Component, _ environment: ResolvedEnvironment) -> Bool {
        guard let live = live(component, environment) else { return true }
        return live.spec.replicas ?? 0 == 0 && (component.scaler != .keda || !environment.inputs.isKEDAServed)
    }

    /// What scales the workloads, by the component.
    func liveScalers(of environment: ResolvedEnvironment) -> [String: LiveScalers] {
        environment.components.filter { !$0.runsToItsEnd }.reduce(into: [:]) { live, component in
            live[component.name] = scalers.find(
                component.target, in: environment.namespace,
                replicas: workload(component, environment)?.value(at: "spec", "replicas")?.integer.map(Int.init),
                ownerUID: environment.environment.metadata.uid ?? ""
            ) { scaler, type in
                // What is to become the component's does not stand in its own way.
                environment.owns(scaler, type, seal)
                    || (component.autoscaling != nil && environment.mayAdopt(type, scaler.key.name))
            }
        }
    }

    /// ConfigMaps that pods of an earlier roll-out still run with: wanted until the new pods have taken over.
    func outgoingConfigMaps(_ environment: ResolvedEnvironment) -> [DesiredChild] {
        let value = ChildName.labelValue(environment.name)
        let all = configMaps.store.list(
            index: Indexer.childOwner.name,
            value: Indexer.labelled(LabelKey.appEnvironment, value, ownerNamespace: nil))
        return all.compactMap { map in
            guard map.key.namespace == environment.namespace, environment.owns(map, .configMap, seal),
                let component = map.labels[LabelKey.environmentComponent].flatMap(environment.component),
                map.key.name != component.configMapName, map.key.name.hasPrefix("\(component.name)-config-"),
                isUsedStill(map.key.name, by: component, in: environment)
            else { return nil }
            return .held(.configMap, map.key, part: component.name)
        }
    }

    /// What the environment has in its namespace now, as a quota counts it.
    ///
    /// - Parameter claims: how much its claims ask for.
    func use(of environment: ResolvedEnvironment, claims: [Quantity]) -> ResourceNeed {
        let running = pods(of: environment).filter { pod in
            let phase = pod.value(at: "status", "phase")?.string
            return phase != "Succeeded" && phase != "Failed"
        }
        let value = Indexer.labelled(
            LabelKey.appEnvironment, ChildName.labelValue(environment.name), ownerNamespace: nil)
        let services = services.store.list(index: Indexer.childOwner.name, value: value)
            .filter { $0.key.namespace == environment.namespace && environment.owns($0, .service, seal) }
            .map {
                ServiceUse(
                    type: $0.value(at: "spec", "type")?.string ?? "",
                    ports: $0.value(at: "spec", "ports")?.elements.count ?? 0)
            }
        return ResourceNeed(
            pods: running.map { ["spec": $0.value(at: "spec") ?? .null] }, claims: claims, services: services)
    }

    private func pods(of environment: ResolvedEnvironment) -> [CachedObject] {
        pods.store.list(index: LabelKey.appEnvironment, value: ChildName.labelValue(environment.name))
            .filter { $0.key.namespace == environment.namespace }
    }

    /// Adds the Deployments and pods to the observation.
    ///
    /// - Returns: when to requeue although nothing may have changed.
    func observe(into observed: inout EnvironmentObservation, at now: Timestamp) -> Duration? {
        let environment = observed.environment
        let isHeld = observed.quota?.isSufficient == false
        let unsteady = UnsteadyPods.of(
            environment.name, in: environment.namespace, by: LabelKey.appEnvironment, from: pods)
        let byComponent = Dictionary(grouping: unsteady) {
            $0.metadata.labels?[LabelKey.environmentComponent] ?? ""
        }
        let found = liveScalers(of: environment)
        observed.isKEDAServed = scalers.isKEDAServed
        for index in observed.components.indices {
            let component = observed.components[index].component
            observed.components[index].now = now
            if component.runsToItsEnd {
                observe(runsInto: &observed.components[index], of: environment, byComponent[component.name] ?? [])
            } else {
                observed.components[index].deployment = live(component, environment)
                observed.components[index].pods = (byComponent[component.name] ?? []).filter {
                    $0.isMade(for: component)
                }
            }
            observed.components[index].nodeProblems = nodes.problems(ofNodesOf: observed.components[index].pods)
            observed.components[index].scalers = found[component.name]
            guard !observed.components[index].isSettled else { continue }
            observed.components[index].isHeld = isHeld
        }
        return observed.components.compactMap { $0.health?.requeueAfter }.min()
    }

    /// Its Deployment, or what its StatefulSet has in common with one.
    private func live(_ component: Component, _ environment: ResolvedEnvironment) -> Deployment? {
        workload(component, environment).flatMap { try? $0.decode(Deployment.self) }
    }

    private func workload(_ component: Component, _ environment: ResolvedEnvironment) -> CachedObject? {
        let key = ObjectKey(namespace: environment.namespace, name: component.name)
        guard let found = scaled[component.workloadType]?.store.whole(key),
            environment.owns(found, component.workloadType, seal)
        else { return nil }
        return found
    }

    /// Whether pods may run with a configuration that is the component's no more.
    private func isUsedStill(_ map: String, by component: Component, in environment: ResolvedEnvironment) -> Bool {
        guard component.runsToItsEnd else {
            return live(component, environment).map { !Self.isRolledOut($0, to: component) } ?? false
        }
        return jobs(of: component, in: environment).contains { job in
            ComponentJob(job.dynamic()).isUnfinished
                && (job.value(at: "spec", "template")?.configurations ?? []).contains(map)
        }
    }

    /// Whether all pods are of a template that names the component's present configuration.
    private static func isRolledOut(_ deployment: Deployment, to component: Component) -> Bool {
        let named = deployment.spec.template.configurations
        let isCurrent =
            component.configMapName.map(named.contains)
            ?? !named.contains { $0.hasPrefix("\(component.name)-config-") }
        return isCurrent && deployment.isRolledOut
    }
}

// What runs to its end, and what of workloads others go by.
extension EnvironmentWorkloads {
    /// The Jobs of the components of that kind, by the component.
    func jobs(of environment: ResolvedEnvironment) -> [String: [ComponentJob]] {
        environment.components.filter { $0.kind == .job }.reduce(into: [:]) { jobs, component in
            jobs[component.name] = runs(of: component, in: environment)
        }
    }

    /// The images that Deployments and StatefulSets run, by the component.
    func images(of environment: ResolvedEnvironment) -> [String: String] {
        environment.components.reduce(into: [:]) { images, component in
            images[component.name] = workload(component, environment)?.value(at: "spec", "template")?
                .image(ofContainer: component.name)
        }
    }

    /// Components all of whose pods run by their present specs, and are available.
    func serving(_ environment: ResolvedEnvironment) -> Set<String> {
        Set(
            environment.components.filter { !$0.runsToItsEnd && live($0, environment)?.isRolledOut == true }.map(\.name)
        )
    }

    /// What of the StatefulSets that are there can't be changed, by the component.
    func fixedFields(of environment: ResolvedEnvironment) -> [String: FixedFields] {
        environment.components.filter { $0.kind == .statefulSet }.reduce(into: [:]) { fields, component in
            fields[component.name] = workload(component, environment).map { FixedFields($0.value(at: "spec")) }
        }
    }

    private func observe(
        runsInto observed: inout ComponentObservation, of environment: ResolvedEnvironment, _ unsteady: [Pod]
    ) {
        let component = observed.component
        let cronJob = component.kind == .cronJob ? cronJob(of: component, in: environment) : nil
        observed.hasSchedule = cronJob != nil
        observed.runs = runs(of: component, in: environment)
        if component.kind == .job {
            observed.runs.removeAll { $0.name != component.jobName }
            observed.impostor = observed.runs.first { !$0.isOwn }
            observed.runs.removeAll { !$0.isOwn }
        }
        observed.runImage =
            cronJob?.value(at: "spec", "jobTemplate", "spec", "template")?.image(ofContainer: component.name)
            ?? (component.kind == .job && !observed.runs.isEmpty ? component.image : nil)
        let uids = Set(observed.runs.map(\.uid))
        let ended = pods(of: environment).filter { $0.value(at: "status", "phase")?.string == "Failed" }
            .compactMap { try? $0.decode(Pod.self) }
        observed.pods = (unsteady + ended).filter { $0.metadata.controller.map { uids.contains($0.uid) } ?? false }
    }

    /// The Jobs of a component, the newest first. Of a CronJob those that its controller runs now, by its status, and those that do
    /// what it does: see docs/decisions/0031-whose-runs-count.md.
    private func runs(of component: Component, in environment: ResolvedEnvironment) -> [ComponentJob] {
        let cronJob = component.kind == .cronJob ? cronJob(of: component, in: environment) : nil
        let active = Set(
            (cronJob?.value(at: "status", "active")?.elements ?? []).compactMap { $0["uid"]?.string })
        let work = cronJob.map { JobWork.digest($0.value(at: "spec", "jobTemplate", "spec") ?? [:]) }
        return jobs(of: component, in: environment).compactMap { cached -> ComponentJob? in
            let object = cached.dynamic()
            var job = ComponentJob(object)
            if let work {
                guard active.contains(job.uid) || JobWork.digest(object["spec"] ?? [:]) == work else { return nil }
            } else {
                job.isOwn = made.contain(cached, of: environment)
            }
            return job
        }.sorted { ($0.createdAt?.rfc3339 ?? "", $0.name) > ($1.createdAt?.rfc3339 ?? "", $1.name) }
    }

    private func cronJob(of component: Component, in environment: ResolvedEnvironment) -> CachedObject? {
        let found = cronJobs.store.whole(ObjectKey(namespace: environment.namespace, name: component.name))
        return found.flatMap { environment.owns($0, .cronJob, seal) ? $0 : nil }
    }

    /// Those that say whose they are, and whose seal fits where there has to be one.
    private func jobs(of component: Component, in environment: ResolvedEnvironment) -> [CachedObject] {
        let owner =
            component.kind == .cronJob
            ? cronJob(of: component, in: environment)?.uid
            : Indexer.labelled(
                LabelKey.appEnvironment, ChildName.labelValue(environment.name), ownerNamespace: nil)
        guard let owner else { return [] }
        return jobs.store.list(index: Indexer.childOwner.name, value: owner)
            .filter { job in
                job.key.namespace == environment.namespace
                    && job.labels[LabelKey.environmentComponent] == component.name
                    && (component.kind == .cronJob || environment.owns(job, .job, seal))
            }
    }
}

extension JSONValue {
    /// The ConfigMaps that containers of a pod template have their environment from.
    fileprivate var configurations: [String] {
        (self["spec"]?["containers"]?.elements ?? []).flatMap { $0["envFrom"]?.elements ?? [] }
            .compactMap { $0["configMapRef"]?["name"]?.string }
    }
}
