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
    /// The ledger, where the operator wrote it.
    package var claim: NodeClaim?
    /// Whether the ledger carries a valid seal: those of operators that knew no seals are read once more and sealed.
    package var isSealed: Bool
    /// A ledger that nothing shows to be the operator's.
    package var unproven: Unproven?
    package var isReady: Bool
    package var isBeingDeleted: Bool

    package struct Unproven: Sendable, Hashable {
        package var claim: NodeClaim
        /// With a seal it is forged or from elsewhere; without one it may be older than seals are.
        package var hasSeal: Bool
    }

    package init(_ object: DynamicObject, sealedBy seal: Seal) {
        name = object.name
        uid = object.uid
        resourceVersion = object.resourceVersion
        labels = object.labels
        taints = object[path: "spec", "taints"]?.elements ?? []
        claimText = object.annotations[AnnotationKey.claim]
        let ledger = claimText.flatMap(SealedClaim.init(annotation:))
        isSealed = ledger?.isValid(on: object.uid, seal) ?? false
        claim = isSealed ? ledger?.claim : nil
        unproven = isSealed ? nil : ledger.map { Unproven(claim: $0.claim, hasSeal: $0.code != nil) }
        isReady = (object[path: "status", "conditions"]?.elements ?? []).contains {
            $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
        }
        isBeingDeleted = object.isBeingDeleted
    }

    /// The labels without those that its claim has set: what decides whose the node is. A label that a claim sets must not
    /// give the node to somebody else, who would take the label away with it.
    package var baseLabels: [String: String] {
        guard let claim else { return labels }
        return claim.labels.reduce(into: labels) { labels, entry in
            // What somebody has changed since is theirs.
            if labels[entry.key] == entry.value.value { labels[entry.key] = entry.value.previous }
        }
    }

    /// The same node but for its version, which moves with every report of the kubelet.
    package func isSame(as other: NodeSnapshot) -> Bool {
        var copy = other
        copy.resourceVersion = resourceVersion
        return self == copy
    }
}

extension NodeSnapshot {
    /// The node as events name it.
    var reference: DynamicObject {
        let fields: JSONObject = [
            "apiVersion": .string(ResourceType.node.apiVersion), "kind": .string(ResourceType.node.kind),
            "metadata": ["name": .string(name), "uid": .string(uid)],
        ]
        return DynamicObject(fields)
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
