internal import KubeAPI

extension NodeClaims {
    /// How long after a refusal that came of other pools' writes, which may have failed.
    private static let contestedDelay: Duration = .seconds(2)

    /// Decides which new taints are written now. What is not stands in the rules of the work and in the outcome.
    func admitTaints(
        of work: inout Work, beside deployment: (Region) throws -> Deployment?, into outcome: inout Outcome
    ) throws {
        guard !work.untainted.isEmpty else { return gate.forget(work.pool) }
        // Also those that have to wait for pods: that they may not be written at all is to be said at once.
        var added: [String: [Taint]] = [:]
        for node in work.untainted {
            if case .claim(let wanted) = work.rules.verdict(on: node) { added[node.name] = wanted.newTaints(on: node) }
        }
        let verdict = gate.admit(added, of: work.pool, under: work.lockOutPolicy)
        if verdict.isContested { outcome.retryAfter = Self.contestedDelay }
        if let lockOut = verdict.lockOut {
            outcome.lockOut = lockOut
            work.rules.isLockedOut = true
        } else {
            try orderTaints(of: &work, beside: deployment, into: &outcome)
        }
    }

    /// Keeps back what pods of the regions do not tolerate yet.
    private func orderTaints(
        of work: inout Work, beside deployment: (Region) throws -> Deployment?, into outcome: inout Outcome
    ) throws {
        var pending: Set<PendingTaint> = []
        for node in work.untainted {
            guard case .claim(let wanted) = work.rules.verdict(on: node) else { continue }
            let region = wanted.region
            if work.rules.holds[region.name] == nil {
                work.rules.holds[region.name] = TaintOrder(try deployment(region)).hold(
                    of: region.taints, in: region.name)
            }
            guard let hold = work.rules.holds[region.name], !hold.pending.isEmpty,
                case .claim(let held) = work.rules.verdict(on: node)
            else { continue }
            let missing = wanted.newTaints(on: node).filter(held.withheld.containsEquivalent)
            pending.formUnion(hold.pending.filter { missing.containsEquivalent(of: $0.taint) })
        }
        outcome.pendingTaints = pending.sorted { ($0.region, "\($0.taint)") < ($1.region, "\($1.taint)") }
    }
}
