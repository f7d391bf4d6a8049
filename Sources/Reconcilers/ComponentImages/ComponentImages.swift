package import KubeAPI

/// The images that a pipeline rolls out in an environment: an object of the environment's namespace that a deployer may change,
/// who may change nothing else.
package struct ComponentImages: KubernetesObject, Hashable {
    package static let resourceType = ResourceType(
        group: "quartermaster.dev", version: "v1alpha1", kind: "ComponentImages", plural: "componentimages")

    package var metadata: ObjectMeta
    package var spec: Spec
    package var status: Status?
}

extension ResolvedEnvironment {
    /// The object in which the deployer sets images. What it says is the deployer's: the operator only makes it.
    func componentImages() throws -> [DesiredChild] {
        guard spec.access.deployer else { return [] }
        return [try child(ComponentImages.resourceType, named: name, [:])]
    }

    var componentImagesKey: ObjectKey { ObjectKey(namespace: namespace, name: name) }
}
