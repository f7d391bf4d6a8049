package import KubeAPI

/// A kind whose objects own children: what the children say of it.
package protocol ChildOwner: KubernetesObject {
    /// The label that leads from a child to its owner.
    static var ownerLabelKey: String { get }
    /// The value of `app.kubernetes.io/component` on the children.
    static var childComponent: String { get }
    var inheritedMetadata: InheritedMetadata? { get }
    /// The namespace of the children where nothing else is said.
    var childNamespace: String? { get }
    /// Whether the children name the owner as their controller, so that garbage collection takes them when it goes.
    static var childrenNameOwner: Bool { get }
    /// Whether such an owner may have children of a type in a namespace beside the one that is its own.
    ///
    /// - Parameter own: the namespace of the owner.
    static func mayHaveChildren(
        _ type: ResourceType, in namespace: String, from own: String, _ permissions: Permissions
    ) -> Bool
    /// How many children `status.inventory` names at most; the CRD allows some more.
    static var inventoryLimit: Int { get }
}

extension ChildOwner {
    package var childNamespace: String? { metadata.namespace }
    package static var childrenNameOwner: Bool { true }
    package static func mayHaveChildren(
        _: ResourceType, in _: String, from _: String, _: Permissions
    ) -> Bool { false }
    package static var inventoryLimit: Int { 480 }
}

extension ChildOwner {
    /// What a child of an owner of this name carries to be the owner's.
    static func ownerLabels(of name: String) -> [String: String] {
        [LabelKey.managedBy: LabelKey.manager, ownerLabelKey: ChildName.labelValue(name)]
    }

    /// The labels by which the operator, and everybody else, knows the children and their pods.
    package var childLabels: [String: String] {
        let name = ChildName.labelValue(metadata.name ?? "")
        return [
            LabelKey.managedBy: LabelKey.manager, LabelKey.name: name, LabelKey.component: Self.childComponent,
            Self.ownerLabelKey: name,
        ]
    }
}

/// Where a child is.
package enum ChildScope: Sendable, Hashable {
    /// The namespace of its owner.
    case ownersNamespace
    case namespace(String)
    case cluster

    func namespace(of owner: some ChildOwner) -> String? {
        switch self {
        case .ownersNamespace: owner.childNamespace
        case .namespace(let name): name
        case .cluster: nil
        }
    }
}

extension ObjectMeta {
    /// The metadata of a child.
    ///
    /// A child names its owner as its controller where garbage collection can follow that: from a namespace to the
    /// cluster or within one namespace. Elsewhere its labels lead to the owner.
    ///
    /// - Parameters:
    ///   - labels: Labels beside `childLabels`; both stand above the inherited ones.
    ///   - keepsData: garbage collection must not take the child, whatever becomes of the owner.
    package static func child<Owner: ChildOwner>(
        of owner: Owner, named name: String, in scope: ChildScope = .ownersNamespace, labels: [String: String] = [:],
        keepsData: Bool = false
    ) -> ObjectMeta {
        let inherited = owner.inheritedMetadata
        let namespace = scope.namespace(of: owner)
        let isReachable = !Owner.resourceType.isNamespaced || namespace == owner.metadata.namespace
        var own = owner.childLabels.merging(labels) { $1 }
        if !isReachable { own[LabelKey.ownerNamespace] = owner.metadata.namespace }
        return ObjectMeta(
            name: name,
            namespace: namespace,
            labels: (inherited?.labels ?? [:]).merging(own) { $1 },
            annotations: inherited?.annotations.flatMap { $0.isEmpty ? nil : $0 },
            ownerReferences: isReachable && !keepsData && Owner.childrenNameOwner
                ? OwnerReference(controllerFor: owner).map { [$0] } : nil)
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

/// Labels and annotations that a user wants on every child. Nothing else of an object's metadata is copied: a copied
/// tracking label of a deployment tool would get the children pruned.
package struct InheritedMetadata: Sendable, Hashable, Codable {
    package var labels: [String: String]?
    package var annotations: [String: String]?

    package init(labels: [String: String]? = nil, annotations: [String: String]? = nil) {
        self.labels = labels
        self.annotations = annotations
    }
}
