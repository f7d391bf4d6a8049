package import KubeAPI

/// One environment of an application: a namespace and all that is in it.
///
/// The fields without `?` are required or have defaults in the CRD: `AppEnvironment.init(defaulting:)` fills them in
/// where a server has not. What depends on the tier is filled in by `ResolvedEnvironment`.
package struct AppEnvironment: OwnResource, Hashable {
    package static let resourceType = ResourceType(
        group: "quartermaster.dev", version: "v1alpha1", kind: "AppEnvironment", plural: "appenvironments",
        isNamespaced: false)
    package static let ownerLabelKey = LabelKey.appEnvironment
    package static let childComponent = "environment"
    package static let definition = CustomResource.appEnvironment
    /// Without the images that pipelines have set, every environment would go back to its own.
    package static let definitions = [definition, CustomResource.componentImages]
    package static let partList = "components"
    /// Previews expire.
    package static let ownVerbs: Set = ["delete"]
    package static let departure = Departure(
        change: ["spec": ["deletionPolicy": "Retain"]],
        consequence: "its namespace stays with all that is in it, and runs on")
    /// Whether the children stay when the environment goes is for its deletion policy to say, and garbage collection
    /// would not ask.
    package static let childrenNameOwner = false
    package static let inventoryLimit = 960

    package var metadata: ObjectMeta
    package var spec: Spec
    package var status: Status?

    package var inheritedMetadata: InheritedMetadata? { spec.inheritedMetadata }
    package var childNamespace: String? { namespaceName }
}

extension AppEnvironment {
    /// The namespace of the environment.
    package var namespaceName: String { spec.namespace.name ?? metadata.name ?? "" }

    /// The namespace is not among them: it is no child but holds them.
    package static let childKinds: [ChildKind] = [
        .roleBinding, .componentImages, .resourceQuota, .limitRange, .serviceAccount, .configMap, .podDisruptionBudget,
        .service,
        .deployment, .statefulSet, .job, .cronJob, .horizontalPodAutoscaler, .triggerAuthentication, .scaledObject,
        .networkPolicy, .secret, .ingress,
        .serviceMonitor, .prometheusRule,
        .persistentVolumeClaim,
    ]

    package func rendered() throws -> [DesiredChild] { try ResolvedEnvironment(self).rendered() }

    package func rendered(asking client: KubeClient) async throws -> [DesiredChild] {
        var resolved = try ResolvedEnvironment(self)
        let images = try await client.find(ComponentImages.resourceType, resolved.componentImagesKey)
        // Whether it is the operator's own only the operator can tell.
        if let images, resolved.ownerLabels.allSatisfy({ images.labels[$0.key] == $0.value }) {
            resolved.deploy(images)
        }
        resolved.inputs = try await EnvironmentInputs(of: resolved, asking: client)
        resolved = resolved.adopting(try await Adoptions(of: resolved, asking: client))
        resolved.inputs.starting.subtract(resolved.adoptedWithPods)
        resolved.keepAdoptedStatefulSets()
        let (children, objections) = try resolved.adoptingChildren()
        if let objection = objections.first { throw ApplyError(.foreignObject, objection.failure.message) }
        return try resolved.priorityClasses.compactMap(PriorityClasses.desired) + resolved.outerChildren() + children
    }

    /// Volumes that would be one claim, variables that would come from two places, and dashboards that are no JSON.
    ///
    /// The name of a claim is put together from two, and two pairs can come out as one: then two components would write over
    /// each other's data. Not in the CRD: to compare all pairs there costs more than the API server allows.
    package var violationsBeyondDefinition: [Violation] {
        var violations = unsharedClaims + serviceViolations + unreadableDashboards
        var first: [String: (component: String, volume: String)] = [:]
        for (index, component) in spec.components.enumerated() {
            for volume in component.volumes ?? [] where volume.existingClaim == nil {
                for claim in Component.claimNames(volume, of: component) {
                    guard let other = first.updateValue((component.name, volume.name), forKey: claim),
                        other.component != component.name
                    else { continue }
                    violations.append(
                        Violation(
                            "spec.components[\(index)].volumes",
                            """
                            volume \(volume.name) of component \(component.name) and volume \(other.volume) of component \
                            \(other.component) would be the same PersistentVolumeClaim \(claim); give one of them another \
                            name
                            """))
                }
            }
        }
        return violations
    }

    /// Claims of which only one node is to have them, and that two components mount.
    private var unsharedClaims: [Violation] {
        var violations: [Violation] = []
        var first: [String: (component: String, mode: Volume.AccessMode)] = [:]
        for (index, component) in spec.components.enumerated() {
            for volume in component.volumes ?? [] {
                let claim = volume.existingClaim ?? Component.claimName(component.name, volume.name)
                guard let other = first[claim] else {
                    first[claim] = (component.name, volume.accessMode)
                    continue
                }
                guard volume.existingClaim != nil, other.component != component.name,
                    other.mode == .readWriteOnce || volume.accessMode == .readWriteOnce
                else { continue }
                violations.append(
                    Violation(
                        "spec.components[\(index)].volumes",
                        """
                        components \(other.component) and \(component.name) both mount PersistentVolumeClaim \(claim); set \
                        accessMode of both volumes to ReadWriteMany if the claim has that, or mount it in one of them only
                        """))
            }
        }
        return violations
    }
}

extension AppEnvironment {
    package static let builtInFields = [
        // Laid over our own pods.
        BuiltInField("spec.components[].template", "PodTemplateSpec", isPartial: true),
        BuiltInField("spec.components[].autoscaling.metrics[]", "MetricSpec"),
        BuiltInField("spec.components[].autoscaling.behavior.scaleUp", "HPAScalingRules"),
        BuiltInField("spec.components[].autoscaling.behavior.scaleDown", "HPAScalingRules"),
        BuiltInField("spec.components[].env[].valueFrom", "EnvVarSource"),
        BuiltInField("spec.components[].envFrom[]", "EnvFromSource"),
        BuiltInField("spec.components[].probes.startup", "Probe", isPartial: true),
        BuiltInField("spec.components[].probes.readiness", "Probe", isPartial: true),
        BuiltInField("spec.components[].probes.liveness", "Probe", isPartial: true),
        BuiltInField("spec.components[].placement.tolerations[]", "Toleration"),
        BuiltInField("spec.components[].securityContext", securityContext),
    ]

    /// The fields of a pod's and of a container's security context: see `Component.securityContexts`.
    private static var securityContext: TypeSchema {
        let pod = TypeCatalogue.type(named: "PodSecurityContext")?.fields ?? []
        let names = Set(pod.map(\.name))
        let container = TypeCatalogue.type(named: "SecurityContext")?.fields ?? []
        return TypeSchema(.object, fields: pod + container.filter { !names.contains($0.name) })
    }
}
