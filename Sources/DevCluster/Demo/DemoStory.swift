internal import CommandLineInterface
internal import KubeAPI

/// The demo's steps, one method each.
struct DemoStory: Sendable {
    let cluster: DemoCluster
    /// Writes under another name, so that the operator can tell who changed what.
    let somebody: DemoCluster
    let manifests: Manifests
    let type: ResourceType
    let key: ObjectKey

    private static let width = 118
    private static let limit: Duration = .seconds(60)

    /// - Parameter keeps: leaves the pool where it is at the end.
    func tell(keeps: Bool) async throws {
        let before = try await looks()
        try await apply()
        try await show()
        let pool = try await cluster.pool(type, key)
        let damage = try await DemoDamage(cluster: somebody, pool: pool)
        title("Somebody breaks things behind the operator's back")
        try await damage.inflict()
        try await showRepairs(damage, pool)
        guard !keeps else { return }
        try await delete(pool, before: before, damage: damage)
    }

    private func apply() async throws {
        title("Apply a pool of workers for \(regionCount) regions")
        let start = ContinuousClock.now
        for object in try await cluster.client.apply(manifests) { say("   applied  \(object)") }
        try await wait("the pool \(key) is Ready") { try await cluster.pool(type, key).shortcoming }
        say("   Ready after \(seconds(since: start))")
    }

    private var regionCount: Int {
        manifests.objects.first { $0.kind == PoolFacts.kind }?[path: "spec", "regions"]?.array?.count ?? 0
    }

    private func show() async throws {
        title("What the operator has made of it")
        let pool = try await cluster.pool(type, key)
        show(DemoTables.nodes(try await cluster.nodes(), labels: labelKeys(pool)))
        show(DemoTables.deployments(try await cluster.children(.deployment, of: pool)))
        show(DemoTables.budgets(try await cluster.children(.podDisruptionBudget, of: pool)))
        show(DemoTables.conditions(pool.object))
    }

    private func showRepairs(_ damage: DemoDamage, _ pool: PoolFacts) async throws {
        title("What the operator repaired, and what it left alone")
        let start = ContinuousClock.now
        try await wait("all is repaired") {
            if let rest = try await damage.unrepaired() { return rest }
            return try await cluster.pool(type, key).shortcoming
        }
        say("   repaired after \(seconds(since: start))")
        show(try await damage.report())
        // Events are written when there is time, so the last ones may come a moment later.
        var events = try await cluster.driftEvents()
        for _ in 0..<20 where events.count < 2 {
            try await Task.sleep(for: .milliseconds(100))
            events = try await cluster.driftEvents()
        }
        if !events.isEmpty { show(DemoTables.events(events)) }
    }

    private func delete(_ pool: PoolFacts, before: [String: NodeLooks], damage: DemoDamage) async throws {
        title("Delete the pool")
        let start = ContinuousClock.now
        try await cluster.client.delete(type, key)
        try await wait("the pool \(key) and all of its objects are gone") { try await remains(pool) }
        say("   gone after \(seconds(since: start)), and its deployments and budgets with it")
        show(DemoTables.nodes(try await cluster.nodes(), labels: labelKeys(pool)))
        var expected = before
        expected[damage.foreignNode]?.taints.insert(DemoDamage.foreignTaint)
        try verify(try await looks(), against: expected)
        say("   every node is as it was before the pool, and the foreign taint is still on \(damage.foreignNode)")
    }

    private func remains(_ pool: PoolFacts) async throws -> String? {
        if let left = try await cluster.find(type, key) {
            return PoolFacts(object: left).shortcoming ?? "it is still there"
        }
        for type in [ResourceType.deployment, .podDisruptionBudget] {
            if let child = try await cluster.children(type, of: pool).first { return "\(type.plural)/\(child.name) is" }
        }
        return nil
    }

    private func looks() async throws -> [String: NodeLooks] {
        Dictionary(uniqueKeysWithValues: try await cluster.nodes().map { ($0.name, NodeLooks($0)) })
    }

    private func verify(_ now: [String: NodeLooks], against expected: [String: NodeLooks]) throws {
        for (name, wanted) in expected.sorted(by: { $0.key < $1.key }) {
            guard let node = now[name] else { throw WaitFailure(description: "node \(name) is gone") }
            guard node.taints == wanted.taints else {
                let taints = node.taints.map(\.description).sorted().joined(separator: ", ")
                throw WaitFailure(description: "node \(name) is not clean: its taints are \(taints)")
            }
            let keys = Set(node.labels.keys).union(wanted.labels.keys).sorted()
            for key in keys where node.labels[key] != wanted.labels[key] {
                throw WaitFailure(
                    description: "node \(name) is not clean: label \(key) is \(node.labels[key] ?? "gone"), and was "
                        + "\(wanted.labels[key] ?? "not there") before")
            }
            let notes = Set(node.annotations.keys).symmetricDifference(wanted.annotations.keys).sorted()
            if let note = notes.first {
                throw WaitFailure(description: "node \(name) is not clean: see its annotation \(note)")
            }
        }
    }

    private func labelKeys(_ pool: PoolFacts) -> Set<String> {
        pool.regions.reduce(into: []) { $0.formUnion($1.labels.keys) }
    }

    // MARK: For people

    private func wait(_ what: String, _ missing: () async throws -> String?) async throws {
        try await poll(
            what, within: Self.limit,
            progress: { elapsed, rest in say("   … \(elapsed.components.seconds) s: \(rest)") }, missing)
    }

    private func title(_ text: String) {
        say()
        say("── \(text)")
    }

    private func show(_ table: TextTable) {
        say()
        for line in table.lines(indent: 3, width: Self.width) { say(line) }
    }

    private func seconds(since start: ContinuousClock.Instant) -> String {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return "\(seconds).\(attoseconds / 100_000_000_000_000_000) s"
    }
}
