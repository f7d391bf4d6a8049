internal import EmbeddedAPIServer
internal import KubeAPI
internal import Simulation

/// One round: pools are rolled out while a plan's faults happen; then everything has to become as it should be.
struct ChaosRound: Sendable {
    struct Setup: Sendable {
        var program: String
        var definitions: Manifests
        var settings: ChaosPlan.Settings
        /// How long all may take to converge once the faults are over.
        var limit: Duration
        var external: ChaosServer.External?
        var folder: String
    }

    let seed: UInt64
    let setup: Setup
    private let plan: ChaosPlan
    private let namespace: String
    private let server: ChaosServer
    private let client: KubeClient
    private let pools: ChaosPools
    private let replicas: [ChaosReplica]
    private let check: ChaosCheck
    private let audit: LeaseAudit
    private let start = ContinuousClock.now

    private static let replicaUsers = "chaos-replica-"
    private static let lease = "quartermaster-chaos"

    init(seed: UInt64, setup: Setup) async throws {
        self.seed = seed
        self.setup = setup
        var settings = setup.settings
        if let external = setup.external {
            settings.faults.removeAll { ChaosFault.embeddedOnly.contains($0) }
            if external.restartCommand == nil { settings.faults.removeAll { $0 == .restart } }
        }
        plan = ChaosPlan(seed: seed, settings: settings)
        // A real cluster sees the same round more than once.
        let namespace = "chaos-\(seed)"
        self.namespace = namespace
        let server = try setup.external.map { try ChaosServer($0) } ?? ChaosServer(seed: seed)
        self.server = server
        client = try Self.client(server.configuration)
        pools = ChaosPools(client: client, namespace: namespace, regions: plan.regions)
        let users = "\(Self.replicaUsers)\(seed)-"
        let launch = ChaosReplica.Launch(
            program: setup.program, arguments: Self.arguments(namespace, settings), folder: setup.folder,
            configuration: server.configuration, userPrefix: users)
        replicas = try (0..<settings.replicas).map { index in
            try ChaosReplica(index: index, launch: launch, port: server.port)
        }
        check = ChaosCheck(client: client, namespace: namespace, program: setup.program, folder: setup.folder)
        audit = LeaseAudit(lease: ObjectKey(namespace: namespace, name: Self.lease)) { $0.hasPrefix(users) }
    }

    /// Without patience: what a fault hits is tried again at the next look, while the plan goes on.
    private static func client(_ configuration: ClientConfiguration) throws -> KubeClient {
        var options = ClientOptions()
        options.fieldManager = "chaos"
        options.qps = 0
        options.retries = .none
        options.requestTimeout = .seconds(10)
        return try KubeClient(configuration: configuration, options: options)
    }

    private static func arguments(_ namespace: String, _ settings: ChaosPlan.Settings) -> [String] {
        let lease = Int(settings.leaseDuration.components.seconds)
        return [
            "--metrics-bind-address=off", "--health-probe-bind-address=off", "--log-format=json",
            "--leader-election-namespace=\(namespace)", "--leader-election-id=\(Self.lease)",
            "--leader-election-lease-duration=\(lease)s",
            "--leader-election-renew-deadline=\(lease * 1000 * 2 / 3)ms", "--leader-election-retry-period=500ms",
            "--shutdown-grace-period=5s",
        ]
    }

    /// - Throws: what went wrong, for people.
    func run() async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await simulate() }
                group.addTask { try await play() }
                // The simulation ends with the play, and has no end of its own.
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch {
            await end()
            throw error
        }
        await end()
    }

    private func end() async {
        for replica in replicas {
            await replica.kill()
            await replica.network.stop()
        }
        await client.shutdown()
        await server.end()
    }

    /// Nodes, and on our own server everything else that a cluster has.
    private func simulate() async throws {
        let simulated = try KubeClient.unlimited(server.configuration, fieldManager: "simulation")
        var options = SimulationOptions()
        options.controllers = server.isEmbedded ? .all : .nodesOnly
        options.nodesPerRegion = 1
        // The pools take all others, and must not take the last one.
        options.systemNodes = 1
        options.regions = plan.regions.enumerated().flatMap { pool, count in
            (0..<count).map { ChaosPools.region(namespace, pool, $0) }
        }
        do {
            try await Simulation(client: simulated, options: options).run()
        } catch {
            await simulated.shutdown()
            throw error
        }
    }

    private func play() async throws {
        try await prepare()
        for replica in replicas { try await replica.start() }
        await pools.apply()
        note("\(plan.regions.count) pools with \(plan.regions) regions are applied")
        try await rollOut()
        try await calm()
        try await converge("after the faults")
        try await verifyStandby()
        await pools.delete()
        try await waitUntil("nothing is left of the pools") {
            if let rest = try await pools.waitUntilAtRest() { return rest }
            return try await check.remains()
        }
        note("the pools are deleted, nothing is left")
        try await verifyEnd()
        try await tidy()
    }

    private func prepare() async throws {
        _ = try await client.apply(setup.definitions)
        let object = DynamicObject(
            ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)]] as JSONObject)
        _ = try await client.create(object, as: .namespace)
    }

    private func rollOut() async throws {
        let begin = ContinuousClock.now
        for entry in plan.entries {
            while ContinuousClock.now < begin + entry.offset {
                try await Task.sleep(
                    for: min(.milliseconds(200), ContinuousClock.now.duration(to: begin + entry.offset)))
                try await supervise()
            }
            note("\(entry.step)")
            try await perform(entry.step)
        }
    }

    /// What kubelets and patient users do all the time.
    private func supervise() async throws {
        for replica in replicas { try await replica.look() }
        _ = try? await pools.waitUntilAtRest()
        for replica in replicas {
            if let crash = await replica.crashes.first { throw WaitFailure(description: crash) }
        }
    }

    private func perform(_ step: ChaosStep) async throws {
        switch step {
        case .kill(let index): await replicas[index].kill()
        case .revive(let index): try await replicas[index].start()
        case .freeze(let index): await replicas[index].freeze()
        case .thaw(let index): await replicas[index].thaw()
        case .serverDown(let keepsHistory): try await server.down(keepsHistory: keepsHistory)
        case .serverUp: try await server.up()
        case .compact: await server.compact()
        case .disconnect: await server.disconnect()
        case .storm(let status, let retryAfter, let percent):
            let effect = FaultRule.Effect.refuse(status: status, retryAfterSeconds: retryAfter)
            await server.inject(FaultRule(effect, probability: Double(percent) / 100))
        case .lostAnswers(let percent):
            for verb in ["create", "update", "patch", "delete"] {
                await server.inject(FaultRule(.loseAnswer, verb: verb, probability: Double(percent) / 100))
            }
        case .calm: await server.calm()
        case .cut(let index, let bytes): replicas[index].network.cut(afterBytes: bytes)
        case .swallow(let index): replicas[index].network.set(.swallow)
        case .refuse(let index): replicas[index].network.set(.refuse)
        case .heal(let index, let resets): replicas[index].network.heal(resets: resets)
        case .newImage, .scale, .toggleRegion, .recreate, .deleteChild, .editChild, .stripNode:
            await pools.perform(step)
        }
    }

    /// Every fault ends.
    private func calm() async throws {
        try await server.up()
        await server.calm()
        for replica in replicas {
            replica.network.heal(resets: false)
            await replica.thaw()
            try await replica.start()
        }
    }

    private func converge(_ when: String) async throws {
        try await waitUntil("all is as it should be \(when)") {
            if let rest = try await pools.waitUntilAtRest() { return rest }
            return try await check.shortcoming(of: await pools.keys)
        }
        note("all is as it should be \(when)")
    }

    /// The leader is killed; the one that takes over finds nothing to do.
    private func verifyStandby() async throws {
        try await Task.sleep(for: .seconds(1))
        try await converge("still")
        let before = try await server.events()
        let leader = try await currentLeader(in: before)
        await replicas[leader].kill()
        try await waitUntil("another replica leads") {
            try await currentLeader(in: await server.events()) == leader ? "replica \(leader) does" : nil
        }
        // Time for a whole pass over everything.
        try await Task.sleep(for: .seconds(2))
        try await converge("after the take-over")
        let writes = try await server.events().dropFirst(before.count).filter { event in
            event.user.hasPrefix(Self.replicaUsers) && !["leases", "events"].contains(event.resource)
        }
        if let write = writes.first {
            throw WaitFailure(
                description: "the new leader wrote to a converged cluster: \(write.user) \(write.verb) "
                    + "\(write.resource) \(write.name) (\(write.code)) "
                    + (write.requestObject?.serializedString() ?? ""))
        }
        note("replica \(leader) was killed, another one took over and wrote nothing")
        try await replicas[leader].start()
    }

    private func currentLeader(in events: [AuditEvent]) async throws -> Int {
        let holder = audit.holders(in: events).last
        for replica in replicas where await replica.user == holder { return replica.index }
        return -1
    }

    /// All processes end in order, and the audit shows that never two of them wrote.
    private func verifyEnd() async throws {
        for replica in replicas {
            let status = try await replica.stop()
            guard status == 0 else {
                throw WaitFailure(description: "a replica ended with status \(status); see \(await replica.log)")
            }
        }
        let events = try await server.events()
        let violations = audit.violations(in: events)
        if let violation = violations.first {
            throw WaitFailure(description: "\(violations.count) writes broke the rules of the lease: \(violation)")
        }
        let writes = events.count { $0.user.hasPrefix(Self.replicaUsers) }
        note("\(writes) writes by \(audit.holders(in: events).count) leaders one after the other, none out of turn")
    }

    /// Leaves a real cluster as it was.
    private func tidy() async throws {
        guard !server.isEmbedded else { return }
        for node in try await client.list(.node).items where node.name.hasPrefix("\(namespace)-") {
            try await client.delete(.node, node.key)
        }
        try await client.delete(.namespace, ObjectKey(name: namespace))
    }

    private func waitUntil(_ what: String, _ missing: () async throws -> String?) async throws {
        try await poll(what, within: setup.limit) {
            try await supervise()
            do {
                return try await missing()
            } catch let error as APIError where error.isTransient || error.isNotFound {
                return "\(error)"
            }
        }
    }

    private func note(_ text: String) {
        let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
        let fraction = String(milliseconds % 1000 + 1000).dropFirst()
        say("  \(milliseconds / 1000).\(fraction)  \(text)")
    }
}
