internal import KubeAPI

extension Controller {
    /// Reconciles the owners of children that change, and every owner where an optional API of theirs comes or goes.
    ///
    /// - Parameter owners: the informer of the owners' kind.
    func watchesChildren<Owner: ChildOwner>(
        of _: Owner.Type, types: [ResourceType], owners: Informer, in environment: ReconcilerEnvironment
    ) {
        for type in types where !type.isConfidential {
            let children = environment.children(type)
            watches(children) { Self.owners(in: $0, of: Owner.self, among: owners) }
            guard type.isOptional else { continue }
            children.addServingHandler { [weak self] _ in
                for key in owners.store.keys() { self?.enqueue(key, priority: .initialList) }
            }
        }
    }

    /// The owners of a child, or those that it had before somebody took them away.
    private static func owners<Owner: ChildOwner>(
        in event: InformerEvent, of _: Owner.Type, among owners: Informer
    ) -> [ObjectKey] {
        var states = [event.object]
        if case .updated(let old, _) = event { states.append(old) }
        return Array(Set(states.flatMap { $0.owners(of: Owner.self, among: owners) }))
    }
}

extension CachedObject {
    /// The keys of the objects of a kind that this one says it belongs to: by its controller, else by its labels.
    fileprivate func owners<Owner: ChildOwner>(of kind: Owner.Type, among owners: Informer) -> [ObjectKey] {
        let (labels, references) = belonging
        let controllers = references.filter { $0.controller == true }
        guard !controllers.isEmpty else { return labelledOwners(labels, of: kind, among: owners) }
        return controllers.filter { $0.kind == Owner.resourceType.kind }.map {
            ObjectKey(namespace: namespace(labels, ofOwner: kind), name: $0.name)
        }
    }

    /// The keys of the objects of a kind that the label of that kind names.
    func labelledOwners<Owner: ChildOwner>(of kind: Owner.Type, among owners: Informer) -> [ObjectKey] {
        labelledOwners(labels, of: kind, among: owners)
    }

    private func labelledOwners<Owner: ChildOwner>(
        _ labels: [String: String], of kind: Owner.Type, among owners: Informer
    ) -> [ObjectKey] {
        guard let value = labels[Owner.ownerLabelKey] else { return [] }
        let key = ObjectKey(namespace: namespace(labels, ofOwner: kind), name: value)
        if owners.store.get(key) != nil { return [key] }
        // The label of a long name is not the name.
        return owners.store.keys().filter { $0.namespace == key.namespace && ChildName.labelValue($0.name) == value }
    }

    private func namespace<Owner: ChildOwner>(_ labels: [String: String], ofOwner _: Owner.Type) -> String {
        Owner.resourceType.isNamespaced ? labels[LabelKey.ownerNamespace] ?? key.namespace : ""
    }
}

extension Indexer {
    /// Children by their owner: by its UID where they name it as their controller, else by the label of its kind.
    static let childOwner = Indexer("childOwner") { child in
        let (labels, references) = child.belonging
        let controllers = references.filter { $0.controller == true }.map(\.uid)
        guard controllers.isEmpty else { return controllers }
        return LabelKey.owners.compactMap { key in
            labels[key].map { labelled(key, $0, ownerNamespace: labels[LabelKey.ownerNamespace]) }
        }
    }

    /// The value of `childOwner` for a child that only its labels lead to its owner.
    static func labelled(_ key: String, _ value: String, ownerNamespace: String?) -> String {
        "\(key)=\(value)/\(ownerNamespace ?? "")"
    }
}
