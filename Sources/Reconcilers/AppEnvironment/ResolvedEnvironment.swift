internal import KubeAPI

/// An environment with the defaults of its tier and what it comes to in this cluster: what the builders, the preflight and the status
/// work with.
package struct ResolvedEnvironment: ResolvedKind, Sendable, Hashable {
    package let environment: AppEnvironment
    /// The version of the defaults, for the status.
    package let defaultsVersion: Int
    package internal(set) var components: [Component]
    let defaults: TierDefaults
    /// Most of them are known only once there is a namespace to look at.
    package var inputs = EnvironmentInputs()
    /// What a pipeline has set; its images are those of the components already.
    var images: DeployedImages?

    /// - Throws: `Violation` where the version of the defaults is not known.
    package init(_ environment: AppEnvironment, catalogue: DefaultsCatalogue = .builtIn) throws(Violation) {
        guard let defaults = catalogue.defaults(of: environment) else {
            throw catalogue.violation(in: environment) ?? Violation("spec.defaultsVersion", "is not known")
        }
        self.environment = environment
        self.defaults = defaults
        defaultsVersion = catalogue.version(of: environment)
        components = environment.spec.components.map { Component($0, of: environment, defaults: defaults) }
    }

    package var spec: AppEnvironment.Spec { environment.spec }
    package var name: String { environment.metadata.name ?? "" }
    package var namespace: String { environment.namespaceName }
    package var podSecurity: AppEnvironment.PodSecurityLevel { spec.namespace.podSecurity ?? defaults.podSecurity }
    package var deletionPolicy: AppEnvironment.DeletionPolicy { spec.deletionPolicy ?? defaults.deletionPolicy }
    package var egress: AppEnvironment.Network.EgressMode { spec.network.egress ?? defaults.egress }
    package var hasServiceMonitors: Bool { spec.observability.serviceMonitor ?? defaults.serviceMonitor }
    package var hasAlerts: Bool { spec.observability.alerts ?? defaults.alerts }

    /// How long the environment lives after the last change of its spec; `nil`: for ever.
    package var timeToLive: Duration? { spec.ttl.flatMap(Duration.init(ofPolicy:)) ?? defaults.timeToLive }

    package func component(_ name: String) -> Component? { components.first { $0.name == name } }
}

extension ResolvedEnvironment {
    /// Rights come before what needs them, bounds and policies before pods, what pods mount before the pods, and what points at the
    /// pods last.
    static let builders: [Builder] = [
        operatorBindings, access, apiAccess, componentImages, networkPolicies, resourceQuotas, limitRanges,
        serviceAccounts,
        secretCopies,
        configMaps, triggerAuthentications,
        claims, disruptionBudgets, services, deployments, statefulSets, jobs, cronJobs, autoscalers, ingresses,
        serviceMonitors, alerts, dashboards,
    ]

    func outerChildren() throws -> [DesiredChild] { [try namespaceChild()] }

    /// What makes an object the environment's.
    package var ownerLabels: [String: String] {
        AppEnvironment.ownerLabels(of: name)
    }

    /// Whether the operator has made an object for the environment: the inventory names it, or it is sealed.
    func owns(_ child: CachedObject, _ type: ResourceType, _ seal: Seal) -> Bool {
        isRecorded(child.uid) || childSeal(seal).isOn(child, type)
    }

    func owns(_ live: DynamicObject, _ type: ResourceType, _ seal: Seal) -> Bool {
        isRecorded(live.uid) || childSeal(seal).mark(type, live.key).stands(on: live)
    }

    /// Whether the inventory names an object. The operator alone writes it.
    func isRecorded(_ uid: String) -> Bool { environment.status?.inventory?.contains { $0.uid == uid } == true }

    private func childSeal(_ seal: Seal) -> ChildSeal {
        ChildSeal(seal, of: AppEnvironment.self, ObjectKey(name: name))
    }

    /// A child in the environment's namespace, or elsewhere.
    ///
    /// - Parameters:
    ///   - component: whose child it is; `nil`: the environment's as a whole.
    ///   - fields: beside `metadata`.
    func child(
        _ type: ResourceType, named name: String, of component: Component? = nil,
        in scope: ChildScope = .ownersNamespace,
        annotations: [String: String] = [:], _ fields: KeyValuePairs<String, JSONValue>
    ) throws -> DesiredChild {
        var child = try DesiredChild(
            type, of: environment, named: name, in: scope, labels: component?.labels ?? [:],
            part: component?.name ?? "",
            fields)
        for (key, value) in annotations.sorted(by: { $0.key < $1.key }) {
            child.object[path: "metadata", "annotations", key] = .string(value)
        }
        return child
    }
}

extension Component {
    /// The labels that tell the component's children from those of the others.
    var labels: [String: String] { [LabelKey.component: name, LabelKey.environmentComponent: name] }
}
