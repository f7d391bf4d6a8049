import KubeAPI
import Support
import Synchronization
import Testing

@Suite("Leader election")
struct LeaderElectionTests {
    private let cluster = FakeCluster()
    private let clock = ManualClock()
    private let lease = ObjectKey(namespace: "quartermaster-system", name: "quartermaster")

    private func election(
        _ identity: String, over api: (any ObjectAPI)? = nil, metrics: MetricRegistry = MetricRegistry()
    ) -> LeaderElection {
        LeaderElection(
            api: api ?? cluster, options: .init(lease: lease, identity: identity), metrics: metrics,
            time: TimeSource(clock), randomness: Randomness { 0.5 })
    }

    private var holder: String? { cluster[.lease, lease]?["spec"]?["holderIdentity"]?.string }
    private var transitions: Int64? { cluster[.lease, lease]?["spec"]?["leaseTransitions"]?.integer }

    /// Half a second passes, and each candidate comes to wait for the clock again.
    private func step(candidates: Int = 1) async throws {
        clock.advance(by: .milliseconds(500))
        for _ in 0..<20 { await Task.yield() }
        try await clock.waitUntilSleeping(candidates)
    }

    private func pass(_ seconds: Int, candidates: Int = 1, until condition: () -> Bool = { false }) async throws {
        for _ in 0..<(seconds * 2) where !condition() { try await step(candidates: candidates) }
    }

    @Test("a single candidate leads, renews, and gives the lease back at the end")
    func single() async throws {
        let metrics = MetricRegistry()
        let election = election("a", metrics: metrics)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await election.run() }
            try await eventually("a leads") { election.isLeading }
            #expect(metrics.exposition().contains(#"leader_election_master_status{name="quartermaster"} 1"#))
            let first = cluster[.lease, lease]?.resourceVersion
            try await pass(10)
            #expect(election.isLeading)
            #expect(cluster[.lease, lease]?.resourceVersion != first)
            #expect(transitions == 0)
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(!election.isLeading)
        #expect(holder == "")
        #expect(metrics.exposition().contains(#"leader_election_master_status{name="quartermaster"} 0"#))
    }

    @Test("a renewal whose answer the end has cut off does not keep the lease")
    func cutOffRenewal() async throws {
        let connection = SlowAnswers(of: cluster)
        let election = election("a", over: connection)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await election.run() }
            try await eventually("a leads") { election.isLeading }
            let first = cluster[.lease, lease]?.resourceVersion
            connection.hold()
            for _ in 0..<20 where cluster[.lease, lease]?.resourceVersion == first {
                clock.advance(by: .milliseconds(500))
                for _ in 0..<20 { await Task.yield() }
            }
            try await eventually("the renewal is stored") { cluster[.lease, lease]?.resourceVersion != first }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(holder == "")
    }

    @Test("each renewal is one request, and on a server that takes 4 s for it the leadership has no gap")
    func slowServer() async throws {
        let connection = SlowServer(cluster, clock: clock, latency: .seconds(4))
        let election = election("a", over: connection)
        connection.observe { election.isLeading }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await election.run() }
            try await eventually("forty renewals") { cluster.writes.count >= 41 }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(Array(cluster.requests.prefix(2)) == ["GET \(place)", "POST \(place)"])
        // One that is on its way when the election ends may be looked for before the lease is given back.
        #expect(cluster.requests.dropFirst(2).prefix(40).allSatisfy { $0 == "PUT \(place)" })
        // At the sending and at the answer of each, the first two requests apart.
        #expect(connection.observed.dropFirst(4).prefix(78).allSatisfy { $0 })
        #expect(holder == "")
    }

    private var place: String { "\(ResourceType.lease.qualifiedName) \(lease)" }

    @Test("a renewal that hangs and is stored after all is found by its conflict, and the leadership goes on")
    func lateRenewal() async throws {
        let connection = SlowAnswers(of: cluster)
        let election = election("a", over: connection)
        async let _ = try? election.run()
        try await eventually("a leads") { election.isLeading }
        cluster.clearRequests()
        connection.hold()
        try await pass(4) { cluster.writes.count == 1 }
        // Stored, and never answered: five seconds later it is given up.
        try await pass(6) { cluster.writes.count > 1 || !election.isLeading }
        try await eventually("the lease is renewed again") { cluster.writes.count == 3 }
        #expect(cluster.requests == ["PUT \(place)", "PUT \(place)", "GET \(place)", "PUT \(place)"])
        #expect(election.isLeading)
        try await pass(20)
        #expect(election.isLeading)
        #expect(transitions == 0)
    }

    @Test("of two candidates one leads, and the other takes over as soon as it gives back")
    func handOver() async throws {
        let (first, second) = (election("a"), election("b"))
        let running = Task { try? await first.run() }
        try await eventually("a leads") { first.isLeading }
        async let _ = try? second.run()
        try await eventually("b stands by") { second.holder == "a" }
        for _ in 0..<40 {
            try await step(candidates: 2)
            #expect(first.isLeading && !second.isLeading)
        }
        running.cancel()
        _ = await running.value
        #expect(holder == "")
        #expect(!first.isLeading)
        // One look later, not a lease's duration.
        try await pass(3) { second.isLeading }
        #expect(second.isLeading)
        #expect(transitions == 1)
    }

    @Test("a leader that cannot renew stops writing before the other one starts, and stands by when it is back")
    func isolatedLeader() async throws {
        let connection = CuttableAPI(to: cluster)
        let (first, second) = (election("a", over: connection), election("b"))
        async let _ = try? first.run()
        try await eventually("a leads") { first.isLeading }
        async let _ = try? second.run()
        try await eventually("b stands by") { second.holder == "a" }
        connection.cut()
        var gap = 0
        for _ in 0..<80 where !second.isLeading {
            try await step(candidates: 2)
            #expect(!(first.isLeading && second.isLeading))
            if !first.isLeading { gap += 1 }
        }
        #expect(second.isLeading)
        // Between the end of the one and the beginning of the other nobody writes.
        #expect(gap > 1)
        #expect(throws: NotLeaderError.self) { try first.gate.check() }
        connection.mend()
        try await pass(10, candidates: 2)
        #expect(!first.isLeading && second.isLeading)
        #expect(transitions == 1)
    }

    @Test("a process that was stopped finds its gate closed before it has heard of anything")
    func stoppedProcess() async throws {
        let election = election("a")
        async let _ = try? election.run()
        try await eventually("a leads") { election.isLeading }
        // Nobody gets a turn between the jump and the check.
        clock.advance(by: .seconds(60))
        #expect(throws: NotLeaderError.self) { try election.gate.check() }
    }

    @Test("what only the leader does runs while it leads, is cancelled when it does not, and runs again")
    func whileLeading() async throws {
        let election = election("a")
        let events = Recorder<String>()
        async let _ = try? election.run()
        async let _ = try? election.whileLeading {
            events.append("begin")
            try? await Task.sleep(for: .seconds(600))
            events.append("end")
        }
        try await eventually("it runs") { events.all == ["begin"] }
        cluster.change(.lease, lease) {
            $0[path: "spec", "holderIdentity"] = "usurper"
            $0[path: "spec", "renewTime"] = "2026-01-31T09:05:00.000000Z"
        }
        try await pass(5) { events.count == 2 }
        #expect(events.all == ["begin", "end"])
        try await pass(30) { events.count == 3 }
        #expect(events.all == ["begin", "end", "begin"])
        #expect(transitions == 1)
    }

    @Test("an error of the leader's work ends it")
    func failure() async throws {
        struct Failure: Error {}
        let election = election("a")
        async let _ = try? election.run()
        await #expect(throws: Failure.self) { try await election.whileLeading { throw Failure() } }
    }

    @Test("faults of the server are waited out")
    func faults() async throws {
        cluster.fail("GET", .fake(500, "InternalError"))
        cluster.fail("POST", .fake(409, "AlreadyExists"))
        let election = election("a")
        async let _ = try? election.run()
        try await pass(10) { election.isLeading }
        #expect(election.isLeading)
    }

    @Test("labels and other fields of the Lease survive our renewals")
    func foreignFields() async throws {
        cluster.put(
            DynamicObject.fixture([
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "metadata": ["namespace": "quartermaster-system", "name": "quartermaster", "labels": ["team": "x"]],
                "spec": ["strategy": "OldestEmulationVersion"],
            ]), as: .lease)
        let election = election("a")
        async let _ = try? election.run()
        try await eventually("a leads") { election.isLeading }
        #expect(cluster[.lease, lease]?.labels == ["team": "x"])
        #expect(cluster[.lease, lease]?["spec"]?["strategy"] == "OldestEmulationVersion")
    }
}

/// Every request takes a while of the clock: it moves while the request is under way.
private final class SlowServer: ObjectAPI {
    private let cluster: FakeCluster
    private let clock: ManualClock
    private let latency: Duration
    private let state = Mutex<(look: @Sendable () -> Bool, seen: [Bool])>(({ true }, []))

    init(_ cluster: FakeCluster, clock: ManualClock, latency: Duration) {
        self.cluster = cluster
        self.clock = clock
        self.latency = latency
    }

    /// What is looked at when a request goes out, and when its answer comes.
    func observe(_ look: @escaping @Sendable () -> Bool) { state.withLock { $0.look = look } }

    var observed: [Bool] { state.withLock { $0.seen } }

    private func note() {
        let look = state.withLock { $0.look }
        let seen = look()
        state.withLock { $0.seen.append(seen) }
    }

    private func slowly<Value>(_ body: () async throws -> Value) async throws -> Value {
        note()
        clock.advance(by: latency / 2)
        defer {
            clock.advance(by: latency / 2)
            note()
        }
        return try await body()
    }

    func get(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject {
        try await slowly { try await cluster.get(type, key) }
    }

    func create(_ object: DynamicObject, as type: ResourceType, options: WriteOptions) async throws -> DynamicObject {
        try await slowly { try await cluster.create(object, as: type, options: options) }
    }

    func update(
        _ object: DynamicObject, as type: ResourceType, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        try await slowly { try await cluster.update(object, as: type, subresource: subresource, options: options) }
    }

    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        try await cluster.patch(type, key, patch, subresource: subresource, options: options)
    }

    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws {
        try await cluster.delete(type, key, options: options)
    }
}

/// Carries writes out, and holds back the answer of the first one after `hold`.
private final class SlowAnswers: ObjectAPI {
    private let cluster: FakeCluster
    private let holds = Mutex(false)

    init(of cluster: FakeCluster) { self.cluster = cluster }

    func hold() { holds.withLock { $0 = true } }

    func get(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject { try await cluster.get(type, key) }

    func create(_ object: DynamicObject, as type: ResourceType, options: WriteOptions) async throws -> DynamicObject {
        try await cluster.create(object, as: type, options: options)
    }

    func update(
        _ object: DynamicObject, as type: ResourceType, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        let written = try await cluster.update(object, as: type, subresource: subresource, options: options)
        let isHeld = holds.withLock { holds in
            defer { holds = false }
            return holds
        }
        if isHeld { try await Task.sleep(for: .seconds(3600)) }
        return written
    }

    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        try await cluster.patch(type, key, patch, subresource: subresource, options: options)
    }

    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws {
        try await cluster.delete(type, key, options: options)
    }
}
