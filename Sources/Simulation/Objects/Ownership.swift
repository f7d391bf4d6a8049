internal import KubeAPI

extension DynamicObject {
    /// The owner that controls the object. Source: Kubernetes API concepts, "Owners and Dependents".
    var controller: OwnerReference? { ownerReferences.first { $0.controller == true } }

    func isControlled(by owner: DynamicObject) -> Bool { controller?.uid == owner.uid }

    /// This object as the controlling owner of another one.
    func asController() -> JSONValue {
        [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid),
            "controller": true, "blockOwnerDeletion": true,
        ]
    }

    var creationTimestamp: Timestamp? {
        self[path: "metadata", "creationTimestamp"]?.string.flatMap { Timestamp(rfc3339: $0) }
    }
}

/// Objects that a controller owns or may take over: those without a controller that its selector matches.
struct Claim: Sendable {
    var owned: [DynamicObject]
    var adoptions: [SimulatedWrite]

    init(_ candidates: [DynamicObject], by owner: DynamicObject, selector: LabelSelector, type: ResourceType) {
        owned = candidates.filter { $0.isControlled(by: owner) }
        let orphans = candidates.filter {
            $0.controller == nil && !$0.isBeingDeleted && !owner.isBeingDeleted && selector.matches($0.labels)
        }
        adoptions = orphans.map { orphan in
            let owners = orphan[path: "metadata", "ownerReferences"]?.array ?? []
            return .patch(
                type, orphan.key,
                [
                    "metadata": [
                        "uid": .string(orphan.uid), "resourceVersion": .string(orphan.resourceVersion),
                        "ownerReferences": .array(owners + [owner.asController()]),
                    ]
                ])
        }
    }
}
