import KubeAPI
import Testing

@Suite("Status writer")
struct StatusWriterTests {
    private struct Status: Codable {
        var observedGeneration: Int64?
        var replicas: Int?
        var regions: [String: Int]?
        var conditions: [Condition]
    }

    private let cluster = FakeCluster()
    private let key = ObjectKey(namespace: "shop", name: "c")

    private func writer(at second: Int64) -> StatusWriter {
        StatusWriter(FencedClient(api: cluster, objects: cluster, gate: .alwaysOpen())) {
            Timestamp(secondsSinceEpoch: second)
        }
    }

    private func object() throws -> DynamicObject { try #require(cluster[.configMap, key]) }

    private func status(_ ready: Condition.Status, message: String = "", replicas: Int? = 1) -> Status {
        Status(
            replicas: replicas, conditions: [Condition(type: "Ready", status: ready, reason: "R", message: message)])
    }

    private func make(generation: Int64 = 3) throws {
        cluster.put(
            DynamicObject.fixture(["metadata": ["namespace": "shop", "name": "c", "generation": .integer(generation)]]),
            as: .configMap)
    }

    @Test("one request writes the status with the observed generation in it and in each condition")
    func write() async throws {
        try make()
        #expect(try await writer(at: 0).write(status(.true), to: object(), as: .configMap) != nil)
        let written = try object()["status"]
        #expect(written?["observedGeneration"] == 3)
        #expect(written?["conditions"]?[0]?["observedGeneration"] == 3)
        #expect(written?["conditions"]?[0]?["lastTransitionTime"] == "1970-01-01T00:00:00Z")
        #expect(cluster.requests == ["PATCH configmaps/status shop/c"])
    }

    @Test("a status that differs in time only is not written")
    func onlyTime() async throws {
        try make()
        _ = try await writer(at: 0).write(status(.true), to: object(), as: .configMap)
        for second in 1...100 {
            #expect(try await writer(at: Int64(second)).write(status(.true), to: object(), as: .configMap) == nil)
        }
        #expect(cluster.writes.count == 1)
    }

    @Test("the transition time moves with the status and not with reason or message")
    func transition() async throws {
        try make()
        _ = try await writer(at: 0).write(status(.true), to: object(), as: .configMap)
        _ = try await writer(at: 60).write(status(.true, message: "new"), to: object(), as: .configMap)
        #expect(try object()["status"]?["conditions"]?[0]?["lastTransitionTime"] == "1970-01-01T00:00:00Z")
        _ = try await writer(at: 120).write(status(.false, message: "new"), to: object(), as: .configMap)
        #expect(try object()["status"]?["conditions"]?[0]?["lastTransitionTime"] == "1970-01-01T00:02:00Z")
    }

    @Test("a new generation is written although nothing else changed")
    func generation() async throws {
        try make()
        _ = try await writer(at: 0).write(status(.true), to: object(), as: .configMap)
        cluster.change(.configMap, key) { $0[path: "metadata", "generation"] = 4 }
        #expect(try await writer(at: 1).write(status(.true), to: object(), as: .configMap) != nil)
        #expect(try object()["status"]?["observedGeneration"] == 4)
    }

    @Test("fields and map entries that the status no longer has go away")
    func removal() async throws {
        try make()
        var first = status(.true)
        first.regions = ["eu": 1, "us": 2]
        _ = try await writer(at: 0).write(first, to: object(), as: .configMap)
        var second = status(.true, replicas: nil)
        second.regions = ["eu": 1]
        _ = try await writer(at: 1).write(second, to: object(), as: .configMap)
        #expect(try object()["status"]?["replicas"] == nil)
        #expect(try object()["status"]?["regions"] == ["eu": 1])
    }

    @Test("an object that has changed since it was read is not written")
    func conflict() async throws {
        try make()
        let stale = try object()
        cluster.change(.configMap, key) { $0[path: "metadata", "generation"] = 4 }
        let error = await #expect(throws: APIError.self) {
            try await writer(at: 0).write(status(.true), to: stale, as: .configMap)
        }
        #expect(error?.isConflict == true)
    }

    @Test("nothing is written through a closed gate")
    func closedGate() async throws {
        try make()
        let writer = StatusWriter(FencedClient(api: cluster, objects: cluster, gate: WriteGate()))
        await #expect(throws: NotLeaderError.self) {
            try await writer.write(status(.true), to: object(), as: .configMap)
        }
        #expect(cluster.writes == [])
    }
}
