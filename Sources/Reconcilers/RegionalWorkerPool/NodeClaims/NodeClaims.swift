internal import KubeAPI
internal import Synchronization

/// Claims, keeps and releases the nodes of a pool.
struct NodeClaims: Sendable {
    /// What became of the nodes of a pool.
    struct Outcome: Sendable {
        var tallies: [String: Tally] = [:]
        var failures: [WriteFailure] = []
        /// The names of newly claimed nodes by region.
        var claimed: [String: [String]] = [:]
        var released: [String] = []
        /// Nodes with a ledger in the pool's name that the operator has not written. What it names is left as it is.
        var rejected: [NodeSnapshot] = []
        /// Whether every node that the pool holds has a sealed ledger.
        var isSealed = false
        var repaired: [(node: String, drift: [Drift])] = []
        /// Nodes that would have been written if the pool were not suspended.
        var heldBack: [String] = []
        /// When a node that somebody else keeps changing may be written again.
        var retryAfter: Duration?
        /// Taints that nodes have not been given yet, since pods of theirs do not tolerate them.
        var pendingTaints: [PendingTaint] = []
        /// Why nodes have not been given new taints at all.
        var lockOut: LockOut?
    }

    /// The nodes of a region.
    struct Tally: Sendable {
        var matched = 0
        var claimed = 0
        var ready = 0
        /// The first of the claimed ones that are not ready, by name.
        var unready: String?
        var conflicts: [RegionObservation.Conflict] = []
        /// What the ledgers of the claimed ones say.
        var carriedTaints: Set<Taint> = []
    }

    /// At so many nodes at the same time.
    private static let concurrency = 16

    let nodeIndex: NodeIndex
    let writer: NodeWriter
    let gate: TaintGate
    private let reported = ReportedLedgers()

    init(nodeIndex: NodeIndex, writer: NodeWriter, gate: TaintGate) {
        self.nodeIndex = nodeIndex
        self.writer = writer
        self.gate = gate
    }

    /// What a pool has to do with the nodes that there are.
    struct Work: Sendable {
        let pool: ObjectKey
        let lockOutPolicy: RegionalWorkerPool.LockOutPolicy
        var rules: ClaimRules
        /// Those that the pool matches or holds, by name.
        let nodes: [NodeSnapshot]
        /// Those that the pool is to have or has.
        fileprivate(set) var concerned: [NodeSnapshot] = []
        /// Those of `concerned` that have not all of their taints yet.
        fileprivate(set) var untainted: [NodeSnapshot] = []
        fileprivate let rejected: [NodeSnapshot]

        /// Whether the pool neither has a node nor is to have one.
        var isEmpty: Bool { concerned.isEmpty }
    }

    /// Where the pool may not claim nodes everything that it holds is to be released.
    func work(for resolved: ResolvedPool) -> Work {
        let pool = resolved.pool
        let rules = ClaimRules(resolved, ownership: nodeIndex.ownership())
        let selectors = resolved.mayClaimNodes ? resolved.regions.map(\.nodeSelector) : []
        let candidates = nodeIndex.candidates(for: pool.key, selectors: selectors).map(rules.trusting)
        let nodes = candidates.filter(rules.mayConcern)
        var work = Work(
            pool: pool.key, lockOutPolicy: pool.spec.nodes.lockOutPolicy, rules: rules, nodes: nodes,
            rejected: candidates.filter(rules.rejectsLedger))
        for node in nodes {
            let verdict = rules.verdict(on: node)
            if case .leave = verdict { continue }
            work.concerned.append(node)
            if case .claim(let wanted) = verdict, !wanted.newTaints(on: node).isEmpty { work.untainted.append(node) }
        }
        return work
    }

    /// Brings every node that the pool matches or holds to what the pool wants of it.
    ///
    /// - Parameters:
    ///   - isSuspended: with true nothing is written.
    ///   - deployment: the live one of a region; asked for only where nodes are to be given new taints.
    /// - Throws: `NotLeaderError`, `CancellationError`; what goes wrong with a node is in the outcome.
    func apply(
        _ work: Work, isSuspended: Bool, deployment: (Region) throws -> Deployment?
    ) async throws -> Outcome {
        var outcome = Outcome()
        var work = work
        if !isSuspended { try admitTaints(of: &work, beside: deployment, into: &outcome) }
        defer { gate.finish(work.pool) }
        let results =
            isSuspended
            ? work.nodes.map { writer.preview($0, under: work.rules, into: &outcome) }
            : try await write(work.concerned, under: work.rules, into: &outcome)
        outcome.rejected = reported.news(of: work.rejected)
        let written = Dictionary(results.map { ($0.name, $0) }) { _, last in last }
        let nodes = work.nodes.map { written[$0.name] ?? $0 }
        for node in nodes { work.rules.count(node, in: &outcome.tallies) }
        outcome.isSealed = nodes.allSatisfy(work.rules.isSealed)
        return outcome
    }

    /// Releases every node that a pool of this name holds: the pool is being deleted, or gone.
    ///
    /// - Throws: as `apply`.
    func release(allOf pool: ObjectKey) async throws -> Outcome {
        var outcome = Outcome()
        gate.forget(pool)
        let rules = ClaimRules(releasing: pool, ownership: nodeIndex.ownership())
        let named = nodeIndex.candidates(for: pool, selectors: []).map(rules.trusting)
        outcome.rejected = reported.news(of: named.filter(rules.rejectsLedger))
        _ = try await write(named, under: rules, into: &outcome)
        return outcome
    }

    private func write(
        _ nodes: [NodeSnapshot], under rules: ClaimRules, into outcome: inout Outcome
    ) async throws -> [NodeSnapshot] {
        var results: [NodeSnapshot] = []
        try await withThrowingTaskGroup(of: NodeWriter.Result.self) { group in
            var waiting = nodes[...]
            for node in waiting.prefix(Self.concurrency) {
                group.addTask { try await writer.write(node, under: rules) }
            }
            waiting = waiting.dropFirst(Self.concurrency)
            while let result = try await group.next() {
                if let node = waiting.popFirst() { group.addTask { try await writer.write(node, under: rules) } }
                results.append(result.node)
                outcome.note(result)
            }
        }
        outcome.sort()
        return results
    }
}

/// Ledgers of others that have been told of: each is told once, not at each look.
private final class ReportedLedgers: Sendable {
    /// The text by the UID of the node.
    private let texts = Mutex<[String: String]>([:])

    func news(of nodes: [NodeSnapshot]) -> [NodeSnapshot] {
        guard !nodes.isEmpty else { return [] }
        return texts.withLock { texts in
            nodes.filter { node in texts.updateValue(node.claimText ?? "", forKey: node.uid) != node.claimText }
        }
    }
}

extension NodeClaims.Outcome {
    fileprivate mutating func note(_ result: NodeWriter.Result) {
        let name = result.node.name
        if let failure = result.failure { failures.append(failure) }
        if let region = result.claimedFor { claimed[region, default: []].append(name) }
        if result.isReleased { released.append(name) }
        if !result.drift.isEmpty { repaired.append((name, result.drift)) }
        if let time = result.retryAfter { retryAfter = min(retryAfter ?? time, time) }
    }

    /// The order in which the nodes were done is chance; messages must not depend on it.
    fileprivate mutating func sort() {
        failures.sort { $0.object.key < $1.object.key }
        claimed = claimed.mapValues { $0.sorted() }
        released.sort()
        repaired.sort { $0.node < $1.node }
    }
}

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
