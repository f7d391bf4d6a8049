internal import KubeAPI

/// PersistentVolumeClaimResize: a claim grows only where its class says that its volumes can.
/// Source: plugin/pkg/admission/storage/persistentvolume/resize.
struct VolumeResize {
    let core: APICore

    func check(_ claim: JSONValue, live: JSONValue, _ context: RequestContext) throws {
        guard let before = Self.size(live), let after = Self.size(claim), before < after else { return }
        guard let name = live[path: ["spec", "storageClassName"]]?.string, !name.isEmpty,
            let volumeClass = core.store.get(
                GroupResource(group: "storage.k8s.io", plural: "storageclasses"), ObjectKey(name: name)),
            volumeClass.json["allowVolumeExpansion"]?.bool == true
        else {
            throw APIFailure.forbidden(
                context.type, context.key.name,
                "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must "
                    + "support resize")
        }
    }

    static func size(_ claim: JSONValue) -> Quantity? {
        claim[path: ["spec", "resources", "requests", "storage"]].flatMap { Quantity($0.quantityText) }
    }
}
