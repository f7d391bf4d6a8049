import EmbeddedAPIServer
import Glibc
import KubeAPI
import Support
import Testing

/// Rules of the watch that are about the network, over real sockets.
@Suite("Informers on a bad network", .timeLimit(.minutes(3)))
struct InformerNetworkTests {
    private struct Network {
        var server: EmbeddedAPIServer
        var proxy: FaultProxy
        /// Through the proxy.
        var client: KubeClient
        /// Past it.
        var direct: KubeClient

        func put(_ name: String, _ value: String) async throws {
            let object: JSONValue = [
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)],
                "data": ["value": .string(value)],
            ]
            _ = try await direct.patch(
                .configMap, ObjectKey(namespace: "default", name: name), .apply(object, force: true))
        }
    }

    private func run(_ body: (Network) async throws -> Void) async throws {
        let server = try EmbeddedAPIServer(options: EmbeddedAPIServerOptions(bookmarkInterval: .milliseconds(200)))
        let url = try server.start()
        let proxy = try FaultProxy(to: #require(url.split(separator: ":").last.flatMap { UInt16($0) }))
        var options = ClientOptions()
        options.qps = 0
        options.retries.networkRetries = 0
        var configuration = try server.clientConfiguration()
        let direct = try KubeClient(configuration: configuration, options: options)
        configuration.server = "https://127.0.0.1:\(proxy.port)"
        let client = try KubeClient(configuration: configuration, options: options)
        var failure: (any Error)?
        do {
            try await body(Network(server: server, proxy: proxy, client: client, direct: direct))
        } catch {
            failure = error
        }
        await client.shutdown()
        await direct.shutdown()
        await proxy.stop()
        await server.stop()
        if let failure { throw failure }
    }

    private func options(usesWatchList: Bool = true) -> InformerOptions {
        var options = InformerOptions()
        options.policy.usesWatchList = usesWatchList
        options.policy.firstDelay = .milliseconds(20)
        options.policy.longestDelay = .milliseconds(200)
        options.policy.silence = .seconds(1)
        options.policy.initialSilence = .seconds(1)
        return options
    }

    private func values(_ informer: Informer) -> [String] { informer.store.keys().map(\.name).sorted() }

    @Test("A half-open watch is found out by its silence and replaced, and nothing is lost")
    func halfOpen() async throws {
        try await run { network in
            let informer = Informer(
                Selection(.configMap, namespace: "default"), source: network.client, options: options())
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await informer.run() }
                try await informer.waitUntilSynced()
                network.proxy.set(.swallow)
                try await network.put("unheard", "1")
                // Its old connections stay dead, and nobody says so.
                network.proxy.heal(resets: false)
                try await eventually("the change is heard of") { values(informer).contains("unheard") }
                try await eventually("the watch is live") { informer.phase == .live }
                group.cancelAll()
            }
        }
    }

    @Test(
        "429, or no connection, on a watch: it is watched again from where it was, and not listed",
        arguments: [true, false])
    func noList(isRefused: Bool) async throws {
        try await run { network in
            let lists = network.server.faults.inject(
                FaultRule(.delay(.zero), verb: "list", resource: "configmaps"))
            let informer = Informer(
                Selection(.configMap, namespace: "default"), source: network.client,
                options: options(usesWatchList: false))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await informer.run() }
                try await informer.waitUntilSynced()
                #expect(network.server.faults.hits(lists) == 1)
                if isRefused {
                    let refusal = network.server.faults.inject(
                        FaultRule(.refuse(status: 429, retryAfterSeconds: 1), verb: "watch", count: 2))
                    network.server.disconnectAll()
                    try await eventually("the watch is refused twice") { network.server.faults.hits(refusal) == 2 }
                } else {
                    network.proxy.set(.refuse)
                    try await eventually("it is behind") { informer.phase != .live }
                    network.proxy.heal(resets: false)
                }
                try await network.put("later", "1")
                try await eventually("the change is heard of") { values(informer).contains("later") }
                #expect(network.server.faults.hits(lists) == 1)
                group.cancelAll()
            }
        }
    }

    @Test("Caches that were cut off catch up at once when they are asked to, and no wait is without end")
    func catchUp() async throws {
        try await run { network in
            var options = options()
            options.policy.firstDelay = .seconds(600)
            options.policy.longestDelay = .seconds(600)
            let informers = InformerSet(source: network.client, options: options)
            let configMaps = informers.informer(Selection(.configMap, namespace: "default"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await informers.run() }
                try await informers.waitUntilSynced()
                network.proxy.set(.refuse)
                try await eventually("it is behind") { configMaps.phase != .live }
                try await informers.catchUp(within: .milliseconds(50))
                #expect(configMaps.phase != .live)
                network.proxy.heal(resets: false)
                try await network.put("missed", "1")
                try await informers.catchUp(within: .seconds(60))
                #expect(configMaps.phase == .live)
                try await eventually("what was missed") { values(configMaps).contains("missed") }
                group.cancelAll()
            }
        }
    }

    @Test("A watch that died without a word is found out when the cache has to be true now")
    func silentDeath() async throws {
        try await run { network in
            var options = options()
            options.policy.silence = .seconds(600)
            let informers = InformerSet(source: network.client, options: options)
            let configMaps = informers.informer(Selection(.configMap, namespace: "default"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await informers.run() }
                try await informers.waitUntilSynced()
                network.proxy.set(.swallow)
                try await network.put("missed", "1")
                try await eventually("silence") { configMaps.staleness ?? .zero > .seconds(1) }
                #expect(configMaps.phase == .live && !values(configMaps).contains("missed"))
                network.proxy.heal(resets: false)
                try await informers.catchUp(within: .seconds(60))
                try await eventually("what was missed", within: .seconds(30)) { values(configMaps).contains("missed") }
                group.cancelAll()
            }
        }
    }

    @Test("A kind that cannot be synced holds up no other")
    func others() async throws {
        try await run { network in
            network.server.faults.inject(FaultRule(.hang, resource: "secrets"))
            network.server.faults.inject(FaultRule(.refuse(status: 500), resource: "services"))
            let informers = InformerSet(source: network.client, options: options())
            let configMaps = informers.informer(Selection(.configMap, namespace: "default"))
            _ = informers.informer(
                Selection(
                    ResourceType(group: "", version: "v1", kind: "Secret", plural: "secrets"), namespace: "default"))
            _ = informers.informer(Selection(.service, namespace: "default"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await informers.run() }
                try await configMaps.waitUntilSynced()
                try await network.put("a", "1")
                try await eventually("the change is heard of") { values(configMaps).contains("a") }
                #expect(informers.behind.count == 2)
                group.cancelAll()
            }
        }
    }
}
