package import KubeAPI

/// What claiming needs to know of a node.
package struct NodeSnapshot: Sendable, Hashable {
    package var name: String
    package var uid: String
    package var resourceVersion: String
    package var labels: [String: String]
    /// As they stand on the node: taints of others go back unchanged, with fields and effects that we don't know.
    package var taints: [JSONValue]
    /// The text of the ledger's annotation.
    package var claimText: String?
    package var claim: NodeClaim?
    package var isReady: Bool
    package var isBeingDeleted: Bool

    package init(_ object: DynamicObject) {
        name = object.name
        uid = object.uid
        resourceVersion = object.resourceVersion
        labels = object.labels
        taints = object[path: "spec", "taints"]?.elements ?? []
        claimText = object.annotations[AnnotationKey.claim]
        claim = claimText.flatMap(NodeClaim.init(annotation:))
        isReady = (object[path: "status", "conditions"]?.elements ?? []).contains {
            $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
        }
        isBeingDeleted = object.isBeingDeleted
    }

    /// The same node but for its version, which moves with every report of the kubelet.
    package func isSame(as other: NodeSnapshot) -> Bool {
        var copy = other
        copy.resourceVersion = resourceVersion
        return self == copy
    }
}

extension JSONValue {
    func isTaint(_ taint: Taint) -> Bool {
        self["key"]?.string == taint.key && self["effect"]?.string == taint.effect.rawValue
    }
}

extension Taint {
    var json: JSONValue {
        .compact(["key": .string(key), "value": normalValue.map(JSONValue.string), "effect": .string(effect.rawValue)])
    }

    /// Missing and empty are the same.
    var normalValue: String? { value.flatMap { $0.isEmpty ? nil : $0 } }
}
