package import KubeAPI

/// A kind whose objects own children: what the children say of it.
package protocol ChildOwner: KubernetesObject {
    /// The label that leads from a child to its owner.
    static var ownerLabelKey: String { get }
    /// The value of `app.kubernetes.io/component` on the children.
    static var childComponent: String { get }
    var inheritedMetadata: InheritedMetadata? { get }
}

extension ChildOwner {
    /// The labels by which the operator, and everybody else, knows the children and their pods.
    package var childLabels: [String: String] {
        let name = ChildName.labelValue(metadata.name ?? "")
        return [
            LabelKey.managedBy: LabelKey.manager, LabelKey.name: name, LabelKey.component: Self.childComponent,
            Self.ownerLabelKey: name,
        ]
    }
}

extension ObjectMeta {
    /// The metadata of a child in the namespace of its owner.
    ///
    /// - Parameter labels: Labels beside `childLabels`; both stand above the inherited ones.
    package static func child<Owner: ChildOwner>(
        of owner: Owner, named name: String, labels: [String: String] = [:]
    ) -> ObjectMeta {
        let inherited = owner.inheritedMetadata
        return ObjectMeta(
            name: name,
            namespace: owner.metadata.namespace,
            labels: (inherited?.labels ?? [:]).merging(owner.childLabels.merging(labels) { $1 }) { $1 },
            annotations: inherited?.annotations.flatMap { $0.isEmpty ? nil : $0 },
            ownerReferences: OwnerReference(controllerFor: owner).map { [$0] })
    }
}

extension OwnerReference {
    /// `nil` while the owner has no UID: its manifest was read from a file.
    init?<Owner: KubernetesObject>(controllerFor owner: Owner) {
        guard let uid = owner.metadata.uid, let name = owner.metadata.name else { return nil }
        self.init(
            apiVersion: Owner.resourceType.apiVersion, kind: Owner.resourceType.kind, name: name, uid: uid,
            controller: true, blockOwnerDeletion: true)
    }
}
