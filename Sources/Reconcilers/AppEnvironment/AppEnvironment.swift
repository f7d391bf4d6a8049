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
}
