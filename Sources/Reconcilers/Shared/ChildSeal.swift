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
        self.seal = seal
        self.owner = [Owner.resourceType.kind, owner.namespace, owner.name]
    }

    func mark(_ type: ResourceType, _ key: ObjectKey) -> Ownership.Mark {
        Ownership.Mark(annotation: AnnotationKey.madeFor, value: seal.code("child", parts(type, key)))
    }

    /// Whether the operator has made the object for the owner.
    func isOn(_ child: CachedObject, _ type: ResourceType) -> Bool {
        guard let code = child.annotations[AnnotationKey.madeFor] else { return false }
        return seal.isValid(code, "child", parts(type, child.key))
    }

    private func parts(_ type: ResourceType, _ key: ObjectKey) -> [String] {
        owner + [type.group, type.kind, key.namespace, key.name]
    }
}
