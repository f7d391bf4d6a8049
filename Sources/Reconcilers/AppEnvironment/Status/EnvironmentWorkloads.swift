internal import KubeAPI

/// The Deployments, pods and configurations of environments as the cluster shows them.
struct EnvironmentWorkloads: Sendable {
    let deployments: Informer
    let configMaps: Informer
    let pods: Informer
    private let services: Informer
    private let nodes: NodeReadiness
    private let autoscalers: Informer
    private let seal: Seal

    init(_ environment: ReconcilerEnvironment) {
        deployments = environment.children(.deployment)
        configMaps = environment.children(.configMap)
        services = environment.children(.service)
        nodes = NodeReadiness(environment)
        autoscalers = environment.children(.horizontalPodAutoscaler)
        seal = environment.seal
        let ours = LabelSelector(matchExpressions: [.init(key: LabelKey.appEnvironment, operator: .exists)])
        pods = environment.informers.informer(
            Selection(.pod, labelSelector: ours),
            indexers: [.label(LabelKey.appEnvironment), UnsteadyPods.indexer(LabelKey.appEnvironment)])
    }

    /// Components whose autoscaler would have nothing to begin with: no Deployment yet, or one of no pods, which it
    /// takes for switched off.
    func starting(_ environment: ResolvedEnvironment) -> Set<String> {
        let starting = environment.components.filter { component in
            // Of one that is kept in part its number is not known, and nothing begins.
            let key = ObjectKey(namespace: environment.namespace, name: component.name)
            return component.autoscaling != nil && deployments.store.get(key)?.isWhole != false
                && (live(component, environment)?.spec.replicas ?? 0) == 0
        }
        return Set(starting.map(\.name))
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
                let live = live(component, environment), !Self.isRolledOut(live, to: component)
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
        for index in observed.components.indices {
            let component = observed.components[index].component
            observed.components[index].deployment = live(component, environment)
            observed.components[index].now = now
            observed.components[index].pods = (byComponent[component.name] ?? []).filter {
                $0.isMade(for: component.name)
            }
            observed.components[index].nodeProblems = nodes.problems(ofNodesOf: observed.components[index].pods)
            observed.components[index].autoscaler = autoscaler(component, environment)
            guard observed.components[index].deployment?.isRolledOut != true else { continue }
            observed.components[index].isHeld = isHeld
        }
        return observed.components.compactMap { $0.health?.requeueAfter }.min()
    }

    private func live(_ component: Component, _ environment: ResolvedEnvironment) -> Deployment? {
        let key = ObjectKey(namespace: environment.namespace, name: component.name)
        guard let found = deployments.store.whole(key), environment.owns(found, .deployment, seal) else { return nil }
        return try? found.decode(Deployment.self)
    }

    private func autoscaler(_ component: Component, _ environment: ResolvedEnvironment) -> DynamicObject? {
        let key = ObjectKey(namespace: environment.namespace, name: component.name)
        guard component.autoscaling != nil, let found = autoscalers.store.whole(key),
            environment.owns(found, .horizontalPodAutoscaler, seal)
        else { return nil }
        return found.dynamic()
    }

    /// Whether all pods are of a template that names the component's present configuration.
    private static func isRolledOut(_ deployment: Deployment, to component: Component) -> Bool {
        let containers = deployment.spec.template["spec"]?["containers"]?.elements ?? []
        let named = containers.flatMap { $0["envFrom"]?.elements ?? [] }
            .compactMap { $0["configMapRef"]?["name"]?.string }
        let isCurrent =
            component.configMapName.map(named.contains)
            ?? !named.contains { $0.hasPrefix("\(component.name)-config-") }
        return isCurrent && deployment.isRolledOut
    }
}
