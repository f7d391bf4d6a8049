import KubeAPI
import Testing

@Suite("Requests of a process that may write only while it leads")
struct FencedClientTests {
    private let cluster = FakeCluster()
    private let key = ObjectKey(namespace: "shop", name: "c")

    private func client(gate: WriteGate = .alwaysOpen()) -> FencedClient {
        FencedClient(api: cluster, objects: cluster, gate: gate)
    }

    private func make(_ fields: JSONValue = [:]) -> DynamicObject {
        var object = DynamicObject.fixture(["metadata": ["namespace": "shop", "name": "c"]])
        for (field, value) in fields.object ?? [:] { object[field] = value }
        return cluster.put(object, as: .configMap)
    }

    private var isCached: Bool {
        if case .found = cluster.lookUp(.configMap, key) { true } else { false }
    }

    @Test("While the gate is closed nothing is sent but reads")
    func closed() async throws {
        let object = make()
        let client = client(gate: WriteGate())
        await #expect(throws: NotLeaderError.self) {
            try await client.create(object, as: .configMap, fieldManager: "m")
        }
        await #expect(throws: NotLeaderError.self) {
            try await client.patch(.configMap, key, .merge([:]), fieldManager: "m")
        }
        await #expect(throws: NotLeaderError.self) {
            try await client.delete(.configMap, key, expecting: object.uid)
        }
        #expect(cluster.requests == [])
        #expect(try await client.read(.configMap, key)?.uid == object.uid)
    }

    @Test("What the cache shows is not asked for; what it does not know is, and nothing may be there")
    func find() async throws {
        let object = make()
        #expect(try await client().find(.configMap, key)?.uid == object.uid)
        #expect(cluster.requests == [])
        #expect(try await client().find(.configMap, ObjectKey(namespace: "shop", name: "other")) == nil)
        #expect(cluster.requests.count == 1)
    }

    @Test("The answer of a write is in the cache before the watch brings it")
    func records() async throws {
        _ = make()
        cluster.freezeCache()
        try await client().patch(.configMap, key, .merge(["data": ["a": "b"]]), fieldManager: "m")
        #expect(try await client().find(.configMap, key)?[path: "data", "a"] == "b")
    }

    @Test("Another object of the name is not deleted, and one that is gone is no error")
    func deleteOthers() async throws {
        let object = make()
        #expect(try await !client().delete(.configMap, key, expecting: "another"))
        #expect(cluster[.configMap, key] != nil)
        #expect(try await client().delete(.configMap, key, expecting: object.uid))
        #expect(try await !client().delete(.configMap, key, expecting: object.uid))
    }

    @Test("Where a later version is to stay, a conflict is told")
    func deleteVersion() async throws {
        let object = make()
        cluster.fail("DELETE", .fake(409, "Conflict"))
        let error = await #expect(throws: APIError.self) {
            try await client().delete(.configMap, key, expecting: object.uid, version: object.resourceVersion)
        }
        #expect(error?.isConflict == true)
    }

    @Test("A deletion is in the cache at once only where the object is known to go with it")
    func recordsEnd() async throws {
        let object = make()
        cluster.freezeCache()
        try await client().delete(.configMap, key, expecting: object.uid)
        #expect(isCached)
        cluster.put(object, as: .configMap, uid: object.uid)
        try await client().delete(.configMap, key, expecting: object.uid, recordsEnd: true)
        #expect(!isCached)
    }

    @Test(
        "An object that is being deleted is gone with its last finalizer, and not while its spec has one or it has time left",
        arguments: [
            ("{}", true), ("{spec: {finalizers: [kubernetes]}}", false),
            ("{metadata: {deletionGracePeriodSeconds: 30}}", false),
        ])
    func lastFinalizer(fields: String, wantGone: Bool) async throws {
        var object = make()
        let others = try YAML.parseDocument(Array(fields.utf8))
        object["spec"] = others["spec"]
        object[path: "metadata", "deletionGracePeriodSeconds"] = others["metadata"]?["deletionGracePeriodSeconds"]
        object[path: "metadata", "deletionTimestamp"] = "2026-01-31T09:05:00Z"
        object[path: "metadata", "finalizers"] = ["ours"]
        cluster.put(object, as: .configMap)
        cluster.freezeCache()
        try await client().patch(
            .configMap, key, .merge(["metadata": ["finalizers": []]]), fieldManager: nil)
        #expect(isCached != wantGone)
    }
}
