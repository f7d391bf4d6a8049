import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@Suite(.timeLimit(.minutes(2))) struct InformerClusterTests {
    private func run(_ informer: Informer, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await informer.run() }
            try await body()
            group.cancelAll()
        }
    }

    /// The maps that tests write; a cluster puts its root certificates into every namespace.
    private func values(_ informer: Informer) -> [String: String] {
        let written = informer.store.list().compactMap { object in
            object.labels["value"].map { (object.key.name, $0) }
        }
        return Dictionary(uniqueKeysWithValues: written)
    }

    @Test("An informer follows a namespace over a socket", arguments: ClusterFixture.Kind.available, [nil, 2])
    func follows(kind: ClusterFixture.Kind, pageLimit: Int?) async throws {
        try await ClusterFixture.run(kind) { cluster in
            for name in ["a", "b", "c"] { try await cluster.put(name, "1") }
            let informer = cluster.informer(pageLimit: pageLimit)
            let mirror = Mirror()
            informer.addHandler(mirror.take)
            try await run(informer) {
                try await informer.waitUntilSynced()
                #expect(values(informer) == ["a": "1", "b": "1", "c": "1"])
                try await cluster.put("d", "1")
                try await cluster.put("a", "2")
                try await cluster.client.delete(.configMap, cluster.key("b"))
                try await eventually("all changes") {
                    values(informer) == ["a": "2", "c": "1", "d": "1"]
                }
                #expect(informer.store.list(index: "value", value: "2").map(\.key) == [cluster.key("a")])
                let object = try #require(informer.store.get(cluster.key("a"))).dynamic()
                #expect(object.kind == "ConfigMap" && object.apiVersion == "v1")
                #expect(object["metadata"]?["managedFields"] == nil)
                #expect(mirror.contradictions == [])
            }
        }
    }

    @Test("Our own write is read at once and settles with its event", arguments: ClusterFixture.Kind.available)
    func ownWrite(kind: ClusterFixture.Kind) async throws {
        try await ClusterFixture.run(kind) { cluster in
            let informer = cluster.informer()
            try await run(informer) {
                try await informer.waitUntilSynced()
                for round in 0..<20 {
                    let answer = try await cluster.put("a", "\(round)")
                    informer.recordWrite(answer)
                    #expect(informer.store.get(cluster.key("a"))?.labels["value"] == "\(round)")
                }
                let uid = try #require(informer.store.get(cluster.key("a"))).uid
                try await cluster.client.delete(.configMap, cluster.key("a"))
                informer.recordDeletion(cluster.key("a"), uid: uid)
                #expect(informer.store.get(cluster.key("a")) == nil)
                try await eventually("the watch to catch up") { informer.store.pendingWriteCount == 0 }
                #expect(informer.store.get(cluster.key("a")) == nil)
            }
        }
    }

    @Test("A cut connection loses nothing", arguments: [nil, 2])
    func cut(pageLimit: Int?) async throws {
        try await ClusterFixture.run { cluster in
            let server = try #require(cluster.server)
            let informer = cluster.informer(pageLimit: pageLimit)
            let mirror = Mirror()
            informer.addHandler(mirror.take)
            try await run(informer) {
                try await informer.waitUntilSynced()
                for round in 0..<5 {
                    server.disconnectAll()
                    try await eventually("a write") { (try? await cluster.put("a", "\(round)")) != nil }
                    try await eventually("the change") { values(informer)["a"] == "\(round)" }
                }
                #expect(mirror.contradictions == [])
            }
        }
    }

    @Test("A server that has forgotten its history brings one re-list", arguments: [nil, 2])
    func forgotten(pageLimit: Int?) async throws {
        try await ClusterFixture.run { cluster in
            let server = try #require(cluster.server)
            for name in ["a", "b", "c"] { try await cluster.put(name, "1") }
            let informer = cluster.informer(pageLimit: pageLimit)
            let mirror = Mirror()
            informer.addHandler(mirror.take)
            try await run(informer) {
                try await informer.waitUntilSynced()
                // Watches do not come back before the history is gone.
                let blocked = server.faults.inject(FaultRule(.refuse(status: 429), verb: "watch"))
                server.disconnectAll()
                try await eventually("a delete") {
                    do {
                        try await cluster.client.delete(.configMap, cluster.key("b"))
                        return true
                    } catch let error as APIError { return error.isNotFound }
                }
                try await cluster.put("c", "2")
                server.compact()
                try await cluster.put("d", "1")
                server.faults.remove(blocked)
                try await eventually("the re-list") { values(informer) == ["a": "1", "c": "2", "d": "1"] }
                #expect(mirror.contradictions == [])
                #expect(mirror.versions[cluster.key("b")] == nil)
                #expect(mirror.versions[cluster.key("d")] != nil)
            }
        }
    }

    @Test(
        "A custom resource is waited for, followed, and gone with its definition",
        arguments: ClusterFixture.Kind.available)
    func customResource(kind: ClusterFixture.Kind) async throws {
        try await ClusterFixture.run(kind) { cluster in
            let group = "\(cluster.namespace).example.com"
            let type = ResourceType(group: group, version: "v1", kind: "Widget", plural: "widgets")
            let informer = cluster.informer(type)
            try await run(informer) {
                try await eventually("absence") { informer.phase == .absent }
                #expect(!informer.hasSynced)
                _ = try await cluster.client.create(definition(type), as: .customResourceDefinition)
                try await informer.waitUntilSynced()
                let widget = DynamicObject(
                    [
                        "apiVersion": .string(type.apiVersion), "kind": "Widget",
                        "metadata": ["name": "w", "namespace": .string(cluster.namespace)],
                    ] as JSONObject)
                try await eventually("a widget") { (try? await cluster.client.create(widget, as: type)) != nil }
                try await eventually("its event") { informer.store.count == 1 }
                try await cluster.client.delete(.customResourceDefinition, ObjectKey(name: "widgets.\(group)"))
                try await eventually("the end", within: .seconds(60)) { informer.phase == .absent }
                #expect(informer.store.count == 0)
            }
        }
    }

    private func definition(_ type: ResourceType) -> DynamicObject {
        DynamicObject(
            [
                "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                "metadata": ["name": .string("\(type.plural).\(type.group)")],
                "spec": [
                    "group": .string(type.group), "scope": "Namespaced",
                    "names": ["plural": .string(type.plural), "singular": "widget", "kind": .string(type.kind)],
                    "versions": [
                        [
                            "name": .string(type.version), "served": true, "storage": true,
                            "schema": ["openAPIV3Schema": ["type": "object"]],
                        ]
                    ],
                ],
            ] as JSONObject)
    }
}

@Suite(.timeLimit(.minutes(2))) struct InformerChaosTests {
    /// One random thing that goes wrong.
    private func harm(_ server: EmbeddedAPIServer, _ numbers: inout SeededNumbers) {
        switch Int.random(in: 0..<8, using: &numbers) {
        case 0: server.disconnectAll()
        case 1: server.compact()
        case 2:
            server.compact()
            server.disconnectAll()
        case 3:
            server.faults.inject(
                FaultRule(.cut(afterBytes: Int.random(in: 0..<2000, using: &numbers)), verb: "watch", count: 1))
        case 4:
            server.faults.inject(
                FaultRule(.cut(afterBytes: Int.random(in: 0..<2000, using: &numbers)), verb: "list", count: 1))
        case 5:
            server.faults.inject(
                FaultRule(
                    .refuse(status: [410, 429, 500, 503][Int.random(in: 0..<4, using: &numbers)]), verb: "watch",
                    count: 2))
        case 6:
            server.faults.inject(FaultRule(.drop, verb: ["watch", "list"].randomElement(using: &numbers), count: 1))
        default: break
        }
    }

    @Test(
        "After any faults the store is what the server has, and handlers saw a history without gaps", arguments: 0..<6)
    func chaos(seed: UInt64) async throws {
        try await ClusterFixture.run { cluster in
            let server = try #require(cluster.server)
            var numbers = SeededNumbers(seed: seed)
            let informer = cluster.informer(pageLimit: seed.isMultiple(of: 2) ? nil : 3)
            let mirror = Mirror()
            informer.addHandler(mirror.take)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await informer.run() }
                for step in 0..<150 {
                    let name = "m\(Int.random(in: 0..<12, using: &numbers))"
                    // Requests that a fault hits are not repeated: the comparison is with what the server has.
                    if Int.random(in: 0..<3, using: &numbers) == 0 {
                        try? await cluster.client.delete(.configMap, cluster.key(name))
                    } else if let answer = try? await cluster.put(name, "\(step)") {
                        informer.recordWrite(answer)
                    }
                    if Int.random(in: 0..<6, using: &numbers) == 0 { harm(server, &numbers) }
                }
                server.faults.removeAll()
                // A last change, so that whoever follows has something to catch up with.
                try await eventually("a write") { (try? await cluster.put("last", "1")) != nil }
                let list = try await cluster.client.list(.configMap, namespace: cluster.namespace)
                let wanted = Dictionary(uniqueKeysWithValues: list.items.map { ($0.key, $0.resourceVersion) })
                do {
                    try await eventually("equal stores", within: .seconds(30)) { mirror.versions == wanted }
                } catch {
                    Issue.record("seed \(seed): \(informer.phase), \(mirror.versions) instead of \(wanted)")
                    throw error
                }
                try await eventually("settled writes, seed \(seed)") {
                    Dictionary(uniqueKeysWithValues: informer.store.list().map { ($0.key, $0.resourceVersion) })
                        == wanted
                }
                #expect(mirror.contradictions == [])
                group.cancelAll()
            }
        }
    }
}
