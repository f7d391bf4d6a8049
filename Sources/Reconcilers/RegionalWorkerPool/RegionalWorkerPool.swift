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

    package var metadata: ObjectMeta
    package var spec: Spec
    package var status: Status?

    package var inheritedMetadata: InheritedMetadata? { spec.inheritedMetadata }
}
