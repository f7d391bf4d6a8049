import KubeAPI
import Testing

@Suite("Inventory and pruning")
struct InventoryTests {
    private let cluster = FakeCluster()
    private let labels = ["app.kubernetes.io/managed-by": "quartermaster"]

    private func pruner(gate: WriteGate = .alwaysOpen()) -> Pruner {
        Pruner(FencedClient(api: cluster, objects: cluster, gate: gate)) { apiVersion, kind in
            apiVersion == "v1" && kind == "ConfigMap" ? .configMap : nil
        }
    }

    private func make(_ name: String, labels: [String: String]? = nil, finalizers: [String] = []) throws
        -> InventoryEntry
    {
        var object = DynamicObject.fixture(["metadata": ["namespace": "shop", "name": .string(name)]])
        object[path: "metadata", "labels"] = try JSONValueEncoder().encode(labels ?? self.labels)
        if !finalizers.isEmpty { object[path: "metadata", "finalizers"] = .array(finalizers.map(JSONValue.string)) }
        let made = cluster.put(object, as: .configMap)
        return InventoryEntry(made.key, of: .configMap, uid: made.uid)
    }

    @Test("what is recorded and not current is stale, by group, kind and name")
    func stale() {
        func entry(_ apiVersion: String, _ name: String, uid: String = "1") -> InventoryEntry {
            InventoryEntry(apiVersion: apiVersion, kind: "K", namespace: "shop", name: name, uid: uid)
        }
        let recorded = [entry("g/v1beta1", "kept"), entry("g/v1", "b"), entry("g/v1", "a"), entry("h/v1", "kept")]
        let stale = Inventory.stale(recorded, comparedTo: [entry("g/v1", "kept", uid: "2")])
        #expect(stale == [entry("g/v1", "a"), entry("g/v1", "b"), entry("h/v1", "kept")])
    }

    @Test("a status lists what it has room for, and first what nothing else leads to")
    func bounded() {
        let all = (0..<10).map { number in
            InventoryEntry(apiVersion: "v1", kind: number < 7 ? "ConfigMap" : "Secret", name: "\(number)", uid: "")
        }
        #expect(Inventory.bounded(all, to: 10) { _ in false } == all)
        let listed = Inventory.bounded(all, to: 4) { $0.kind == "Secret" }
        #expect(listed.map(\.description) == ["ConfigMap 0", "Secret 7", "Secret 8", "Secret 9"])
    }

    @Test("a child with our label and UID is deleted, and stays recorded until it is seen to be gone")
    func deletion() async throws {
        let entry = try make("old")
        let first = try await pruner().prune([entry], labels: labels)
        #expect(first.deleted == [entry])
        #expect(first.remaining == [entry])
        #expect(cluster[.configMap, entry.key] == nil)
        let second = try await pruner().prune(first.remaining, labels: labels)
        #expect(second.remaining == [])
        #expect(cluster.writes == ["DELETE configmaps shop/old"])
    }

    @Test("a child that another object controls by now is let go, whatever its labels say")
    func takenOver() async throws {
        let entry = try make("taken")
        cluster.change(.configMap, entry.key) { object in
            object[path: "metadata", "ownerReferences"] = [
                ["apiVersion": "v1", "kind": "Taker", "name": "t", "uid": "other", "controller": true]
            ]
        }
        let result = try await pruner().prune([entry], labels: labels, owner: "owner")
        #expect(result.released.map(\.reason) == ["it is controlled by Taker t now"])
        #expect(result.remaining == [] && cluster.writes == [])
        #expect(try await pruner().prune([entry], labels: labels, owner: "other").deleted == [entry])
    }

    @Test("a child that finalizers hold is deleted once and waited for")
    func held() async throws {
        let entry = try make("held", finalizers: ["example.com/hold"])
        for _ in 0..<3 { #expect(try await pruner().prune([entry], labels: labels).remaining == [entry]) }
        let words = "ConfigMap shop/held is being deleted: waiting for its finalizers example.com/hold"
        #expect(try await pruner().prune([entry], labels: labels).waits == [entry: words])
        #expect(cluster.writes.count == 1)
    }

    @Test("another object of the same name is left alone")
    func otherUID() async throws {
        var entry = try make("name")
        entry.uid = "gone"
        let result = try await pruner().prune([entry], labels: labels)
        #expect(result.remaining == [] && result.deleted == [])
        #expect(cluster.writes == [])
    }

    @Test("an object that was replaced between the look and the deletion is left alone")
    func replaced() async throws {
        let entry = try make("name")
        cluster.freezeCache()
        cluster.put(
            DynamicObject.fixture(["metadata": ["namespace": "shop", "name": "name"]]), as: .configMap, uid: "new")
        let result = try await pruner().prune([entry], labels: labels)
        #expect(result.deleted == [])
        #expect(cluster[.configMap, entry.key]?.uid == "new")
    }

    @Test("a child without our label is released with the reason")
    func unlabelled() async throws {
        let entry = try make("mine-now", labels: [:])
        let result = try await pruner().prune([entry], labels: labels)
        #expect(result.released.map(\.reason) == ["its label app.kubernetes.io/managed-by=quartermaster was removed"])
        #expect(result.remaining == [])
        #expect(cluster.writes == [])
    }

    @Test("one failure does not stop the others, and keeps its entry")
    func failure() async throws {
        let entries = [try make("a"), try make("b")]
        cluster.fail("DELETE", .fake(500, "InternalError"))
        let result = try await pruner().prune(entries, labels: labels)
        #expect(result.failures.map(\.entry.name) == ["a"])
        #expect(result.deleted.map(\.name) == ["b"])
        #expect(result.remaining.contains(entries[0]))
    }

    @Test("children whose API is gone are gone")
    func missingAPI() async throws {
        let entry = InventoryEntry(apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject", name: "s", uid: "1")
        #expect(try await pruner().prune([entry], labels: labels).remaining == [])
    }

    @Test("nothing is deleted through a closed gate")
    func closedGate() async throws {
        let entry = try make("old")
        await #expect(throws: NotLeaderError.self) {
            try await pruner(gate: WriteGate()).prune([entry], labels: labels)
        }
        #expect(cluster.writes == [])
    }
}
