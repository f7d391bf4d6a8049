import KubeAPI
import Support
import Testing

@Suite("Runtime on a server", .timeLimit(.minutes(3)))
struct RuntimeIntegrationTests {
    private let ownership = Ownership(labels: ["app.kubernetes.io/managed-by": "quartermaster"])

    private func applier(_ server: ServerFixture, _ objects: any LiveObjects) -> Applier {
        Applier(
            api: server.requests, objects: objects, gate: .alwaysOpen(),
            options: .init(hashAnnotation: "quartermaster.dev/applied-hash"))
    }

    private let configMap = "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: '1', b: '2'}}"

    @Test(
        "a child is made once; a hundred passes, and those of a restarted process, send nothing",
        arguments: ServerKind.available, RuntimeFixture.all)
    func convergence(kind: ServerKind, child: RuntimeFixture) async throws {
        try await ServerFixture.run(kind) { server in
            let desired = try server.object(child.yaml)
            try await server.withInformers(of: [child.type]) { objects in
                let first = applier(server, objects)
                #expect(try await first.apply(desired, as: child.type, ownership: ownership).action == .created)
                for _ in 0..<100 {
                    let result = try await first.apply(desired, as: child.type, ownership: ownership)
                    #expect(result.action == .unchanged)
                }
                #expect(server.requests.all == ["PATCH \(child.type.kind) \(desired.name)"])
            }
            // New caches: nothing is known but what the server has.
            try await server.withInformers(of: [child.type]) { objects in
                let second = applier(server, objects)
                let result = try await second.apply(desired, as: child.type, ownership: ownership)
                #expect(result.action == .unchanged)
                #expect(server.requests.all.count == 1)
            }
        }
    }

    @Test("drift is put right, and field and manager are named", arguments: ServerKind.available)
    func drift(kind: ServerKind) async throws {
        try await ServerFixture.run(kind) { server in
            let desired = try server.object(configMap)
            let key = desired.key
            try await server.withInformers(of: [.configMap]) { objects in
                let applier = applier(server, objects)
                _ = try await applier.apply(desired, as: .configMap, ownership: ownership)
                let changed = try await server.client.patch(
                    .configMap, key, .merge(["data": ["a": "9", "c": "3"]]),
                    options: WriteOptions(fieldManager: "kubectl-edit"))
                try await eventually("the change is seen") {
                    guard case .found(let live) = objects.lookUp(.configMap, key) else { return false }
                    return live.resourceVersion == changed.resourceVersion
                }
                let result = try await applier.apply(desired, as: .configMap, ownership: ownership)
                #expect(result.drift.map(\.description) == ["data.a was changed by kubectl-edit"])
                let live = try await server.client.get(.configMap, key)
                // What was added is not ours to remove.
                #expect(live["data"] == ["a": "1", "b": "2", "c": "3"])
            }
        }
    }

    @Test("a field that is no longer desired goes away, its neighbours stay", arguments: ServerKind.available)
    func removedField(kind: ServerKind) async throws {
        try await ServerFixture.run(kind) { server in
            var desired = try server.object(configMap)
            try await server.withInformers(of: [.configMap]) { objects in
                let applier = applier(server, objects)
                _ = try await applier.apply(desired, as: .configMap, ownership: ownership)
                desired["data"] = ["b": "2"]
                #expect(try await applier.apply(desired, as: .configMap, ownership: ownership).action == .updated)
                #expect(try await server.client.get(.configMap, desired.key)["data"] == ["b": "2"])
            }
        }
    }

    @Test("an object of somebody else is left alone", arguments: ServerKind.available)
    func foreignObject(kind: ServerKind) async throws {
        try await ServerFixture.run(kind) { server in
            let desired = try server.object(configMap)
            var foreign = desired
            foreign[path: "metadata", "labels"] = nil
            let made = try await server.client.create(foreign, as: .configMap)
            try await server.withInformers(of: [.configMap]) { objects in
                let error = await #expect(throws: ApplyError.self) {
                    try await applier(server, objects).apply(desired, as: .configMap, ownership: ownership)
                }
                #expect(error?.code == .foreignObject)
                let live = try await server.client.get(.configMap, desired.key)
                #expect(live.resourceVersion == made.resourceVersion)
            }
        }
    }

    @Test("an object that was replaced meanwhile is not overwritten", arguments: ServerKind.available)
    func replacedObject(kind: ServerKind) async throws {
        try await ServerFixture.run(kind) { server in
            var desired = try server.object(configMap)
            let first = try await server.client.create(desired, as: .configMap)
            try await server.client.delete(.configMap, desired.key)
            _ = try await server.client.create(desired, as: .configMap)
            desired["data"] = ["a": "5"]
            let error = await #expect(throws: APIError.self) {
                try await applier(server, FrozenObjects(object: first)).apply(
                    desired, as: .configMap, ownership: ownership)
            }
            #expect(error?.isConflict == true)
            #expect(try await server.client.get(.configMap, desired.key)["data"]?["a"] == "1")
        }
    }

    @Test("children that are not wanted any more are deleted", arguments: ServerKind.available)
    func pruning(kind: ServerKind) async throws {
        try await ServerFixture.run(kind) { server in
            let made = try await server.client.create(server.object(configMap), as: .configMap)
            let entry = InventoryEntry(made.key, of: .configMap, uid: made.uid)
            try await server.withInformers(of: [.configMap]) { objects in
                let client = FencedClient(api: server.requests, objects: objects, gate: .alwaysOpen())
                let pruner = Pruner(client) { _, _ in .configMap }
                var recorded = [entry]
                try await eventually("it is seen to be gone") {
                    recorded = try await pruner.prune(recorded, labels: ownership.labels).remaining
                    return recorded.isEmpty
                }
                #expect(server.requests.all.filter { $0.hasPrefix("DELETE") } == ["DELETE ConfigMap settings"])
            }
        }
    }

    @Test("finalizers hold an object and let it go", arguments: ServerKind.available)
    func finalizers(kind: ServerKind) async throws {
        try await ServerFixture.run(kind) { server in
            let made = try await server.client.create(server.object(configMap), as: .configMap)
            try await server.withInformers(of: [.configMap]) { objects in
                let finalizers = Finalizers(
                    FencedClient(api: server.requests, objects: objects, gate: .alwaysOpen()))
                let held = try await finalizers.add("quartermaster.dev/cleanup", to: made, as: .configMap)
                try await server.client.delete(.configMap, made.key)
                #expect(try await server.client.get(.configMap, made.key).isBeingDeleted)
                // As it was before the deletion: the conflict is worked out.
                try await finalizers.remove("quartermaster.dev/cleanup", from: held, as: .configMap)
                let error = await #expect(throws: APIError.self) { try await server.client.get(.configMap, made.key) }
                #expect(error?.isNotFound == true)
            }
        }
    }

    @Test("the lease is taken, renewed, and given back", arguments: ServerKind.available)
    func leaderElection(kind: ServerKind) async throws {
        try await ServerFixture.run(kind) { server in
            var options = LeaderElection.Options(lease: server.key("leader"), identity: "a")
            options.retryPeriod = .milliseconds(100)
            let first = LeaderElection(api: server.client, options: options)
            options.identity = "b"
            let second = LeaderElection(api: server.client, options: options)
            let running = Task { try? await first.run() }
            try await eventually("a leads") { first.isLeading }
            async let _ = try? second.run()
            try await eventually("b stands by") { second.holder == "a" }
            let taken = try await server.client.get(.lease, server.key("leader"))
            try await eventually("the lease is renewed") {
                try await server.client.get(.lease, server.key("leader")).resourceVersion != taken.resourceVersion
            }
            #expect(!second.isLeading)
            running.cancel()
            _ = await running.value
            try await eventually("b leads") { second.isLeading }
            let lease = try await server.client.get(.lease, server.key("leader")).decode(Lease.self)
            #expect(lease.spec?.leaseTransitions == 1)
            #expect(lease.spec?.holderIdentity == "b")
        }
    }

    @Test("events are accepted, and become a series", arguments: ServerKind.available)
    func events(kind: ServerKind) async throws {
        try await ServerFixture.run(kind) { server in
            let clock = ManualClock()
            let recorder = EventRecorder(
                api: server.client, gate: .alwaysOpen(),
                options: .init(reportingController: "quartermaster.dev/operator", reportingInstance: "test"),
                time: TimeSource(clock))
            async let _ = try? recorder.run()
            let object = try await server.client.create(server.object(configMap), as: .configMap)
            for _ in 0..<3 {
                recorder.record(
                    EventOccurrence(
                        regarding: ObjectReference(to: object), type: .warning, reason: "DriftCorrected",
                        action: "Apply", note: "data.a was changed by kubectl-edit"))
            }
            try await eventually("the series waits for its time") { clock.timeToNextWake == .seconds(30) }
            clock.advance(by: .seconds(30))
            try await eventually("the series is counted") {
                let events = try await server.client.list(.event, namespace: server.namespace).items
                return events.first { $0["reason"] == "DriftCorrected" }?["series"]?["count"] == 3
            }
        }
    }
}

/// A cache that has stopped.
private struct FrozenObjects: LiveObjects {
    let object: DynamicObject
    func lookUp(_ type: ResourceType, _ key: ObjectKey) -> LiveLookup { .found(object) }
    func recordWrite(_ object: DynamicObject, of type: ResourceType) {}
    func recordDeletion(_ type: ResourceType, _ key: ObjectKey, uid: String) {}
}
