internal import KubeAPI
internal import Synchronization

/// Writes a node as the rules want it: one patch with the node's version as precondition, computed anew after a
/// conflict. What others write at the same time survives.
final class NodeWriter: Sendable {
    /// A node after its write.
    struct Result: Sendable {
        var node: NodeSnapshot
        var claimedFor: String?
        var isReleased = false
        var drift: [Drift] = []
        var failure: WriteFailure?
        var retryAfter: Duration?
    }

    private static let attempts = 5

    private let client: FencedClient
    private let applier: Applier
    private let seal: Seal
    private let time: TimeSource
    /// By the name of the node: somebody may keep undoing what we write.
    private let contentions = Mutex<[String: Contention]>([:])
    private let turns = ClaimTurns()

    init(_ client: FencedClient, applier: Applier, seal: Seal, time: TimeSource) {
        self.seal = seal
        self.client = client
        self.applier = applier
        self.time = time
    }

    /// Notes what would be written.
    func preview(
        _ node: NodeSnapshot, under rules: ClaimRules, into outcome: inout NodeClaims.Outcome
    ) -> NodeSnapshot {
        if plan(node, under: rules) != nil { outcome.heldBack.append("Node \(node.name)") }
        return node
    }

    /// - Throws: `NotLeaderError`, `CancellationError`.
    func write(_ node: NodeSnapshot, under rules: ClaimRules) async throws -> Result {
        do {
            return try await attempt(node, under: rules)
        } catch {
            return Result(
                node: node, failure: try WriteFailure(error, on: WrittenObject(.node, ObjectKey(name: node.name))))
        }
    }

    private func plan(_ node: NodeSnapshot, under rules: ClaimRules) -> NodePlan? {
        switch rules.verdict(on: node) {
        case .leave: nil
        case .claim(let wanted): NodePlan(node, wanted: wanted)
        case .release: NodePlan(node, wanted: nil)
        }
    }

    private func read(_ object: DynamicObject, under rules: ClaimRules) -> NodeSnapshot {
        rules.trusting(NodeSnapshot(object, sealedBy: seal))
    }

    private func attempt(_ cached: NodeSnapshot, under rules: ClaimRules) async throws -> Result {
        var node = cached
        var live: DynamicObject?
        for attempt in 1...Self.attempts {
            guard let plan = plan(node, under: rules) else { return Result(node: node) }
            if plan.isNewClaim, let hold = turns.hold(on: node.name, now: time.now) {
                return Result(node: node, failure: .takingTurns(over: node.name), retryAfter: hold)
            }
            if let hold = hold(node.name, plan) { return held(node, hold) }
            if live == nil, !plan.repaired.isEmpty {
                // Only the server knows who changed it, and after our write nobody does.
                guard let fetched = try await fetch(node.name) else { return Result(node: node) }
                live = fetched
                node = read(fetched, under: rules)
                continue
            }
            do {
                let written = try await send(plan, to: node.name)
                return finished(plan, live: live, written: read(written, under: rules))
            } catch let error as APIError where error.isNotFound {
                return Result(node: node)
            } catch let error as APIError where error.isConflict && attempt < Self.attempts {
                guard let fetched = try await fetch(node.name) else { return Result(node: node) }
                live = fetched
                node = read(fetched, under: rules)
            }
        }
        return Result(node: node)
    }

    private func fetch(_ name: String) async throws -> DynamicObject? {
        try await client.read(.node, ObjectKey(name: name))
    }

    private func send(_ plan: NodePlan, to name: String) async throws -> DynamicObject {
        try await client.patch(
            .node, ObjectKey(name: name), .merge(try plan.mergePatch(sealedBy: seal)),
            fieldManager: ReconcilerEnvironment.fieldManager)
    }

    private func finished(_ plan: NodePlan, live: DynamicObject?, written: NodeSnapshot) -> Result {
        let drift = plan.repaired.map { path in
            live.map { FieldOwners(ofOthersIn: $0).drift(of: path, from: ReconcilerEnvironment.fieldManager) }
                ?? Drift(path: path)
        }
        if plan.isNewClaim { turns.noteClaim(of: written.name, now: time.now) }
        if plan.isRelease {
            contentions.withLock { $0[written.name] = nil }
        } else if !drift.isEmpty {
            let now = time.now
            contentions.withLock { $0[written.name, default: Contention()].noteCorrection(of: drift, now: now) }
            applier.noteCorrection(of: ResourceType.node.kind)
        }
        return Result(
            node: written, claimedFor: plan.isNewClaim ? plan.claim?.region : nil, isReleased: plan.isRelease,
            drift: drift)
    }

    private func hold(_ name: String, _ plan: NodePlan) -> Contention.Hold? {
        guard !plan.repaired.isEmpty else { return nil }
        let now = time.now
        return contentions.withLock { $0[name]?.hold(on: plan.repaired, now: now) }
    }

    private func held(_ node: NodeSnapshot, _ hold: Contention.Hold) -> Result {
        Result(
            node: node, failure: .contended(by: hold.drift, on: WrittenObject(.node, ObjectKey(name: node.name))),
            retryAfter: hold.remaining)
    }
}

extension FieldOwners {
    /// Who has written the object since we did. Our own entries are left out, and older ones: what somebody has removed
    /// belongs to nobody, and then a later writer is suspected, never an earlier one.
    fileprivate init(ofOthersIn object: DynamicObject) {
        let entries = object[path: "metadata", "managedFields"]?.elements ?? []
        let (ours, others) = (entries.filter(\.isOurs), entries.filter { !$0.isOurs })
        let since = ours.compactMap { $0["time"]?.string }.max() ?? ""
        var object = object
        object[path: "metadata", "managedFields"] = .array(others.filter { $0["time"]?.string ?? "" >= since })
        self.init(of: object)
    }
}

extension JSONValue {
    fileprivate var isOurs: Bool { self["manager"]?.string == ReconcilerEnvironment.fieldManager }
}

extension WriteFailure {
    /// Somebody keeps changing these fields.
    static func contended(by drift: [Drift], on object: WrittenObject) -> WriteFailure {
        let changes = drift.prefix(3).map(\.description).joined(separator: ", ")
        return WriteFailure(
            object: object, kind: .contended, message: "\(changes), again and again; make the two agree")
    }
}

/// Notices that a node is claimed and released again and again, and slows down instead of flapping: what claims set on
/// nodes must not decide whose they are, and where it does all the same, it shows here.
final class ClaimTurns: Sendable {
    private static let path = FieldPath.root.appending("metadata").appending("annotations").appending(
        AnnotationKey.claim)

    /// By the name of the node.
    private let claims = Mutex<[String: Contention]>([:])

    /// How long the node has to be left unclaimed; `nil` where it may be claimed now.
    func hold(on node: String, now: Duration) -> Duration? {
        claims.withLock { $0[node]?.hold(on: [Self.path], now: now)?.remaining }
    }

    func noteClaim(of node: String, now: Duration) {
        claims.withLock { claims in
            claims[node, default: Contention()].noteCorrection(of: [Drift(path: Self.path, manager: nil)], now: now)
        }
    }
}

extension WriteFailure {
    static func takingTurns(over node: String) -> WriteFailure {
        WriteFailure(
            object: WrittenObject(.node, ObjectKey(name: node)), kind: .contended,
            message: """
                claimed and released again and again; see which pools name it in their events, and let their node selectors \
                name labels that nothing changes
                """)
    }
}
