internal import KubeAPI

/// Finds the children of an owner that its inventory does not name: they were made before a crash could record them, or
/// the status had no room for them.
///
/// Only what the operator has sealed is a child, and only where such an owner may have one: labels and owner references are
/// written by anybody who may change an object.
struct ChildFinder: Sendable {
    private let informers: [(type: ResourceType, informer: Informer)]
    private let seal: Seal
    private let permissions: Permissions

    init(_ environment: ReconcilerEnvironment, types: [ResourceType]) {
        informers = types.filter { !$0.isConfidential }.map { ($0, environment.children($0)) }
        seal = environment.seal
        permissions = environment.permissions
    }

    func children<Owner: ChildOwner>(of owner: Owner, uid: String) -> [InventoryEntry] {
        let metadata = owner.metadata
        let key = ObjectKey(namespace: metadata.namespace ?? "", name: metadata.name ?? "")
        return children(
            of: Owner.self, key, from: owner.childNamespace ?? "",
            indexedBy: [uid, Self.labelled(Owner.self, key.name, metadata.namespace)])
    }

    /// Those that say whose they are by their labels alone, since they are not in the owner's namespace.
    func distantChildren<Owner: ChildOwner>(of _: Owner.Type, _ owner: ObjectKey) -> [InventoryEntry] {
        children(
            of: Owner.self, owner, from: owner.namespace,
            indexedBy: [Self.labelled(Owner.self, owner.name, owner.namespace)])
    }

    /// What an object waits for that is on its way out and held by finalizers, among those that name the owner as their
    /// controller: garbage collection waits for them, whoever has made them.
    func heldUp(controlledBy ownerUID: String) -> String? {
        heldUp(indexedBy: ownerUID) { _ in true }
    }

    /// Likewise among those in the namespace of an owner that carry its labels.
    func heldUp<Owner: ChildOwner>(labelledFor owner: Owner) -> String? {
        let labelled = Self.labelled(Owner.self, owner.metadata.name ?? "", owner.metadata.namespace)
        return heldUp(indexedBy: labelled) { $0.key.namespace == owner.childNamespace }
    }

    private func heldUp(indexedBy value: String, where isMeant: (CachedObject) -> Bool) -> String? {
        for (type, informer) in informers {
            for object in informer.store.list(index: Indexer.childOwner.name, value: value)
            where isMeant(object) && object.isBeingDeleted {
                let finalizers = object.finalizers
                guard !finalizers.isEmpty else { continue }
                return Finalizers.progress(of: "\(type.kind) \(object.key)", heldBy: finalizers)
            }
        }
        return nil
    }

    private func children<Owner: ChildOwner>(
        of _: Owner.Type, _ owner: ObjectKey, from home: String, indexedBy values: [String]
    ) -> [InventoryEntry] {
        let seal = ChildSeal(seal, of: Owner.self, owner)
        return informers.flatMap { type, informer in
            values.flatMap { informer.store.list(index: Indexer.childOwner.name, value: $0) }
                .filter { child in
                    let space = child.key.namespace
                    let isInPlace =
                        !type.isNamespaced || space == home
                        || Owner.mayHaveChildren(type, in: space, from: home, permissions)
                    return isInPlace && seal.isOn(child, type)
                }
                .map { InventoryEntry($0.key, of: type, uid: $0.uid) }
        }
    }

    private static func labelled<Owner: ChildOwner>(_: Owner.Type, _ name: String, _ namespace: String?) -> String {
        Indexer.labelled(Owner.ownerLabelKey, ChildName.labelValue(name), ownerNamespace: namespace)
    }
}
