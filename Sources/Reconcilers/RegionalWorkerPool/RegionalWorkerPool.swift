package import KubeAPI

/// One pool of workers spread over the regions of a cluster.
///
/// The fields without `?` are required or have defaults in the CRD: `RegionalWorkerPool.init(defaulting:)` fills them in
/// where a server has not.
package struct RegionalWorkerPool: OwnResource, Hashable {
    package static let resourceType = ResourceType(
        group: "quartermaster.dev", version: "v1alpha1", kind: "RegionalWorkerPool", plural: "regionalworkerpools")
    package static let ownerLabelKey = LabelKey.regionalWorkerPool
    package static let childComponent = "worker"
    package static let definition = CustomResource.regionalWorkerPool
    package static let partList = "regions"
    package static let departure = Departure(consequence: "its pods go and its nodes are released")
    package static let childKinds: [ChildKind] = [
        .networkPolicy, .podDisruptionBudget, .deployment, .horizontalPodAutoscaler, .triggerAuthentication,
        .scaledObject, .service, .serviceMonitor, .prometheusRule,
    ]
    package static let builtInFields = [
        BuiltInField("spec.template", "PodTemplateSpec"),
        BuiltInField("spec.regions[].env[].valueFrom", "EnvVarSource"),
        BuiltInField("spec.scaling.behavior.scaleUp", "HPAScalingRules"),
        BuiltInField("spec.scaling.behavior.scaleDown", "HPAScalingRules"),
        BuiltInField("spec.network.extraIngress[]", "NetworkPolicyIngressRule"),
        BuiltInField("spec.network.extraEgress[]", "NetworkPolicyEgressRule"),
    ]

    package var metadata: ObjectMeta
    package var spec: Spec
    package var status: Status?

    package var inheritedMetadata: InheritedMetadata? { spec.inheritedMetadata }
}

extension RegionalWorkerPool {
    /// Its monitoring may be where Prometheus looks.
    package static func mayHaveChildren(
        _ type: ResourceType, in namespace: String, from own: String, _ permissions: Permissions
    ) -> Bool {
        [.serviceMonitor, .prometheusRule].contains(type) && permissions.mayMonitor(in: namespace, from: own)
    }

    package func rendered() throws -> [DesiredChild] { try ResolvedPool(self).rendered() }

    package func rendered(asking client: KubeClient) async throws -> [DesiredChild] {
        try await ResolvedPool(self, PoolInputs(of: self, asking: client)).rendered()
    }

    /// The name of the children of a region.
    func childName(ofRegion name: String) -> String { ChildName.joined(metadata.name ?? "", name) }

    /// The labels that select the pods of all regions.
    var podSelector: [String: String] { Self.podSelector(ofPool: metadata.name ?? "") }

    static func podSelector(ofPool name: String) -> [String: String] {
        [LabelKey.regionalWorkerPool: ChildName.labelValue(name)]
    }
}

extension RegionalWorkerPool {
    /// The namespace of a component that the pods are to reach.
    func namespace(of peer: Network.Peer) -> String {
        peer.namespace.isEmpty ? metadata.namespace ?? "" : peer.namespace
    }

    /// Those of its own namespace: another one's environment has to name the pool itself.
    var callers: [ComponentCaller] {
        (spec.network.connectsTo ?? []).filter { namespace(of: $0) == metadata.namespace }.map { peer in
            ComponentCaller(
                name: "\(Self.resourceType.kind) \(metadata.name ?? "")", podLabels: podSelector,
                component: peer.component, ports: peer.ports.map(ComponentCaller.Ports.pods) ?? .all)
        }
    }
}
