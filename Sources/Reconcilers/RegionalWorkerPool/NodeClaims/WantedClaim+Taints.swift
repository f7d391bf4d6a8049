internal import KubeAPI

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
