package import KubeAPI

/// A component with everything that it takes from its environment and tier: what the builders work with.
package struct Component: Sendable, Hashable {
    /// A port of the component's Service.
    package struct Port: Sendable, Hashable {
        package var name: String
        package var port: Int
        package var containerPort: Int
        package var transport: AppEnvironment.TransportProtocol
    }

    package struct Autoscaling: Sendable, Hashable {
        package var min: Int
        package var max: Int
        package var cpu: Int?
        package var memory: Int?
        package var metrics: [JSONObject]
        package var behavior: AppEnvironment.Autoscaling.Behavior?
        package var keda: KEDASettings?
    }

    package let name: String
    package let spec: AppEnvironment.ComponentSpec
    /// What its container runs: that of the spec, or what a pipeline has set in its place.
    package internal(set) var image: String
    /// Pods wanted; under an autoscaler the fewest.
    package internal(set) var replicas: Int
    package let autoscaling: Autoscaling?
    /// The ports of the Service, that of the metrics among them.
    package let ports: [Port]
    package let spread: AppEnvironment.Spread
    package let nodeFailureSeconds: Int
    package let priorityClassName: String
    /// Amounts by `cpu`, `memory`, …
    package let requests: [String: JSONValue]
    package let limits: [String: JSONValue]
    /// The labels that select the component's pods. They must never change: a Deployment's selector cannot.
    package let podSelector: [String: String]
    /// Every label that the pods get beside those of the template.
    package let podLabels: [String: String]
    /// `nil` where there is no configuration.
    package let configHash: String?
    /// The services that it uses.
    let services: [BoundService]
    let defaults: TierDefaults

    /// As many pods as the definition allows.
    static let mostReplicas = 500

    init(_ spec: AppEnvironment.ComponentSpec, of environment: AppEnvironment, defaults: TierDefaults) {
        self.spec = spec
        self.defaults = defaults
        services = (environment.spec.services ?? []).filter { spec.uses?.contains($0.name) == true }
            .map { BoundService($0, in: environment) }
        name = spec.name
        image = spec.image
        let isBound = (spec.volumes ?? []).contains { $0.accessMode == .readWriteOnce }
        autoscaling = spec.autoscaling.map { given in
            Autoscaling(
                min: min(given.min ?? defaults.replicas, given.max), max: given.max,
                cpu: given.cpu ?? (given.isWithoutMetrics ? defaults.targetUtilization : nil), memory: given.memory,
                metrics: given.metrics ?? [], behavior: given.behavior, keda: given.keda)
        }
        let runsOnce = spec.kind == .job || spec.kind == .cronJob
        replicas =
            runsOnce
            ? 1 : autoscaling?.min ?? spec.replicas ?? (isBound ? 1 : defaults.replicas)
        ports = Self.ports(spec)
        spread = spec.placement.spread ?? defaults.spread
        nodeFailureSeconds =
            spec.nodeFailureSeconds
            ?? (isBound
                ? max(defaults.nodeFailureSeconds, defaults.nodeFailureSecondsOfBoundVolumes)
                : defaults.nodeFailureSeconds)
        priorityClassName = spec.priorityClass?.name ?? spec.priorityClassName ?? defaults.priorityClassName
        (requests, limits) = Self.resources(spec.resources, defaults)
        let environmentName = ChildName.labelValue(environment.metadata.name ?? "")
        podSelector = [LabelKey.appEnvironment: environmentName, LabelKey.environmentComponent: spec.name]
        // Not the inherited ones: a change of those must not replace every pod.
        podLabels = podSelector.merging([
            LabelKey.managedBy: LabelKey.manager, LabelKey.name: environmentName, LabelKey.component: spec.name,
        ]) { $1 }
        configHash = (spec.config ?? [:]).isEmpty ? nil : spec.config.map(Self.hash)
    }

    package var kind: AppEnvironment.ComponentSpec.Kind { spec.kind }

    /// Whether its pods end by themselves.
    package var runsToItsEnd: Bool { kind == .job || kind == .cronJob }

    /// The kind of object whose controller makes the pods.
    var podOwnerKind: String { runsToItsEnd ? "Job" : workloadType.kind }

    /// What the component is made of.
    package var workloadType: ResourceType {
        switch kind {
        case .deployment: .deployment
        case .statefulSet: .statefulSet
        case .job: .job
        case .cronJob: .cronJob
        }
    }

    /// The most pods that the component wants at a time.
    package var maxReplicas: Int { autoscaling?.max ?? replicas }

    package var scaler: Scaler {
        autoscaling.map { $0.keda == nil ? .hpa : .keda } ?? .fixed
    }

    /// What the component is made of as something that is scaled.
    package var target: ScaleTarget {
        ScaleTarget(
            workloadType, named: name, replicas: replicas, minReplicas: replicas, maxReplicas: maxReplicas)
    }

    /// The name of the component's TriggerAuthentication.
    var triggerAuthenticationName: String { "\(name)-triggers" }

    /// Whether only one node can mount a volume of the component.
    package var hasBoundVolume: Bool { volumes.contains { $0.accessMode == .readWriteOnce } }

    package var volumes: [AppEnvironment.Volume] { spec.volumes ?? [] }

    package var serviceType: AppEnvironment.Service.Kind { spec.service.type }

    /// Whether the Service is reached from outside of the cluster.
    var isExposed: Bool { serviceType == .nodePort || serviceType == .loadBalancer }

    package var configMapName: String? { configHash.map { "\(name)-config-\($0)" } }

    /// The volumes whose claims are made for the component.
    package var ownVolumes: [AppEnvironment.Volume] { volumes.filter { $0.existingClaim == nil } }

    /// The claim that a volume mounts.
    ///
    /// Not of a StatefulSet's own volume: each of its pods mounts another one.
    package func claimName(_ volume: AppEnvironment.Volume) -> String {
        volume.existingClaim ?? Self.claimName(name, volume.name)
    }

    /// The claims that are made for a volume.
    package func claimNames(_ volume: AppEnvironment.Volume) -> [String] {
        Self.claimNames(volume, of: spec, replicas: replicas)
    }

    /// - Parameter replicas: where the tier decides it is not known, and one is enough to tell names apart.
    static func claimNames(
        _ volume: AppEnvironment.Volume, of spec: AppEnvironment.ComponentSpec, replicas: Int? = nil
    ) -> [String] {
        guard spec.kind == .statefulSet else { return [claimName(spec.name, volume.name)] }
        // As its controller looks for them. Source: Kubernetes, "StatefulSets", Stable Storage.
        return (0..<(replicas ?? spec.replicas ?? 1)).map { "\(volume.name)-\(spec.name)-\($0)" }
    }

    static func claimName(_ component: String, _ volume: String) -> String { "\(component)-\(volume)" }

    private static func ports(_ spec: AppEnvironment.ComponentSpec) -> [Port] {
        var ports = (spec.ports ?? []).map {
            Port(name: $0.name, port: $0.port, containerPort: $0.targetPort ?? $0.port, transport: $0.protocol)
        }
        if let metrics = spec.metrics?.port,
            !ports.contains(where: { $0.containerPort == metrics && $0.transport == .tcp })
        {
            ports.append(Port(name: "metrics", port: metrics, containerPort: metrics, transport: .tcp))
        }
        return ports
    }

    /// The tier's amounts where the user gave none. A default request never exceeds a given limit, and a default limit
    /// never undercuts a given request.
    private static func resources(
        _ given: AppEnvironment.Resources?, _ defaults: TierDefaults
    ) -> (requests: [String: JSONValue], limits: [String: JSONValue]) {
        var requests = given?.requests ?? [:]
        var limits = given?.limits ?? [:]
        for (name, amount) in defaults.containerRequests where requests[name] == nil {
            requests[name] = Amount.lesser(.string(amount), limits[name])
        }
        for (name, amount) in defaults.containerLimits where limits[name] == nil {
            limits[name] = Amount.greater(.string(amount), requests[name])
        }
        return (requests, limits)
    }

    /// Ten characters that depend on nothing but the content.
    private static func hash(_ config: [String: String]) -> String {
        String(sha256Hex(JSONValue.strings(config).canonicalBytes()).prefix(10))
    }
}

extension AppEnvironment.Autoscaling {
    fileprivate var isWithoutMetrics: Bool { memory == nil && metrics == nil && keda == nil }
}
