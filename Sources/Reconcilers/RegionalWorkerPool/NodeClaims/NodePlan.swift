package import KubeAPI

/// What a region wants of a node that it claims.
package struct WantedClaim: Sendable, Hashable {
    package var pool: NodeClaim.Pool
    package var region: Region
    /// Taints of the region that the node must not be given yet.
    package var withheld: [Taint]

    package init(pool: NodeClaim.Pool, region: Region, withheld: [Taint] = []) {
        self.pool = pool
        self.region = region
        self.withheld = withheld
    }
}

/// What has to be written to a node to claim it, keep it claimed, or release it: a pure function of the node as it is
/// and of what is wanted.
package struct NodePlan: Sendable, Hashable {
    /// The labels to write; `nil` removes one.
    package private(set) var labels: [String: String?] = [:]
    /// All taints of the node, those of others included; `nil` where they stay.
    package private(set) var taints: [JSONValue]?
    /// The ledger after the write, `nil` once the node is released.
    package private(set) var claim: NodeClaim?
    /// What was ours and had been changed by somebody else.
    package private(set) var repaired: [FieldPath] = []
    package private(set) var isRelease: Bool
    package private(set) var isNewClaim: Bool

    private let resourceVersion: String
    /// UID of the node.
    private let node: String

    /// - Parameters:
    ///   - node: A node that is free, or that `wanted.pool` holds, or that is to be released.
    ///   - wanted: `nil` releases the node.
    /// - Returns: `nil` where the node is as it should be.
    package init?(_ node: NodeSnapshot, wanted: WantedClaim?) {
        var edit = NodeEdit(node, wanted: wanted)
        edit.dropLabels()
        edit.setLabels()
        edit.dropTaints()
        edit.setTaints()
        claim = edit.ledger
        self.node = node.uid
        isRelease = edit.ledger == nil
        isNewClaim = node.claim == nil && edit.ledger != nil
        repaired = edit.repaired
        resourceVersion = node.resourceVersion
        for key in Set(node.labels.keys).union(edit.labels.keys) where node.labels[key] != edit.labels[key] {
            labels.updateValue(edit.labels[key], forKey: key)
        }
        if edit.taints != node.taints { taints = edit.taints }
        // The ledger is compared by meaning: another spelling of the same is no reason to write. One without a seal is.
        let isLedgerSame = edit.ledger == node.claim && (edit.ledger == nil ? node.claimText == nil : node.isSealed)
        if labels.isEmpty, taints == nil, isLedgerSame { return nil }
    }

    /// The merge patch: refused with a conflict where the node has changed since it was read.
    package func mergePatch(sealedBy seal: Seal) throws -> JSONValue {
        var metadata = JSONObject([("resourceVersion", .string(resourceVersion))])
        // A null in a merge patch removes: one in the place of all labels would take them all.
        metadata.edit(object: "labels") { fields in
            for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
                fields[key] = value.map(JSONValue.string) ?? JSONValue.null
            }
        }
        let text = try claim.map { try SealedClaim.annotation($0, on: node, seal) }
        metadata["annotations"] = [AnnotationKey.claim: text.map(JSONValue.string) ?? JSONValue.null]
        var patch = JSONObject([("metadata", .object(metadata))])
        // A list that a merge patch names is replaced as a whole, hence the precondition above.
        if let taints { patch["spec"] = ["taints": taints.isEmpty ? JSONValue.null : JSONValue.array(taints)] }
        return .object(patch)
    }
}

/// A node while it is changed, and the ledger that comes of it.
private struct NodeEdit {
    let before: NodeClaim?
    let wanted: WantedClaim?
    /// Those that the node is to have now.
    let wantedTaints: [Taint]
    var labels: [String: String]
    var taints: [JSONValue]
    var ledger: NodeClaim?
    var repaired: [FieldPath] = []

    init(_ node: NodeSnapshot, wanted: WantedClaim?) {
        before = node.claim
        self.wanted = wanted
        wantedTaints = wanted?.taints(after: node.claim) ?? []
        labels = node.labels
        taints = node.taints
        ledger = wanted.map { NodeClaim(pool: $0.pool, region: $0.region.name, onRelease: $0.region.onRelease) }
    }

    /// Whether what is no longer wanted goes; the spec decides while there is one, then the ledger.
    private var removesOwned: Bool { (wanted?.region.onRelease ?? before?.onRelease) == .removeOwned }

    mutating func dropLabels() {
        guard let before else { return }
        let wantedKeys = Set((wanted?.region.nodeLabels ?? [:]).keys)
        for (key, label) in before.labels where !wantedKeys.contains(key) && labels[key] == label.value {
            // Which pool holds the node is true for as long as it does.
            guard removesOwned || key == LabelKey.claimedBy, !ReservedNodeKeys.isLabel(key) else { continue }
            labels[key] = label.previous
        }
    }

    mutating func setLabels() {
        guard let wanted else { return }
        let set = wanted.region.nodeLabels.filter { !ReservedNodeKeys.isLabel($0.key) }
        for (key, value) in set.sorted(by: { $0.key < $1.key }) {
            let entry = before?.labels[key]
            if let entry, labels[key] != entry.value { repaired.append(.label(key)) }
            // What we wrote over stays on record for as long as we hold the node.
            let previous = entry.map(\.previous) ?? labels[key]
            ledger?.labels[key] = NodeClaim.Label(value: value, previous: previous)
            labels[key] = value
        }
    }

    mutating func dropTaints() {
        guard removesOwned, let before else { return }
        for entry in before.taints where !wantedTaints.contains(where: { $0.matches(entry.taint) }) {
            guard !ReservedNodeKeys.isTaint(entry.key),
                let index = taints.firstIndex(where: { $0.isTaint(entry.taint) }),
                taints[index]["value"]?.string ?? "" == entry.value ?? ""
            else { continue }
            if let previous = entry.previous {
                taints[index] = Taint(key: entry.key, value: previous.value, effect: entry.effect).json
            } else {
                taints.remove(at: index)
            }
        }
    }

    mutating func setTaints() {
        for taint in wantedTaints where !ReservedNodeKeys.isTaint(taint.key) {
            let entry = before?.taint(matching: taint)
            let index = taints.firstIndex { $0.isTaint(taint) }
            let live = index.map { taints[$0]["value"]?.string ?? "" }
            if let entry, live != entry.value ?? "" { repaired.append(.taint(taint)) }
            let previous = entry.map(\.previous) ?? live.map { .init(value: $0.isEmpty ? nil : $0) }
            ledger?.taints.append(
                .init(key: taint.key, effect: taint.effect, value: taint.normalValue, previous: previous))
            if let index {
                if live != taint.value ?? "" { taints[index] = taint.json }
            } else {
                taints.append(taint.json)
            }
        }
    }
}

extension FieldPath {
    fileprivate static func label(_ key: String) -> FieldPath {
        root.appending("metadata").appending("labels").appending(key)
    }

    fileprivate static func taint(_ taint: Taint) -> FieldPath {
        let identity = JSONObject([("key", .string(taint.key)), ("effect", .string(taint.effect.rawValue))])
        return root.appending("spec").appending("taints").appending(.key(identity))
    }
}

extension WantedClaim {
    /// The taints that the node is to have now.
    ///
    /// One that is withheld stays as it is where the ledger has it; where the ledger has another one of its key, that one
    /// stays until then, so that the node is not open to everybody's pods in between.
    func taints(after ledger: NodeClaim?) -> [Taint] {
        guard !withheld.isEmpty else { return region.taints }
        let recorded = ledger?.taints.map(\.taint) ?? []
        let missing = withheld.filter { !recorded.containsEquivalent(of: $0) }
        let given = region.taints.filter { !missing.containsEquivalent(of: $0) }
        let kept = recorded.filter { old in
            missing.contains { $0.key == old.key } && !given.contains { $0.matches(old) }
        }
        return given + kept
    }

    /// Those of the region's that would be new to the node: neither on it nor in its ledger.
    func newTaints(on node: NodeSnapshot) -> [Taint] {
        region.taints.filter { taint in
            let isRecorded = node.claim?.taint(matching: taint)?.taint.isEquivalent(to: taint) ?? false
            return !isRecorded
                && !node.taints.contains { $0.isTaint(taint) && $0["value"]?.string ?? "" == taint.value ?? "" }
        }
    }
}

extension [Taint] {
    func containsEquivalent(of taint: Taint) -> Bool { contains { $0.isEquivalent(to: taint) } }
}
