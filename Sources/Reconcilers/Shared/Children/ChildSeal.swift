internal import KubeAPI

/// The mark on what the operator makes for an owner. Labels lead to a child, and anybody who may change an object can write
/// them; the mark proves that the operator has made an object of this kind, namespace and name for this owner.
///
/// The owner is meant by its name and not by its UID: what is left behind on purpose (`Retain`, `KeepData`,
/// `--cascade=orphan`) or comes back from a backup belongs to the object that takes its place.
struct ChildSeal: Sendable {
    private let seal: Seal
    private let owner: [String]

    init<Owner: ChildOwner>(_ seal: Seal, of _: Owner.Type, _ owner: ObjectKey) {
        self.init(seal, of: Owner.resourceType, owner)
    }

    private init(_ seal: Seal, of type: ResourceType, _ owner: ObjectKey) {
        self.seal = seal
        self.owner = [type.kind, owner.namespace, owner.name]
    }

    /// Whether the operator has made the object for an owner that the object names itself. One with a long name is told by
    /// its owner reference alone: the label of a long name is not the name.
    static func isOn(_ child: CachedObject, _ type: ResourceType, _ seal: Seal) -> Bool {
        guard let code = child.annotations[AnnotationKey.madeFor] else { return false }
        let (labels, references) = child.belonging
        return kinds.contains { label, kind in
            let controllers = references.filter { $0.controller == true && $0.kind == kind.kind }
            return (controllers.map(\.name) + [labels[label]].compactMap(\.self)).contains { name in
                let space = kind.isNamespaced ? labels[LabelKey.ownerNamespace] ?? child.key.namespace : ""
                let seal = ChildSeal(seal, of: kind, ObjectKey(namespace: space, name: name))
                return seal.isValid(code, type, child.key)
            }
        }
    }

    private static let kinds = Kinds.all.map { ($0.ownerLabelKey, $0.resourceType) }

    func mark(_ type: ResourceType, _ key: ObjectKey) -> Ownership.Mark {
        Ownership.Mark(annotation: AnnotationKey.madeFor, value: seal.code("child", parts(type, key)))
    }

    /// Whether the operator has made the object for the owner.
    func isOn(_ child: CachedObject, _ type: ResourceType) -> Bool {
        guard let code = child.annotations[AnnotationKey.madeFor] else { return false }
        return isValid(code, type, child.key)
    }

    private func isValid(_ code: String, _ type: ResourceType, _ key: ObjectKey) -> Bool {
        seal.isValid(code, "child", parts(type, key))
    }

    private func parts(_ type: ResourceType, _ key: ObjectKey) -> [String] {
        owner + [type.group, type.kind, key.namespace, key.name]
    }
}
