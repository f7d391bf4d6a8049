import KubeAPI
import Testing

@Suite("Finalizers")
struct FinalizersTests {
    private let cluster = FakeCluster()
    private let key = ObjectKey(namespace: "shop", name: "c")
    private let ours = "quartermaster.dev/cleanup"

    private var finalizers: Finalizers {
        Finalizers(FencedClient(api: cluster, objects: cluster, gate: .alwaysOpen()))
    }

    private func make(finalizers: [String], isBeingDeleted: Bool = false) throws -> DynamicObject {
        var object = DynamicObject.fixture(["metadata": ["namespace": "shop", "name": "c"]])
        object[path: "metadata", "finalizers"] = .array(finalizers.map(JSONValue.string))
        if isBeingDeleted { object[path: "metadata", "deletionTimestamp"] = "2026-01-31T09:05:00Z" }
        return cluster.put(object, as: .configMap)
    }

    @Test("a finalizer is added beside those of others, once")
    func add() async throws {
        let object = try make(finalizers: ["theirs"])
        let written = try await finalizers.add(ours, to: object, as: .configMap)
        #expect(written.finalizers == ["theirs", ours])
        _ = try await finalizers.add(ours, to: written, as: .configMap)
        #expect(cluster.writes.count == 1)
    }

    @Test("an object that is being deleted gets no finalizer")
    func noAddWhileDeleting() async throws {
        let object = try make(finalizers: ["theirs"], isBeingDeleted: true)
        #expect(try await finalizers.add(ours, to: object, as: .configMap).finalizers == ["theirs"])
        #expect(cluster.writes == [])
    }

    @Test("an object that has changed since it was read is not written")
    func conflictOnAdd() async throws {
        let object = try make(finalizers: [])
        cluster.change(.configMap, key) { $0["data"] = ["a": "b"] }
        let error = await #expect(throws: APIError.self) { try await finalizers.add(ours, to: object, as: .configMap) }
        #expect(error?.isConflict == true)
    }

    @Test("removal keeps the finalizers of others, also one that came meanwhile")
    func removeRetries() async throws {
        let stale = try make(finalizers: [ours], isBeingDeleted: true)
        cluster.change(.configMap, key) { $0[path: "metadata", "finalizers"] = [.string(ours), "theirs"] }
        try await finalizers.remove(ours, from: stale, as: .configMap)
        #expect(cluster[.configMap, key]?.finalizers == ["theirs"])
    }

    @Test("removing the last finalizer lets the object go, and the cache does not show it any more")
    func lastOne() async throws {
        let object = try make(finalizers: [ours], isBeingDeleted: true)
        cluster.freezeCache()
        try await finalizers.remove(ours, from: object, as: .configMap)
        #expect(cluster[.configMap, key] == nil)
        guard case .absent = cluster.lookUp(.configMap, key) else {
            Issue.record("the cache still shows the object")
            return
        }
    }

    @Test("an object that is gone, or another one of its name, is done")
    func gone() async throws {
        let object = try make(finalizers: [ours], isBeingDeleted: true)
        cluster.remove(.configMap, key)
        try await finalizers.remove(ours, from: object, as: .configMap)
        let successor = cluster.put(object, as: .configMap, uid: "other")
        try await finalizers.remove(ours, from: object, as: .configMap)
        #expect(cluster[.configMap, key]?.finalizers == successor.finalizers)
    }

    @Test("a conflict that does not end is told")
    func endlessConflict() async throws {
        let object = try make(finalizers: [ours])
        for _ in 0..<5 { cluster.fail("PATCH", .fake(409, "Conflict")) }
        let error = await #expect(throws: APIError.self) {
            try await finalizers.remove(ours, from: object, as: .configMap)
        }
        #expect(error?.isConflict == true)
        #expect(cluster.writes.count == 5)
    }
}
